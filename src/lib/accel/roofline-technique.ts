import type {AcceleratorTechnique} from "./accelerator-technique.js";

/** An operator takes as long as its arithmetic or its bytes, whichever is longer. */
export const rooflineTechnique = {
  id: "roofline",
  label: "Roofline",
  family: "machine",
  source: "Williams, Waterman and Patterson, CACM 52(4), 2009",
} as const satisfies AcceleratorTechnique;
