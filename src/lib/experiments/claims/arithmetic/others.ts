/** Claims of papers on products without a multiplier that need hardware or trainings that were not run here. */

import type {Claim} from "../claim.js";
import {measured, reported} from "../evidence.js";
import {notTried} from "../rules.js";

const none = () => [measured("ours", "runs of ours", null, "")];

/** Claims of DenseShift, bipolar integers, QFX and T-MAC. */
export const hardwareClaims: readonly Claim<unknown>[] = [
  {
    id: "dense-shift-accuracy",
    paper: "arXiv:2208.09708",
    place: "abstract",
    statement: "Weights that are powers of two without a zero reach the accuracy of full precision.",
    kind: "open",
    reported: [reported("vision and speech tasks", "competitive with full precision", null, "")],
    ours: none,
    judge: notTried,
    why: "Its formats are here for weights rounded after training, where they lose more than integers of as many bits; its claim is about networks trained so.",
  },
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
    id: "qfx-accuracy",
    paper: "arXiv:2401.17544",
    place: "abstract",
    statement: "A trained binary point gives more accuracy than one chosen after training.",
    kind: "open",
    reported: [reported("CIFAR-10 and ImageNet", "more accurate than after training", null, "")],
    ours: none,
    judge: notTried,
    why: "Casts, their slopes and K-hot weights are here and agree with whole numbers bit for bit; no network of ours was trained with them.",
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
