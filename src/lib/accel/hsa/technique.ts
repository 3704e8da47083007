import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** A systolic array whose links change between reading a prompt and writing an answer, with weights in MXINT4. */
export const hsaTechnique = {
  id: "edge-accelerator",
  label: "Hybrid systolic array (HSA)",
  family: "machine",
  source: "HSA, arXiv:2507.09010",
} as const satisfies AcceleratorTechnique;
