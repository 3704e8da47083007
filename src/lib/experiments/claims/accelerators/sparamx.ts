import type {Claim} from "../claim.js";
import {modelled, reported} from "../evidence.js";
import {within} from "../rules.js";

/** Bits of a weight in bitmap form: one bit of the map, and the value where the map has a one. */
const bitmapBits = (density: number, valueBits: number): number => 1 + valueBits * density;

/** Claims of SparAMX on linear layers; what it does to caches is judged where decoders read. */
export const sparamxClaims: readonly Claim[] = [
  {
    id: "sparamx-linear",
    paper: "arXiv:2502.12444",
    place: "abstract",
    statement:
      "Sparse linear layers make a model's answers 1.42 times faster than stock PyTorch on a processor.",
    kind: "modelled",
    reported: [reported("linear layers half sparse", "lower latency, end to end", 1.42, "x")],
    ours: () => [
      modelled(
        "half the weights in bfloat16 behind a bitmap",
        "bound of a product that reads weights",
        16 / bitmapBits(0.5, 16),
        "x",
      ),
    ],
    judge: within("lower latency", "bound"),
    why: "Half the weights and a bit for each place are 1.78 times fewer bytes than all of them, which leaves room for 1.42. The instructions of that processor are not run here, so no more can be said.",
  },
  {
    id: "sparamx-int8",
    paper: "arXiv:2502.12444",
    place: "a summary of its results; the table itself was not seen",
    statement: "With int8 weights half sparse, answers come up to 1.46 times faster than with DeepSparse.",
    kind: "modelled",
    reported: [reported("linear layers half sparse, int8", "faster than DeepSparse", 1.46, "x")],
    ours: () => [
      modelled(
        "half the weights in int8 behind a bitmap",
        "bound of a product that reads weights, over dense int8",
        8 / bitmapBits(0.5, 8),
        "x",
      ),
    ],
    judge: within("faster", "bound"),
    why: "Half of the int8 weights and a bit for each place are 1.6 times fewer bytes than all of them. DeepSparse skips zeros as well, and neither was run, so the bound only leaves room.",
  },
];
