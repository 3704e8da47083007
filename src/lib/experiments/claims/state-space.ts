import {meanReduction, perplexityGap} from "../../evaluate/loss-reduction.js";
import {experiment} from "../../experiment/experiment.js";
import type {Interval} from "../../stats/interval.js";
import {mambaWeights} from "../ssm/mambas.js";
import {type Claim, claimColumns, type Evidence, type Verdict} from "./claim.js";
import {intervalEvidence, measured, perplexityOf} from "./evidence.js";
import {type DocumentScores, documentScores, outputTails, type Setups} from "./state-space-scores.js";
import {sizeAndSpeedClaims} from "./state-space-sizes.js";
import {orderVerdict, reductionVerdict} from "./working-model.js";

/** On Mamba: from best to worst as Quamba's table of perplexities has them. */
const MAMBA_SETUPS = {
  float: null,
  quamba: {method: "quamba", bits: "w8a8"},
  smoothquant: {method: "smoothquant", bits: "w8a8"},
  dynamic: {method: "dynamic", bits: "w8a8"},
  static: {method: "static", bits: "w8a8"},
} as const satisfies Setups<string>;

/** On Mamba2; `alike` has embedding and head in float16 as Quamba has them. */
const MAMBA2_SETUPS = {
  quamba: {method: "quamba", bits: "w8a8"},
  alike: {method: "quamba2", bits: "w8a8", roundsEnds: false},
  w4a8: {method: "quamba2", bits: "w4a8"},
  w4a16: {method: "quamba2", bits: "w4a16"},
  sorted: {method: "cluster", bits: null},
} as const satisfies Setups<string>;

/** Everything that was measured. */
interface Found {
  readonly mamba: Readonly<Record<keyof typeof MAMBA_SETUPS, DocumentScores>>;
  readonly mamba2: Readonly<Record<keyof typeof MAMBA2_SETUPS, DocumentScores>>;
  readonly tails: Awaited<ReturnType<typeof outputTails>>;
}

type StateSpaceClaim = Omit<Claim, "ours" | "judge"> & {
  readonly ours: (found: Found) => readonly Evidence[];
  readonly judge: (found: Found) => Verdict;
};

const QUAMBA = "arXiv:2410.13229";
const QUAMBA2 = "arXiv:2503.22879";
const [MAMBA_ID, MAMBA2_ID] = ["mamba1-small", "mamba2-small"] as const;

const SMALL =
  "Ours are models of 160 to 210 thousand parameters on their own test documents, with intervals over documents.";

type Ranked = keyof typeof MAMBA_SETUPS;
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

/** The verdict and the evidence of an order of perplexities on Mamba, best first. */
function perplexityOrder(ranked: readonly Ranked[]): Pick<StateSpaceClaim, "reported" | "ours" | "judge"> {
  const gaps = ({mamba}: Found) =>
    ranked.slice(1).map((worse, i) => {
      const better = ranked[i];
      return {better, worse, gap: perplexityGap(mamba[worse].nll, mamba[better].nll)};
    });
  return {
    reported: ranked.map((name) => ({
      subject: "Mamba 2.8B, WikiText-2",
      quantity: `perplexity of ${NAMES[name]}`,
      value: PRINTED[name],
      unit: "perplexity",
      provenance: "reported",
    })),
    ours: (found) => [
      ...ranked.map((name) =>
        measured(MAMBA_ID, `perplexity of ${NAMES[name]}`, perplexityOf(found.mamba[name]), "perplexity"),
      ),
      ...gaps(found).flatMap(({better, worse, gap}) =>
        intervalEvidence(
          MAMBA_ID,
          `perplexity of ${NAMES[worse]} above that of ${NAMES[better]}`,
          gap,
          "perplexity",
        ),
      ),
    ],
    judge: (found) => orderVerdict([gaps(found).map(({gap}) => gap)]),
  };
}

const collapse: StateSpaceClaim = {
  id: "quamba-static",
  paper: QUAMBA,
  place: "table of perplexities",
  statement: "Static int8 for every tensor costs a Mamba much perplexity, and Quamba wins most of it back.",
  ...perplexityOrder(["float", "quamba", "static"]),
  why: `${SMALL} Outliers grow with size, and so does what static int8 costs.`,
};

const order: StateSpaceClaim = {
  id: "quamba-order",
  paper: QUAMBA,
  place: "table of perplexities",
  statement: "With 8 bits, Quamba beats SmoothQuant, that beats dynamic scales, and these beat static ones.",
  ...perplexityOrder(["quamba", "smoothquant", "dynamic", "static"]),
  why: `${SMALL} Our dynamic baseline has a scale for every token, which no outlier of another token can spoil; what the paper's dynamic scales span is not known to us.`,
};

const tails: StateSpaceClaim = {
  id: "quamba-tails",
  paper: QUAMBA,
  place: "section 4",
  statement: "The gated output of a scan has heavy tails, and a Hadamard transform takes them away.",
  reported: [
    {
      subject: "Mamba",
      quantity: "kurtosis of the gated output",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  ours: ({tails: {plain, hadamard}}) => [
    measured(MAMBA_ID, "kurtosis of the gated output, worst layer", plain.kurtosis, ""),
    measured(MAMBA_ID, "the same in Hadamard space", hadamard.kurtosis, ""),
    measured(MAMBA_ID, "signal to noise in static int8, worst layer", plain.sqnrDb, "dB"),
    measured(MAMBA_ID, "the same in Hadamard space", hadamard.sqnrDb, "dB"),
  ],
  judge: ({tails: {plain, hadamard}}) =>
    plain.kurtosis > 6 && hadamard.kurtosis < plain.kurtosis / 2 && hadamard.sqnrDb > plain.sqnrDb
      ? "same direction"
      : "differs",
  why: "The paper draws the distribution and prints no number. A Gaussian has a kurtosis of 3.",
};

/** A printed fall of accuracy beside answers that our model lost. */
function accuracyClaim(
  claim: Pick<Claim, "id" | "paper" | "place" | "statement" | "why">,
  {
    subject,
    quantity,
    points,
    setup,
  }: {subject: string; quantity: string; points: number; setup: "quamba" | "w4a8"},
): StateSpaceClaim {
  const lost = ({mamba2}: Found): Interval => {
    const {value, low, high} = mamba2[setup].answers;
    return {value: 0 - 100 * value, low: 0 - 100 * high, high: 0 - 100 * low};
  };
  return {
    ...claim,
    reported: [{subject, quantity, value: points, unit: "points", provenance: "reported"}],
    ours: (found) => intervalEvidence(MAMBA2_ID, "answers lost", lost(found), "points"),
    judge: (found) => lossVerdict(lost(found), points),
  };
}

/**
 * Verdict on a loss against the printed one, as far as its interval can tell: one that holds both the printed loss and none at
 * all tells nothing, and a smaller loss than the printed one points the same way.
 */
export function lossVerdict({low, high}: Interval, printed: number): Verdict {
  if (low > printed) return "differs";
  if (high < printed) return "same direction";
  return low > 0 ? "agrees" : "cannot be judged here";
}

const quambaAccuracy = accuracyClaim(
  {
    id: "quamba-accuracy",
    paper: QUAMBA,
    place: "abstract",
    statement: "Quamba in W8A8 costs a Mamba of 2.8 billion parameters 0.9 points of zero-shot accuracy.",
    why: `${SMALL} Losing less than was printed counts as the same direction. Answers are facts that a document states, not zero-shot tasks; the project page prints 63.07 and 61.80, which is 1.27.`,
  },
  {subject: "Mamba 2.8B, six zero-shot tasks", quantity: "accuracy lost", points: 0.9, setup: "quamba"},
);

const quamba2Accuracy = accuracyClaim(
  {
    id: "quamba2-accuracy",
    paper: QUAMBA2,
    place: "abstract",
    statement: "Quamba2 in W4A8 costs a Mamba2 of 8 billion parameters 1.6 points of zero-shot accuracy.",
    why: `${SMALL} Losing less than was printed counts as the same direction. We round weights to nearest where the paper compensates errors with GPTQ, and rows of 64 inputs have less to average over.`,
  },
  {subject: "Mamba2 8B, six zero-shot tasks", quantity: "accuracy lost", points: 1.6, setup: "w4a8"},
);

const reduction = (found: Found, better: keyof Found["mamba2"], worse: keyof Found["mamba2"]): Interval => {
  const {value, low, high} = meanReduction(found.mamba2[better].kl, found.mamba2[worse].kl);
  return {value: 100 * value, low: 100 * low, high: 100 * high};
};

const better: StateSpaceClaim = {
  id: "quamba2-over-quamba",
  paper: QUAMBA2,
  place: "table of zero-shot accuracy, W8A8",
  statement: "On Mamba2, Quamba2 loses less than Quamba at the same eight bits.",
  reported: [
    ["FP16", 63.8],
    ["Quamba", 56.5],
    ["Quamba2", 62.5],
  ].map(([name, value]) => ({
    subject: "Mamba2 2.7B, six zero-shot tasks",
    quantity: `accuracy of ${name}`,
    value: value as number,
    unit: "%",
    provenance: "reported",
  })),
  ours: (found) =>
    intervalEvidence(MAMBA2_ID, "less KL divergence than Quamba", reduction(found, "alike", "quamba"), "%"),
  judge: (found) => reductionVerdict([reduction(found, "alike", "quamba")], 100 * (1 - 1.3 / 7.3)),
  why: `${SMALL} Embedding and head are float16 in both, and texts are read at once: what state groups save shows only where the packed state is read again, on the page about quantizing.`,
};

const widths: StateSpaceClaim = {
  id: "quamba2-w4a16",
  paper: QUAMBA2,
  place: "table of zero-shot accuracy, 8B",
  statement: "With weights in four bits, 16-bit activations keep a little more than 8-bit ones.",
  reported: [
    ["W4A8", 69.1],
    ["W4A16", 69.8],
  ].map(([name, value]) => ({
    subject: "Mamba2 8B, six zero-shot tasks",
    quantity: `accuracy of ${name}`,
    value: value as number,
    unit: "%",
    provenance: "reported",
  })),
  ours: (found) =>
    intervalEvidence(
      MAMBA2_ID,
      "less KL divergence in W4A16 than in W4A8",
      reduction(found, "w4a16", "w4a8"),
      "%",
    ),
  judge: (found) => {
    const {low, high} = reduction(found, "w4a16", "w4a8");
    return low > 0 ? "same direction" : high < 0 ? "differs" : "cannot be judged here";
  },
  why: `${SMALL} Where the weights do most of the damage, activations can add little.`,
};

const invariant: StateSpaceClaim = {
  id: "quamba2-rearrangement",
  paper: QUAMBA2,
  place: "section 4",
  statement: "Sorting channels and clustering heads offline leaves what the model computes as it was.",
  reported: [
    {subject: "any Mamba2", quantity: "change of the output", value: 0, unit: "nats", provenance: "reported"},
  ],
  ours: ({mamba2: {sorted}}) => [
    measured(MAMBA2_ID, "largest mean KL divergence of a document", Math.max(...sorted.kl), "nats"),
  ],
  judge: ({mamba2: {sorted}}) => (Math.max(...sorted.kl) < 1e-9 ? "agrees" : "differs"),
  why: "Sums in another order round another way in float32; beyond that nothing moves.",
};

const claims = [
  collapse,
  order,
  tails,
  quambaAccuracy,
  better,
  quamba2Accuracy,
  widths,
  invariant,
  ...sizeAndSpeedClaims,
];

/** Claims of Quamba and Quamba2, beside the library's results on state-space models that anyone can run. */
export const stateSpaceClaims = experiment({
  id: "claims/state-space",
  title: "Claims about quantized state-space models",
  question: "Which printed claims about quantized state-space models hold on small ones, and by how much?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More narrow the intervals.",
      min: 2,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: [`weights/${MAMBA_ID}`, `weights/${MAMBA2_ID}`],
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const part = (from: number) => (share: number, what?: string) => progress(from + 0.45 * share, what);
    const mamba = mambaWeights(MAMBA_ID, data);
    const found: Found = {
      mamba: await documentScores(mamba, MAMBA_SETUPS, {documents, tell: part(0)}),
      mamba2: await documentScores(mambaWeights(MAMBA2_ID, data), MAMBA2_SETUPS, {
        documents,
        tell: part(0.45),
      }),
      tails: await outputTails(mamba, 2),
    };
    return claims.flatMap(({id, statement, paper, place, reported, ours, judge, why}) => {
      const shared = {claim: id, statement, paper, place, verdict: judge(found), why};
      return [...reported, ...ours(found)].map((evidence) => ({...shared, ...evidence}));
    });
  },
});
