import type {PageGroup} from "../site-page.js";

/** Pages on whole models. */
export const MODEL_PAGES: PageGroup = {
  name: "Models",
  pages: [
    {
      name: "Formats on a working model",
      path: "/models/formats-on-a-working-model",
      about:
        "Perplexity and KL divergence of a trained decoder under number formats and calibrated rounding, with intervals.",
    },
    {
      name: "Inside the model",
      path: "/models/inside-the-model",
      about: "Attention, activations and logits of a small decoder for a prompt of your own.",
    },
    {
      name: "Your checkpoint",
      path: "/models/your-checkpoint",
      about:
        "A model file of your own: error of every format, what fits which machine, and the exact plan for a memory.",
    },
  ],
};
