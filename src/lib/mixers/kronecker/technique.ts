import type {MixerTechnique} from "../mixer-technique.js";

/** Attention of a query to pairs of tokens and more, exact in a number of products that grows with a power of the tokens, or near-linear with a polynomial in place of the exponential. */
export const kronecker = {
  id: "kronecker",
  label: "Kronecker attention",
  family: "tokens",
  source: "Kronecker computation, arXiv:2310.04064, sections 1 and 4",
} as const satisfies MixerTechnique;
