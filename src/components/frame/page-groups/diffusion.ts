import type {PageGroup} from "../site-page.js";

/** Pages on diffusion language models. */
export const DIFFUSION_PAGES: PageGroup = {
  name: "Diffusion language models",
  pages: [
    {
      name: "From masks to text",
      path: "/diffusion/from-masks-to-text",
      about:
        "A masked diffusion model writes word by word in any order: samplers, blocks and passes, measured.",
    },
    {
      name: "Reusing what stays",
      path: "/diffusion/reusing-what-stays",
      about: "FreeCache: how far keys and values move between passes, what reuse saves and what it changes.",
    },
    {
      name: "Guided by a small model",
      path: "/diffusion/guided-by-a-small-model",
      about: "A decoder says how many drafts of a diffusion model may stand; both beside the decoder alone.",
    },
  ],
};
