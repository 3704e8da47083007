/** Quamba's claims, all judged on Mamba. */

import type {Claim} from "../claim.js";
import {gapOf, intervalsOf, measured, perplexityOf, reported, spread, valuesOf} from "../evidence.js";
import {orderVerdict} from "../rules.js";
import {ACCURACY, accuracyRule, latency, lossEvidence, MAMBA_ID, SMALL} from "./measures.js";
import type {DocumentScores, OutputTails, Setups} from "./scores.js";

/** Id of the paper. */
export const QUAMBA = "arXiv:2410.13229";

/** From best to worst as Quamba's table of perplexities has them. */
export const QUAMBA_SETUPS = {
  float: null,
  quamba: {method: "quamba", bits: "w8a8"},
  smoothquant: {method: "smoothquant", bits: "w8a8"},
  dynamic: {method: "dynamic", bits: "w8a8"},
  static: {method: "static", bits: "w8a8"},
} as const satisfies Setups<string>;

type Ranked = keyof typeof QUAMBA_SETUPS;

/** Everything that its claims are judged on. */
export interface QuambaFound {
  readonly scores: Readonly<Record<Ranked, DocumentScores>>;
  readonly tails: OutputTails;
}

const NAMES: Readonly<Record<Ranked, string>> = {
  float: "the float model",
  quamba: "Quamba",
  smoothquant: "SmoothQuant",
  dynamic: "dynamic int8",
  static: "static int8",
};
/** Perplexity of Mamba 2.8B on WikiText-2. */
const PRINTED: Readonly<Record<Ranked, number>> = {
  float: 9.45,
  quamba: 10.31,
  smoothquant: 13.59,
  dynamic: 16.92,
  static: 78.63,
};

/** An order of perplexities, best first. */
function orderClaim(
  claim: Pick<Claim, "id" | "statement" | "why">,
  ranked: readonly Ranked[],
): Claim<QuambaFound> {
  return {
    ...claim,
    paper: QUAMBA,
    place: "table of perplexities",
    kind: "measured",
    reported: ranked.map((name) =>
      reported("Mamba 2.8B, WikiText-2", `perplexity of ${NAMES[name]}`, PRINTED[name], "perplexity"),
    ),
    ours: ({scores}) => [
      ...ranked.map((name) =>
        measured(MAMBA_ID, `perplexity of ${NAMES[name]}`, perplexityOf(scores[name]), "perplexity"),
      ),
      ...ranked
        .slice(1)
        .map((worse, i) =>
          spread(
            MAMBA_ID,
            `above ${NAMES[ranked[i]]}, perplexity of ${NAMES[worse]}`,
            gapOf(scores[worse], scores[ranked[i]]),
            "perplexity",
          ),
        ),
    ],
    judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "above ")),
  };
}

const tails: Claim<QuambaFound> = {
  id: "quamba-tails",
  paper: QUAMBA,
  place: "section 4",
  statement: "The gated output of a scan has heavy tails, and a Hadamard transform takes them away.",
  kind: "measured",
  reported: [reported("Mamba", "kurtosis of the gated output", null, "")],
  ours: ({tails: {plain, hadamard}}) => [
    measured(MAMBA_ID, "kurtosis of the gated output, worst layer", plain.kurtosis, ""),
    measured(MAMBA_ID, "kurtosis in Hadamard space", hadamard.kurtosis, ""),
    measured(MAMBA_ID, "signal to noise in static int8, worst layer", plain.sqnrDb, "dB"),
    measured(MAMBA_ID, "signal to noise in Hadamard space", hadamard.sqnrDb, "dB"),
  ],
  judge: (_reported, ours) => {
    const [[plain, rotated], [plainDb, rotatedDb]] = [
      valuesOf(ours, "kurtosis"),
      valuesOf(ours, "signal to noise"),
    ];
    return plain > 6 && rotated < plain / 2 && rotatedDb > plainDb ? "same direction" : "differs";
  },
  why: "The paper draws the distribution and prints no number. A Gaussian has a kurtosis of 3; heavy is twice that here.",
};

const accuracy: Claim<QuambaFound> = {
  id: "quamba-accuracy",
  paper: QUAMBA,
  place: "abstract",
  statement: "Quamba in W8A8 costs a Mamba of 2.8 billion parameters 0.9 points of zero-shot accuracy.",
  kind: "measured",
  reported: [reported("Mamba 2.8B, six zero-shot tasks", "accuracy lost", 0.9, "points")],
  ours: ({scores: {quamba, float}}) => lossEvidence(MAMBA_ID, quamba, float),
  judge: accuracyRule(0.9),
  why: `${ACCURACY} The project page prints 63.07 and 61.80, which is 1.27.`,
};

/** Quamba's claims. */
export const quambaClaims: readonly Claim<QuambaFound>[] = [
  orderClaim(
    {
      id: "quamba-static",
      statement:
        "Static int8 for every tensor costs a Mamba much perplexity, and Quamba wins most of it back.",
      why: `${SMALL} Outliers grow with size, and so does what static int8 costs.`,
    },
    ["float", "quamba", "static"],
  ),
  orderClaim(
    {
      id: "quamba-order",
      statement:
        "With 8 bits, Quamba beats SmoothQuant, that beats dynamic scales, and these beat static ones.",
      why: `${SMALL} Our dynamic baseline has a scale for every token, which no outlier of another token can spoil; what the paper's dynamic scales span is not known to us.`,
    },
    ["quamba", "smoothquant", "dynamic", "static"],
  ),
  tails,
  accuracy,
  latency(
    {
      id: "quamba-latency",
      paper: QUAMBA,
      place: "abstract",
      statement: "Quamba writes 1.72 times faster than FP16 on an Orin Nano.",
    },
    [["Mamba 2.8B, Orin Nano 8G", "latency of generation saved", 1.72, "×"]],
  ),
];
