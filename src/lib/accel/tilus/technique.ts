import type {AcceleratorTechnique} from "../accelerator-technique.js";

/** Register layouts as products of small ones, and tiles of any bits packed so that threads load whole bytes. */
export const tilusTechnique = {
  id: "layouts",
  label: "Register layouts (Tilus)",
  family: "machine",
  source: "Tilus, arXiv:2504.12984",
} as const satisfies AcceleratorTechnique;
