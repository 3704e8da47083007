/** Quamba2's claims, all judged on Mamba2. */

import {largest} from "../../../stats/extent.js";
import type {Claim} from "../claim.js";
import {intervalsOf, measured, reported, spread, valuesOf} from "../evidence.js";
import {orderVerdict, reductionVerdict} from "../rules.js";
import {ACCURACY, accuracyRule, klReduction, latency, lossEvidence, MAMBA2_ID, SMALL} from "./measures.js";
import type {DocumentScores, Setups} from "./scores.js";
import {quamba2Size} from "./sizes.js";

/** Id of the paper. */
export const QUAMBA2 = "arXiv:2503.22879";

/** Setups of Mamba2; `alike` has embedding and head in float16 as Quamba has them. */
export const QUAMBA2_SETUPS = {
  float: null,
  quamba: {method: "quamba", bits: "w8a8"},
  alike: {method: "quamba2", bits: "w8a8", roundsEnds: false},
  w4a8: {method: "quamba2", bits: "w4a8"},
  w4a16: {method: "quamba2", bits: "w4a16"},
  sorted: {method: "cluster", bits: null},
} as const satisfies Setups<string>;

/** Everything that its claims are judged on. */
export type Quamba2Found = Readonly<Record<keyof typeof QUAMBA2_SETUPS, DocumentScores>>;

const accuracy: Claim<Quamba2Found> = {
  id: "quamba2-accuracy",
  paper: QUAMBA2,
  place: "abstract",
  statement: "Quamba2 in W4A8 costs a Mamba2 of 8 billion parameters 1.6 points of zero-shot accuracy.",
  kind: "measured",
  reported: [reported("Mamba2 8B, six zero-shot tasks", "accuracy lost", 1.6, "points")],
  ours: ({w4a8, float}) => lossEvidence(MAMBA2_ID, w4a8, float),
  judge: accuracyRule(1.6),
  why: `${ACCURACY} We round weights to nearest where the paper compensates errors with GPTQ, and rows of 64 inputs have less to average over.`,
};

const accuracies = (subject: string, printed: readonly (readonly [name: string, percent: number])[]) =>
  printed.map(([name, percent]) =>
    reported(`${subject}, six zero-shot tasks`, `accuracy of ${name}`, percent, "%"),
  );

const better: Claim<Quamba2Found> = {
  id: "quamba2-over-quamba",
  paper: QUAMBA2,
  place: "table of zero-shot accuracy, W8A8",
  statement: "On Mamba2, Quamba2 loses less than Quamba at the same eight bits.",
  kind: "measured",
  reported: accuracies("Mamba2 2.7B", [
    ["FP16", 63.8],
    ["Quamba", 56.5],
    ["Quamba2", 62.5],
  ]),
  ours: ({alike, quamba}) => [
    spread(MAMBA2_ID, "less KL divergence than Quamba", klReduction(alike, quamba), "%"),
  ],
  judge: (printed, ours) => {
    const [float, quamba, quamba2] = valuesOf(printed, "accuracy");
    return reductionVerdict(intervalsOf(ours), 100 * (1 - (float - quamba2) / (float - quamba)));
  },
  why: `${SMALL} Embedding and head are float16 in both, and texts are read at once: what state groups save shows only where the packed state is read again, on the page about quantizing.`,
};

const widths: Claim<Quamba2Found> = {
  id: "quamba2-w4a16",
  paper: QUAMBA2,
  place: "table of zero-shot accuracy, 8B",
  statement: "With weights in four bits, 16-bit activations keep a little more than 8-bit ones.",
  kind: "measured",
  reported: accuracies("Mamba2 8B", [
    ["W4A8", 69.1],
    ["W4A16", 69.8],
  ]),
  ours: ({w4a16, w4a8}) => [
    spread(MAMBA2_ID, "less KL divergence in W4A16 than in W4A8", klReduction(w4a16, w4a8), "%"),
  ],
  // Divergence is not accuracy: it can point the same way, and no more.
  judge: (_reported, ours) => {
    const verdict = orderVerdict(intervalsOf(ours));
    return verdict === "agrees" ? "same direction" : verdict;
  },
  why: `${SMALL} Where the weights do most of the damage, activations can add little.`,
};

/** Divergence in nats that rounding in another order may leave. */
const ROUNDING = 1e-9;

const invariant: Claim<Quamba2Found> = {
  id: "quamba2-rearrangement",
  paper: QUAMBA2,
  place: "section 4",
  statement: "Sorting channels and clustering heads offline leaves what the model computes as it was.",
  kind: "measured",
  reported: [reported("any Mamba2", "change of the output", 0, "nats")],
  ours: ({sorted}) => [
    measured(MAMBA2_ID, "largest mean KL divergence of a document", largest(sorted.kl), "nats"),
  ],
  judge: (_reported, ours) => (valuesOf(ours).every((nats) => nats < ROUNDING) ? "agrees" : "differs"),
  why: "Sums in another order round another way in float32; beyond that nothing moves.",
};

const A5000 = "Mamba2 8B, A5000";
const ORIN = "Mamba2 8B, Orin Nano";

const speed = latency(
  {
    id: "quamba2-latency",
    paper: QUAMBA2,
    place: "abstract; table of latencies",
    statement:
      "Quamba2 reads 1.3 times and writes 3 times faster than FP16; on an Orin Nano it writes 13 tokens a second.",
  },
  [
    [A5000, "time per output token in FP16", 22.73, "ms"],
    [A5000, "time per output token in W4A8", 7.43, "ms"],
    [A5000, "ratio of the times per output token", 22.73 / 7.43, "×"],
    [A5000, "time to first token in FP16", 197.8, "ms"],
    [A5000, "time to first token in W4A8", 140.78, "ms"],
    [A5000, "ratio of the times to first token", 197.8 / 140.78, "×"],
    [ORIN, "time per output token in W4A16", 78.77, "ms"],
    [ORIN, "tokens a second", 1000 / 78.77, "tokens/s"],
  ],
);

/** Quamba2's claims. */
export const quamba2Claims: readonly Claim<Quamba2Found>[] = [
  better,
  accuracy,
  widths,
  invariant,
  quamba2Size,
  speed,
];
