/** Claims of FlashDecoding++, judged by running its unified maximum and by counting padded rows. */

import {attentionRow} from "../../../reductions/attention-row.js";
import {onlineSoftmax} from "../../../reductions/online/technique.js";
import {plainSoftmax} from "../../../reductions/plain/technique.js";
import {calibratedCentre, unifiedMax} from "../../../reductions/unified-max/technique.js";
import {largest, smallest} from "../../../stats/extent.js";
import {randomStream} from "../../../tensor/random.js";
import type {Claim} from "../claim.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";
import {notTried} from "../rules.js";

const [ROWS, KEYS, WIDTH] = [64, 512, 64];
const DIFFERENCE = "largest difference from plain softmax";
/** Rows of a tile that libraries fill a small batch up to, and that FlashDecoding++ does. */
const [PADDED, OWN] = [64, 8];
const SAME = 1e-6;

/** Rows with scores of a spread of three. */
function rows() {
  const stream = randomStream(0, "claims unified maximum");
  const normal = (count: number, spread: number) =>
    Float64Array.from({length: count}, () => spread * stream.normal());
  return Array.from({length: ROWS}, () => attentionRow(normal(KEYS, 3), normal(KEYS * WIDTH, 1), WIDTH));
}

function unifiedEvidence() {
  const all = rows();
  const plain = plainSoftmax.run(all).outputs;
  const setting = {
    tile: 64,
    range: {centre: calibratedCentre(all), above: 80, below: 80},
    round: Math.fround,
  };
  const subject = `${ROWS} random rows of ${KEYS} keys, float32`;
  const own = unifiedMax.run(all, setting);
  const gap = largest(
    own.outputs.flatMap((row, i) => Array.from(row, (value, d) => Math.abs(value - plain[i][d]))),
  );
  return [
    measured(subject, DIFFERENCE, gap, "of values around one"),
    measured(subject, "corrections, unified maximum", own.counts.rescales, "results"),
    measured(
      subject,
      "corrections, online softmax",
      onlineSoftmax.run(all, setting).counts.rescales,
      "results",
    ),
  ];
}

const common = {paper: "arXiv:2311.01282", place: "abstract"} as const;

/** Claims of FlashDecoding++. */
export const flashDecodingClaims: readonly Claim[] = [
  {
    ...common,
    id: "unified-maximum",
    statement:
      "One fixed number in place of every largest score leaves softmax as it is, and no part has to be corrected.",
    kind: "measured",
    reported: [reported("softmax in parts", "corrections", 0, "results")],
    ours: unifiedEvidence,
    judge: (_printed, ours) => {
      const [[gap], [corrections]] = [valuesOf(ours, DIFFERENCE), valuesOf(ours, "corrections, unified")];
      return gap < SAME && corrections === 0 ? "agrees" : "differs";
    },
    why: "Holds while scores stay within reach of the number; a row that leaves it is computed anew, and how often trained heads do so stands on the page.",
  },
  {
    ...common,
    id: "flat-products",
    statement: "Filling small batches up for products wastes more than half of the performance.",
    kind: "modelled",
    reported: [reported("flat products", "performance lost", 0.5, "share")],
    ours: () =>
      [1, 8, 16].map((batch) =>
        modelled(
          `${batch} sequences, filled up to ${PADDED} rows and to ${OWN}`,
          "arithmetic on rows that hold nothing, beyond that of small tiles",
          1 - batch / PADDED - (1 - batch / (OWN * Math.ceil(batch / OWN))),
          "share",
        ),
      ),
    judge: (_printed, ours) => (smallest(valuesOf(ours)) > 0 ? "same direction" : "differs"),
    why: "Rows that hold nothing are counted, which is arithmetic alone: where a product waits for its weights they cost no time. No kernel was run.",
  },
  {
    ...common,
    id: "flash-decoding-speed",
    statement:
      "It is up to 4.86 times as fast as Hugging Face's implementation on NVIDIA's processors and 2.18 times on AMD's, and 1.37 times as fast as other engines.",
    kind: "open",
    reported: [
      reported("NVIDIA", "speed over Hugging Face", 4.86, "x"),
      reported("AMD", "speed over Hugging Face", 2.18, "x"),
      reported("other engines, average", "speed", 1.37, "x"),
    ],
    ours: () => [],
    judge: notTried,
    why: "Its kernels and a choice between them by the shape of a product are measured against other software on graphics processors; none of that was run.",
  },
];
