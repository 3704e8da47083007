/** Claims of papers on token selection, judged on our decoders. */

import type {TokenButlerShape} from "../../attention/token-butler/token-butler.js";
import {tokenButlerOverhead, tokenButlerParameters} from "../../attention/token-butler/token-butler-cost.js";
import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import type {Interval} from "../../stats/interval.js";
import type {Claim, Evidence, Verdict} from "./claim.js";
import {
  type Answers,
  answersChange,
  evidence,
  gapPercent,
  intervalEvidence,
  measured,
  perplexityOf,
  rightPercent,
  type TextLosses,
} from "./evidence.js";

/** Results of a reading of the texts. */
export interface Scores extends TextLosses, Answers {
  /** All keys and values, over what was read of them and of the policy's own state. */
  readonly fewerRead: number;
  /** All keys and values, over what was kept at the end. */
  readonly fewerKept: number;
}

/** All readings of one model, by name. */
export interface Found {
  readonly model: string;
  readonly config: DecoderConfig;
  readonly predictor: TokenButlerPredictor;
  readonly scores: Readonly<Record<string, Scores>>;
}

/** A claim that readings of decoders under policies judge. */
export type SelectionClaim = Omit<Claim, "ours" | "judge"> & {
  readonly ours: (found: readonly Found[]) => readonly Evidence[];
  readonly judge: (found: readonly Found[]) => Verdict;
};

const BUTLER = "arXiv:2503.07518";

/** Perplexity on WikiText-2 at half the keys, as the repository's result files have it. */
const PRINTED_PERPLEXITIES = {
  "Llama-3.2-1B": {
    oracle: 11.28,
    TokenButler: 11.55,
    H2O: 12.41,
    SnapKV: 13.73,
    StreamingLLM: 15.18,
    Quest: 103,
  },
  "Llama-3.1-8B": {oracle: 7.28, TokenButler: 7.38, H2O: 7.9, SnapKV: 8.25, StreamingLLM: 8.73, Quest: 35.4},
  "Llama-2-7B": {oracle: 6.24, TokenButler: 6.32, H2O: 6.74, SnapKV: 7.03, StreamingLLM: 7.25},
  "Mistral-7B": {oracle: 5.95, TokenButler: 6.02, H2O: 6.59, StreamingLLM: 7.16},
} as const;

const printedPerplexities = Object.entries(PRINTED_PERPLEXITIES).flatMap(([subject, values]) =>
  Object.entries(values).map(([name, value]) =>
    evidence(subject, `perplexity of ${name}, half the keys`, value, "perplexity", "reported"),
  ),
);

/** E, H, N, D and I of predictors that were released; parameters of their models. */
const RELEASED: readonly {model: string; shape: TokenButlerShape; parameters: number; printed: number}[] = [
  released("Llama-3.2-1B", [2048, 32, 16, 16, 512], 1_235_814_400, 0.99),
  released("Llama-3.1-8B", [4096, 32, 32, 32, 1024], 8_030_261_248, 1.02),
  released("Llama-2-7B", [4096, 32, 32, 32, 1024], 6_738_415_616, 1.22),
];

const overhead: SelectionClaim = {
  id: "tokenbutler-overhead",
  paper: BUTLER,
  place: "abstract; paramratios.csv of its repository",
  statement: "The predictor adds less than 1.2 % to a model's parameters.",
  reported: RELEASED.map(({model, printed}) =>
    evidence(model, "predictor's share", printed, "%", "reported"),
  ),
  ours: (found) => [
    ...RELEASED.map(({model, ...sizes}) =>
      evidence(model, "predictor's share, counted", sharePercent(sizes), "%", "modelled"),
    ),
    ...found.map(({model, config, predictor}) =>
      evidence(model, "predictor's share", ownShare(config, predictor), "%", "measured"),
    ),
    ...found.map(({model, config, predictor: {shape}}) =>
      evidence(
        model,
        "values cached for a token, share of keys and values",
        (100 * (shape.layers * shape.heads * shape.importanceDim + 2 * shape.reducedDim)) /
          (2 * config.layers * config.kvHeads * config.headDim),
        "%",
        "measured",
      ),
    ),
  ],
  judge: () => limitVerdict(RELEASED.map(sharePercent), 1.2),
  why: "Counted on the released sizes the share is that of the repository; Llama-2-7B's is 1.218 %. A predictor's matrices grow with the model's width and its own hidden width, so on models as small as ours the share is far higher. Its cache of importance keys is no parameter and is not in the number: next to grouped keys and values it is not small.",
};

const RULES_AS_RUN = ["H2O as run", "SnapKV as run", "StreamingLLM", "Quest as run"] as const;
const RULES_AS_PUBLISHED = ["H2O", "SnapKV", "StreamingLLM", "Quest"] as const;

const perplexityClaim = (
  rivals: readonly string[],
  id: string,
  statement: string,
  why: string,
): SelectionClaim => ({
  id,
  paper: BUTLER,
  place: "abstract; ablation_results of its repository",
  statement,
  reported: printedPerplexities,
  ours: (found) =>
    found.flatMap(({model, scores}) => [
      ...["full model", "oracle", "TokenButler", ...rivals].map((name) =>
        measured(model, `perplexity of ${name}, half the keys`, perplexityOf(scores[name]), "perplexity"),
      ),
      ...rivals.flatMap((name) =>
        intervalEvidence(
          model,
          `${name} above TokenButler`,
          gapPercent(scores[name], scores.TokenButler),
          "%",
        ),
      ),
    ]),
  judge: (found) =>
    marginVerdict(
      found.map(({scores}) => rivals.map((name) => gapPercent(scores[name], scores.TokenButler))),
      8,
    ),
  why,
});

const nearOracle: SelectionClaim = {
  id: "tokenbutler-near-oracle",
  paper: BUTLER,
  place: "abstract; ablation_results of its repository",
  statement: "At half the keys TokenButler is near the oracle that knows the true logits.",
  reported: Object.entries(PRINTED_PERPLEXITIES).map(([subject, {oracle, TokenButler}]) =>
    evidence(subject, "TokenButler above the oracle", 100 * (TokenButler / oracle - 1), "%", "reported"),
  ),
  ours: (found) =>
    found.flatMap(({model, scores}) =>
      intervalEvidence(
        model,
        "TokenButler above the oracle",
        gapPercent(scores.TokenButler, scores.oracle),
        "%",
      ),
    ),
  judge: (found) => {
    const printed = Object.values(PRINTED_PERPLEXITIES).map(
      ({oracle, TokenButler}) => TokenButler / oracle - 1,
    );
    const gaps = found.map(({scores}) => gapPercent(scores.TokenButler, scores.oracle));
    return atMostVerdict(gaps, 100 * Math.max(...printed));
  },
  why: "A predictor of our own, trained on the same kind of documents as it is tested on, for two small decoders; theirs read C4 and are tested on WikiText-2.",
};

const questLoss: SelectionClaim = {
  id: "quest-loss",
  paper: "arXiv:2406.10774",
  place: "abstract, and the project's page, which gives the two speedups the other way round",
  statement:
    "Reading few pages speeds attention up 7.03 times with negligible loss on tasks with long dependencies.",
  reported: [
    evidence("project's page", "speedup of self-attention", 7.03, "x", "reported"),
    evidence("project's page", "lower latency", 2.23, "x", "reported"),
    evidence("abstract", "speedup of self-attention", 2.23, "x", "reported"),
    evidence("abstract", "lower latency", 7.03, "x", "reported"),
  ],
  ours: (found) =>
    found.flatMap(({model, scores}) => [
      measured(
        model,
        "fewer bytes read at 1/8 of the keys, layer 0 dense",
        scores["Quest at 1/8"].fewerRead,
        "x",
      ),
      ...retrieval(model, scores, "Quest at 1/8", "1/8 of the keys"),
    ]),
  judge: (found) =>
    lossVerdict(found.map(({scores}) => answersChange(scores["Quest at 1/8"], scores["full model"]))),
  why: "Theirs reads budgets of a few thousand keys out of 32 thousand, where a page of 16 is a small part of the budget; in our texts of 128 and 256 tokens an eighth is two to four pages of 8, and a document holds many facts. Speed is not measured here, bytes are.",
};

const h2oLoss: SelectionClaim = {
  id: "h2o-loss",
  paper: "arXiv:2306.14048",
  place: "abstract and section 5",
  statement: "A fifth of the cache is enough: recent keys and heavy hitters keep the model's accuracy.",
  reported: [
    evidence("OPT, LLaMA and GPT-NeoX", "keys kept", 20, "%", "reported"),
    evidence(
      "OPT-6.7B and OPT-30B",
      "throughput over DeepSpeed, with 20 % heavy hitters",
      29,
      "x",
      "reported",
    ),
  ],
  ours: (found) =>
    found.flatMap(({model, scores}) => retrieval(model, scores, "H2O at 20 %", "a fifth of the keys")),
  judge: (found) =>
    lossVerdict(found.map(({scores}) => answersChange(scores["H2O at 20 %"], scores["full model"]))),
  why: "Their tasks rarely ask for one fact among many; ours do. A fact has no attention before it is asked for, so nothing tells it from filler when the cache must choose, and what is evicted is gone.",
};

const snapKvLoss: SelectionClaim = {
  id: "snapkv-loss",
  paper: "arXiv:2404.14469",
  place: "abstract",
  statement: "A compressed prompt takes 8.2 times less memory with a negligible drop in finding a needle.",
  reported: [
    evidence("inputs of 16 thousand tokens", "less memory", 8.2, "x", "reported"),
    evidence("inputs of 16 thousand tokens", "faster generation", 3.6, "x", "reported"),
  ],
  ours: (found) =>
    found.flatMap(({model, scores}) => [
      measured(
        model,
        "less memory, the prompt's keys an eighth, layer 0 and the written half whole",
        scores["SnapKV at 1/8"].fewerKept,
        "x",
      ),
      ...retrieval(model, scores, "SnapKV at 1/8", "1/8 of the prompt's keys"),
    ]),
  judge: (found) =>
    lossVerdict(found.map(({scores}) => answersChange(scores["SnapKV at 1/8"], scores["full model"]))),
  why: "In their test the question stands at the end of the prompt, inside the window that votes. Here questions come after the prompt was compressed, as in a conversation: keys that only a later question needs have no votes.",
};

const sinks: SelectionClaim = {
  id: "streamingllm-sinks",
  paper: "arXiv:2309.17453",
  place: "table 1",
  statement: "A window without the first tokens breaks the model; four of them make it whole.",
  reported: [
    evidence("Llama-2-13B, PG19", "perplexity, 1024 recent keys", 5158.07, "perplexity", "reported"),
    evidence("Llama-2-13B, PG19", "perplexity, 4 first and 1020 recent keys", 5.4, "perplexity", "reported"),
  ],
  ours: (found) =>
    found.flatMap(({model, scores}) => [
      ...["recent keys alone", "4 first keys and recent ones"].map((name) =>
        measured(model, `perplexity, ${name}, a quarter of all`, perplexityOf(scores[name]), "perplexity"),
      ),
      ...intervalEvidence(
        model,
        "without the first keys above with them",
        gapPercent(scores["recent keys alone"], scores["4 first keys and recent ones"]),
        "%",
      ),
    ]),
  judge: (found) =>
    marginVerdict(
      found.map(({scores}) => [
        gapPercent(scores["recent keys alone"], scores["4 first keys and recent ones"]),
      ]),
      100,
    ),
  why: "Large models park attention that they have no use for on the first tokens. Our decoders have not learned to: the first four get about an even share of attention, so a window misses them little more than any other keys.",
};

/** All claims of this ledger. */
export const selectionClaims: readonly SelectionClaim[] = [
  overhead,
  perplexityClaim(
    RULES_AS_RUN,
    "tokenbutler-perplexity-as-run",
    "At half the keys perplexity is over 8 % better than that of other estimators, as its repository runs them.",
    "The same frame and the same rules, other models and texts. Our texts ask for facts, so rules that lose them lose far more than on WikiText-2.",
  ),
  perplexityClaim(
    RULES_AS_PUBLISHED,
    "tokenbutler-perplexity-as-published",
    "At half the keys perplexity is over 8 % better than that of other estimators, each by the rule of its own paper.",
    "The repository's Quest takes a query's sign without the keys' and looks at later keys of a page, its H2O neither accumulates nor keeps recent keys, its SnapKV lets its window go. By their own rules the rivals are closer, Quest most of all; SnapKV here compresses the first half of a text once, as its paper does.",
  ),
  nearOracle,
  questLoss,
  h2oLoss,
  snapKvLoss,
  sinks,
];

/** `agrees` if every share is below the limit, `same direction` up to a tenth above it, else `differs`. */
export function limitVerdict(shares: readonly number[], limit: number): Verdict {
  const most = Math.max(...shares);
  return most < limit ? "agrees" : most < 1.1 * limit ? "same direction" : "differs";
}

/**
 * Of intervals for each rival on each model: `agrees` if all lie above the margin, `same direction` if all lie above
 * zero, `differs` if one lies below zero; else nothing can be said.
 */
export function marginVerdict(models: readonly (readonly Interval[])[], margin: number): Verdict {
  const all = models.flat();
  if (all.some(({high}) => high < 0)) return "differs";
  if (all.every(({low}) => low > margin)) return "agrees";
  return all.every(({low}) => low > 0) ? "same direction" : "cannot be judged here";
}

/** `agrees` if all intervals lie below the limit, `differs` if one lies above it; else nothing can be said. */
export function atMostVerdict(intervals: readonly Interval[], limit: number): Verdict {
  if (intervals.every(({high}) => high <= limit)) return "agrees";
  return intervals.some(({low}) => low > limit) ? "differs" : "cannot be judged here";
}

/** Changes in per cent of answers: `differs` if an interval lies below -2, `agrees` if all lie above it. */
export function lossVerdict(changes: readonly Interval[]): Verdict {
  if (changes.some(({high}) => high < -2)) return "differs";
  return changes.every(({low}) => low > -2) ? "agrees" : "cannot be judged here";
}

function retrieval(model: string, scores: Found["scores"], name: string, kept: string): Evidence[] {
  return [
    measured(model, "answers right, full model", rightPercent(scores["full model"]), "%"),
    measured(model, `answers right, ${kept}`, rightPercent(scores[name]), "%"),
    ...intervalEvidence(
      model,
      `answers right, ${kept}, change`,
      answersChange(scores[name], scores["full model"]),
      "points",
    ),
  ];
}

function released(
  model: string,
  [width, heads, layers, importanceDim, hiddenDim]: readonly [number, number, number, number, number],
  parameters: number,
  printed: number,
) {
  const shape = {width, heads, layers, importanceDim, hiddenDim, reducedDim: width / 8};
  return {model, shape, parameters, printed};
}

function sharePercent({shape, parameters}: {shape: TokenButlerShape; parameters: number}): number {
  return 100 * tokenButlerOverhead(tokenButlerParameters(shape), parameters);
}

/** On a model that comes with us: the norm that nothing uses is not there; its embedding is the head and counts once. */
function ownShare(config: DecoderConfig, {shape}: TokenButlerPredictor): number {
  const {layers, hiddenSize: E, intermediateSize: I, heads, kvHeads, headDim, vocabSize} = config;
  const layer = 2 * E + 2 * E * (heads + kvHeads) * headDim + 3 * E * I;
  const model = vocabSize * E + layers * layer + E;
  return 100 * tokenButlerOverhead(tokenButlerParameters(shape, {withUnusedNorm: false}), model);
}
