import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Units that look products of wide, flat tiles up in half tables, which the operator before them builds. */
export const tableCoreTechnique = {
  id: "table-tiles",
  label: "Tiles of LUT Tensor Core",
  family: "machine",
  source: "LUT Tensor Core, arXiv:2408.06003",
} as const satisfies AcceleratorTechnique;
