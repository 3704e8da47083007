import type {Claim} from "../claim.js";
import {reported} from "../evidence.js";
import {notTried} from "../rules.js";

/** Id of the paper. */
export const GLA = "arXiv:2312.06635";

/** Claims of gated linear attention: its forms are on this site, a model trained with it is not. */
export const glaClaims: readonly Claim<unknown>[] = [
  {
    id: "gla-quality",
    paper: GLA,
    place: "abstract",
    statement: "A model of gated linear attention predicts as well as a LLaMA-style transformer and Mamba.",
    kind: "open",
    reported: [reported("340 million and 1.3 billion parameters", "no number is in the abstract", null, "")],
    ours: () => [],
    judge: notTried,
    why: "None of our models was trained with it. That its recurrent, parallel and chunked forms compute the same is tested; what a trained one predicts was not tried.",
  },
  {
    id: "gla-speed",
    paper: GLA,
    place: "abstract",
    statement: "Its kernel is faster than FlashAttention-2, also on texts of a thousand tokens.",
    kind: "open",
    reported: [reported("one layer on a GPU", "no number is in the abstract", null, "")],
    ours: () => [],
    judge: notTried,
    why: "Both are kernels of a GPU, which do not run here; counts of operations say nothing of the time of either.",
  },
];
