import type {StaticTechnique} from "../static-technique.js";

/** Decoding for machines that run only graphs of fixed shapes: a cache of the compiled length that is shifted by every token, a mask and a row of rotations as inputs, the layers in chunks. */
export const nitro = {
  id: "nitro",
  label: "NITRO",
  family: "machine",
  source: "NITRO, arXiv:2412.11053, section 3",
} as const satisfies StaticTechnique;
