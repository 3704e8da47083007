/** Claims on mixtures of experts, judged on the small mixtures that come with the library. */

import type {Row} from "../../../experiment/columns.js";
import type {Interval} from "../../../stats/interval.js";
import type {loadedExperts} from "../../experts/loaded.js";
import type {expertStore} from "../../experts/store.js";
import type {Claim, Evidence, Verdict} from "../claim.js";
import {
  gapPercent,
  intervalsOf,
  measured,
  modelled,
  reported,
  type Spread,
  spread,
  type TextLosses,
  valuesOf,
} from "../evidence.js";

type LoadedRow = Row<(typeof loadedExperts)["columns"]>;
type StoreRow = Row<(typeof expertStore)["columns"]>;

/** Everything that the ledger ran. */
export interface Mixtures {
  readonly loaded: readonly LoadedRow[];
  /** Losses of the plain mixture and of MoE++ on the same documents. */
  readonly plain: TextLosses;
  readonly idle: TextLosses;
  readonly store: readonly StoreRow[];
}

const BLOCK = "blockffn-small, test documents";
const BLOCK_PLAIN = "blockffn-small-plain, test documents";
const OURS = "ours have a quarter of a million parameters and learned a text of 256 words";

/** Share of the experts that a chunk leaves out, with its interval, in per cent. */
function leftOut(rows: readonly LoadedRow[], mixture: string, chunk: number): Spread {
  const row = rows.find((each) => each.mixture === mixture && each.chunk === chunk);
  const percent = (share: number | null | undefined) => 100 * (1 - (share ?? Number.NaN));
  return {
    value: percent(row?.loaded),
    low: percent(row?.loadedHigh),
    high: percent(row?.loadedLow),
    documents: row?.documents ?? 0,
  };
}

/** A least share: `agrees` if the interval lies above it, `differs` if it lies below. */
export function atLeastVerdict([interval]: readonly Interval[], least: number): Verdict {
  if (interval === undefined || Number.isNaN(interval.low)) return "open";
  return interval.low >= least ? "agrees" : interval.high < least ? "differs" : "open";
}

const tokenSparsity: Claim<Mixtures> = {
  id: "blockffn-token-sparsity",
  paper: "arXiv:2507.08771",
  place: "abstract",
  statement: "A token leaves more than 80 % of the experts out.",
  kind: "measured",
  reported: [reported("BlockFFN models", "experts that a token leaves out, more than", 80, "%")],
  ours: ({loaded}) => [
    spread(BLOCK, "experts that a token leaves out", leftOut(loaded, "block-ffn", 1), "%"),
    spread(BLOCK_PLAIN, "without the losses", leftOut(loaded, "block-ffn-plain", 1), "%"),
  ],
  judge: (_, ours) => atLeastVerdict(intervalsOf(ours, "experts that a token"), 80),
  why: `The paper's models have up to 1.2 billion parameters; ${OURS}, and the loss for sparse chunks weighs 0.3 from the start instead of being scheduled.`,
};

const chunkSparsity: Claim<Mixtures> = {
  id: "blockffn-chunk-sparsity",
  paper: "arXiv:2507.08771",
  place: "abstract",
  statement: "Eight consecutive tokens together leave 70 % of the experts out.",
  kind: "measured",
  reported: [reported("BlockFFN models", "experts that eight tokens leave out", 70, "%")],
  ours: ({loaded}) => [
    spread(BLOCK, "experts that eight tokens leave out", leftOut(loaded, "block-ffn", 8), "%"),
    spread(BLOCK_PLAIN, "without the losses", leftOut(loaded, "block-ffn-plain", 8), "%"),
  ],
  judge: (_, ours) => atLeastVerdict(intervalsOf(ours, "experts that eight tokens"), 70),
  why: `Neighbouring tokens are easier to bring together in a small vocabulary; ${OURS}.`,
};

const throughput: Claim<Mixtures> = {
  id: "moe-plus-plus-throughput",
  paper: "arXiv:2410.07348",
  place: "abstract",
  statement: "Experts are 1.1 to 2.1 times as fast as those of a plain mixture of the same size.",
  kind: "measured",
  reported: [
    reported("MoE++ 0.6B to 7B", "times as fast, from", 1.1, "x"),
    reported("MoE++ 0.6B to 7B", "times as fast, to", 2.1, "x"),
  ],
  ours: ({loaded}) => {
    const [plain, idle] = ["mixtral", "moe-plus-plus"].map((id) => perToken(loaded, id));
    return [
      measured("mixture-small-zero", "experts with matrices for a token", idle, "experts"),
      measured("mixture-small-zero beside mixture-small", "times fewer experts computed", plain / idle, "x"),
    ];
  },
  judge: (_, ours) => {
    const [fewer = Number.NaN] = valuesOf(ours, "times fewer");
    if (Number.isNaN(fewer)) return "open";
    return fewer >= 1.1 ? "same direction" : "differs";
  },
  why: "The paper times experts on graphics processors and changes tau; here experts are counted, at one tau of 0.75, so a count can only show the direction.",
};

const perToken = (rows: readonly LoadedRow[], mixture: string): number =>
  rows.find((row) => row.mixture === mixture)?.perToken ?? Number.NaN;

const quality: Claim<Mixtures> = {
  id: "moe-plus-plus-quality",
  paper: "arXiv:2410.07348",
  place: "abstract",
  statement: "MoE++ is better than a plain mixture of the same size.",
  kind: "measured",
  reported: [
    reported("MoE++ 7B beside a plain mixture", "tasks on which it is better, most of them", null, ""),
  ],
  ours: ({plain, idle}) => [
    spread("mixture-small-zero beside mixture-small", "perplexity lost", gapPercent(idle, plain), "%"),
  ],
  judge: (_, ours) => {
    const [lost] = intervalsOf(ours, "perplexity lost");
    if (lost === undefined || Number.isNaN(lost.low)) return "open";
    if (lost.high < 0) return "agrees";
    return lost.low > 0 ? "differs" : "open";
  },
  why: "Both began with the attention of the same decoder and saw the same documents; each was trained once, so the interval holds for these two models and not for the method.",
};

/** The fastest setting within a memory. */
function fastestWithin(rows: readonly StoreRow[], shape: string, gigabytes: number): number | null {
  const within = rows.filter((row) => row.shape.endsWith(shape) && row.memoryGB <= gigabytes);
  return within.length === 0 ? null : within.reduce((most, row) => Math.max(most, row.tokensPerSecond), 0);
}

const LEAST_TOKENS = 20;

const speed: Claim<Mixtures> = {
  id: "small-thinker-speed",
  paper: "arXiv:2507.20984",
  place: "abstract",
  statement:
    "On processors of consumers, in Q4_0, both models write more than 20 tokens a second in 1 GB and in 8 GB.",
  kind: "modelled",
  reported: [
    reported("SmallThinker 4B-A0.6B, 1 GB", "tokens a second, more than", LEAST_TOKENS, "tokens/s"),
    reported("SmallThinker 21B-A3B, 8 GB", "tokens a second, more than", LEAST_TOKENS, "tokens/s"),
  ],
  ours: ({store}) =>
    [
      ["4B-A0.6B", 1],
      ["21B-A3B", 8],
    ].map(
      ([shape, gigabytes]): Evidence =>
        modelled(
          `SmallThinker ${shape}, ${gigabytes} GB, DDR4-3200, a drive of 3.5 GB/s`,
          "tokens a second",
          fastestWithin(store, String(shape), Number(gigabytes)),
          "tokens/s",
        ),
    ),
  judge: (_, ours) => {
    const values = valuesOf(ours, "tokens a second");
    if (values.length < ours.length) return "open";
    return values.every((value) => value > LEAST_TOKENS) ? "agrees" : "differs";
  },
  why: "Experts are drawn by the published frequencies, each token anew; time is that of reading weights alone. The paper's machines differ in memory and drive, and its programs also predict rows of the head.",
};

const LEAST_ZEROS = 60;

const neurons: Claim<Mixtures> = {
  id: "small-thinker-neurons",
  paper: "arXiv:2507.20984",
  place: "section 2.3",
  statement: "More than 60 % of the neurons of a chosen expert are zero, in the median of every layer.",
  kind: "measured",
  reported: [reported("SmallThinker", "neurons that are zero, more than", LEAST_ZEROS, "%")],
  ours: ({loaded}) => {
    const row = loaded.find(({mixture}) => mixture === "small-thinker");
    const zeros = row ? 100 * (1 - row.neurons) : null;
    return [measured("mixture-small-early, mean over layers", "neurons that are zero", zeros, "%")];
  },
  judge: (_, ours) => {
    const [zeros = Number.NaN] = valuesOf(ours, "neurons that are zero");
    if (Number.isNaN(zeros)) return "open";
    if (zeros > LEAST_ZEROS) return "agrees";
    return zeros > 50 ? "same direction" : "differs";
  },
  why: `Half would be zero of gates that are as often above zero as below; ${OURS}.`,
};

/** Claims of papers on mixtures of experts. */
export const mixtureClaims: readonly Claim<Mixtures>[] = [
  tokenSparsity,
  chunkSparsity,
  throughput,
  quality,
  speed,
  neurons,
];
