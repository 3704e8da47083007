import type {MixerTechnique} from "../mixer-technique.js";

/** No product of matrices: weights are minus one, zero or one, so that matrices add, and tokens are mixed by a gated recurrence of one number a channel. */
export const matMulFree = {
  id: "matmul-free",
  label: "MatMul-free LM",
  family: "state-space",
  source: "MatMul-free LM, arXiv:2406.02528, section 3",
} as const satisfies MixerTechnique;
