import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Products digit by digit: zero digits are skipped, carries wait until the end of a sum. */
export const bitWeightTechnique = {
  id: "bits-that-are-zero",
  label: "Bit-weight processing elements",
  family: "machine",
  source: "Bit-weight TPE, arXiv:2503.06342",
} as const satisfies AcceleratorTechnique;
