import type {MixtureTechnique} from "../mixture-technique.js";

/** Many small experts; a token passes those that its router scores above zero, and training keeps the experts of neighbouring tokens alike. */
export const blockFfn = {
  id: "block-ffn",
  label: "BlockFFN",
  family: "sparse",
  source: "BlockFFN, arXiv:2507.08771, section 3",
  model: "blockffn-small",
} as const satisfies MixtureTechnique;

/** The same experts and router, trained without the two losses that make a chunk's tokens share experts. */
export const blockFfnPlain = {
  id: "block-ffn-plain",
  family: "sparse",
  label: "BlockFFN without its losses",
  source: "BlockFFN, arXiv:2507.08771, section 3.1",
  model: "blockffn-small-plain",
} as const satisfies MixtureTechnique;
