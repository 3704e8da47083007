import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Arrays of elements that shift and add in place of multiplying, and meet a scale once a group of weights. */
export const mixpeTechnique = {
  id: "mixed-elements",
  label: "Arrays of MixPE",
  family: "machine",
  source: "MixPE, arXiv:2411.16158",
} as const satisfies AcceleratorTechnique;
