/** Claims of papers on products without a multiplier that need hardware that is not here. */

import type {Claim} from "../claim.js";
import {measured, reported} from "../evidence.js";
import {notTried} from "../rules.js";

const none = () => [measured("ours", "runs of ours", null, "")];

/** Claims of bipolar integers and T-MAC. */
export const hardwareClaims: readonly Claim<unknown>[] = [
  {
    id: "bipolar-matmul",
    paper: "arXiv:2409.17870",
    place: "abstract",
    statement: "Products of bit planes on tensor cores are up to 2.4 times as fast as CUTLASS.",
    kind: "open",
    reported: [reported("a graphics processor", "times as fast as CUTLASS", 2.4, "x")],
    ours: none,
    judge: notTried,
    why: "Our planes are exact for every width of 1 to 8 bits and run on words of 32 bits; no kernel of ours uses a tensor core's products of bits.",
  },
  {
    id: "t-mac-speed",
    paper: "arXiv:2407.00088",
    place: "abstract",
    statement: "Tables give up to 4 times the throughput of llama.cpp on processors.",
    kind: "open",
    reported: [reported("processors of phones and desktops", "times the throughput", 4, "x")],
    ours: none,
    judge: notTried,
    why: "Our kernel is timed by the bench against this library's fused product and onnxruntime, on one thread of one machine in WebAssembly, not against llama.cpp's kernels of 1 to 4 bits.",
  },
];
