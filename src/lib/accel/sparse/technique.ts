import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Tiles of a processor's matrix extensions, expanded from bitmaps of sparse weights: reading, expanding and multiplying, the longest counts. */
export const sparseTilesTechnique = {
  id: "sparse-tiles",
  label: "SparAMX",
  family: "machine",
  source: "SparAMX, arXiv:2502.12444",
} as const satisfies AcceleratorTechnique;
