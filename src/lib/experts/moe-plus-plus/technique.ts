import type {MixtureTechnique} from "../mixture-technique.js";

/** Beside its networks the router may choose experts that multiply nothing: a copy, a learned vector mixed in, or none at all. */
export const moePlusPlus = {
  id: "moe-plus-plus",
  label: "MoE++",
  family: "sparse",
  source: "MoE++, arXiv:2410.07348, section 3",
  model: "mixture-small-zero",
} as const satisfies MixtureTechnique;
