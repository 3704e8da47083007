import type {PageGroup} from "../site-page.js";

/** Pages on learned costs. */
export const REGRESS_PAGES: PageGroup = {
  name: "Learned costs",
  pages: [
    {
      name: "Predicting cost from text",
      path: "/regress/predicting-cost-from-text",
      about:
        "A config.json, a program, a graph or a kernel of your own: its cost as a small model reads it, beside the true one.",
    },
    {
      name: "Numbers as tokens",
      path: "/regress/numbers-as-tokens",
      about: "Numbers as a language model writes them, scheme by scheme, and the part that is lost.",
    },
    {
      name: "Which estimator?",
      path: "/regress/which-estimator",
      about: "Median, mean or mode of a model's samples, how many of them, and how well their spread fits.",
    },
    {
      name: "How much data?",
      path: "/regress/how-much-data",
      about: "The error of predictors of cost by the texts that they learned from.",
    },
  ],
};
