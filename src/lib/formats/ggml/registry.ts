import type {GgmlBlock} from "./block.js";
import {mxfp4, nvfp4} from "./e2m1-blocks.js";
import {iq3_s} from "./iq3.js";
import {iq4_nl, iq4_xs} from "./iq4.js";
import {q2_K, q4_K, q5_K} from "./k-quants/affine.js";
import {q3_K, q6_K} from "./k-quants/signed.js";
import {q4_0, q4_1, q5_0, q5_1, q8_0} from "./small-blocks.js";
import {tq1_0, tq2_0} from "./ternary.js";

/** Every block format of ggml that is packed and unpacked here. */
export const ggmlBlocks: readonly GgmlBlock[] = [
  ...[q4_0, q4_1, q5_0, q5_1, q8_0],
  ...[q2_K, q3_K, q4_K, q5_K, q6_K],
  ...[iq4_nl, iq4_xs, iq3_s, tq1_0, tq2_0, mxfp4, nvfp4],
];

/** The block format that ggml calls so, or undefined if it is none of those. */
export function ggmlBlock(id: string): GgmlBlock | undefined {
  return ggmlBlocks.find((block) => block.id === id);
}
