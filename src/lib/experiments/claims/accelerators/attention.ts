/** Claims on what attention moves and how it fills a machine. */

import {
  type AttentionHead,
  crossingMemory,
  fusedAttention,
  tiledAttention,
} from "../../../accel/attention-io.js";
import {fixedSplit, streamK} from "../../../accel/split-decode.js";
import {randomStream} from "../../../tensor/random.js";
import type {Claim} from "../claim.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";
import {within} from "../rules.js";

/** Queries, keys and values of one head, to run both schedules on. */
function head(tokens: number, size: number): AttentionHead {
  const stream = randomStream(0, "claims attention");
  const matrix = () => ({
    columns: size,
    data: Float64Array.from({length: tokens * size}, () => stream.normal()),
  });
  return {q: matrix(), k: matrix(), v: matrix()};
}

const TOKENS = 192;
const [BELOW, ABOVE] = ["fused over tiled, a quarter of", "fused over tiled, four times"];

const transfers: Claim = {
  id: "attention-io",
  paper: "arXiv:2402.07443",
  place: "abstract",
  statement:
    "Fused attention moves the least data possible once the fast memory holds the square of a head's size; below that, another schedule moves less.",
  kind: "measured",
  reported: [
    reported("any length", "memory where the two meet", 1, "squares of the head size, up to a constant"),
  ],
  ours: () => [
    ...[32, 64].flatMap((size) => {
      const one = head(TOKENS, size);
      const moved = (M: number) =>
        fusedAttention(one, M).transfers.total / tiledAttention(one, M).transfers.total;
      const subject = `${TOKENS} tokens, head size ${size}, run`;
      return [
        measured(subject, `${BELOW} the square of the head size`, moved(size ** 2 / 4), "x"),
        measured(subject, `${ABOVE} the square of the head size`, moved(4 * size ** 2), "x"),
      ];
    }),
    ...[64, 128].map((size) =>
      modelled(
        `4096 tokens, head size ${size}`,
        "memory where fused begins to move less than tiled products",
        crossingMemory(4096, size) / size ** 2,
        "squares of the head size",
      ),
    ),
  ],
  judge: (_reported, ours) => {
    const isBetterBelow = valuesOf(ours, BELOW).every((ratio) => ratio > 1);
    const isBetterAbove = valuesOf(ours, ABOVE).every((ratio) => ratio < 1);
    return isBetterBelow && isBetterAbove ? "same direction" : "differs";
  },
  why: "Both schedules compute attention in a memory that refuses what does not fit, and every element that crosses is counted: each wins on its side. That no schedule at all moves less is a theorem about orders of growth, which runs cannot show.",
};

const lean: Claim = {
  id: "lean-attention",
  paper: "arXiv:2405.10480v1",
  place: "abstract",
  statement:
    "Dealing tiles out evenly makes decoding attention 2.6 times as fast as FlashAttention-2, and 8.33 times at 512 thousand tokens.",
  kind: "modelled",
  reported: [
    reported("average", "speed-up", 2.6, "x"),
    reported("512 thousand tokens", "speed-up", 8.33, "x"),
  ],
  ours: () =>
    [8, 32].map((kvHeads) => {
      const step = {contexts: [524288], kvHeads, tile: 256, units: 108};
      return modelled(
        `one sequence of 524288 tokens, ${kvHeads} heads, 108 units`,
        "bound: work of the busiest unit, one piece a head over dealt evenly",
        fixedSplit(step).makespan / streamK(step).makespan,
        "x",
      );
    }),
  judge: within("speed-up", "bound"),
  why: "An even deal is never slower, by construction; how much it can win depends on heads and batch, which the abstract does not give, and 8.33 is within reach. No kernel was run; later versions of the paper compare with FlashDecoding and print less.",
};

/** Claims on attention as an algorithm. */
export const attentionClaims: readonly Claim[] = [transfers, lean];
