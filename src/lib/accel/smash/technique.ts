import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Sparse products row by row, merged as they come in a hashed table that threads share by atomic operations. */
export const smashTechnique = {
  id: "smash",
  label: "SMASH",
  family: "sparse",
  source: "SMASH, arXiv:2105.14156",
} as const satisfies AcceleratorTechnique;
