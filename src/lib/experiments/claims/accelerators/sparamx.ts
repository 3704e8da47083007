import type {Claim} from "../claim.js";
import {modelled, reported} from "../evidence.js";
import {within} from "../rules.js";

/** Bits of a weight in bitmap form, values in bfloat16: one bit of the map, and 16 where the map has a one. */
const bitmapBits = (density: number): number => 1 + 16 * density;

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
        16 / bitmapBits(0.5),
        "x",
      ),
    ],
    judge: within("lower latency", "bound"),
    why: "Half the weights and a bit for each place are 1.78 times fewer bytes than all of them, which leaves room for 1.42. The instructions of that processor are not run here, so no more can be said.",
  },
];
