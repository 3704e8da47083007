import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Small arrays that keep n of every m weights with their positions and select the activations they need. */
export const sstTechnique = {
  id: "sparse-slices",
  label: "Sparse systolic slices (SST)",
  family: "machine",
  source: "SST slices, arXiv:2502.03763; ELSA, arXiv:2409.09708",
} as const satisfies AcceleratorTechnique;
