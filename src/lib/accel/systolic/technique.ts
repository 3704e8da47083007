import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** A grid of multipliers that pass operands to their neighbours once a cycle, while one operand stays in place. */
export const systolicTechnique = {
  id: "systolic-array",
  label: "Systolic array",
  family: "machine",
  source: "SCALE-Sim, arXiv:1811.02883",
} as const satisfies AcceleratorTechnique;
