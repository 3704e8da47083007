import type {AcceleratorTechnique} from "./accelerator-technique.js";

/** The cost of an answer in arithmetic and in memory traffic together, with dense or sparse attention. */
export const kineticsTechnique = {
  id: "test-time-compute",
  label: "Kinetics",
  family: "machine",
  source: "Kinetics, arXiv:2506.05333",
} as const satisfies AcceleratorTechnique;
