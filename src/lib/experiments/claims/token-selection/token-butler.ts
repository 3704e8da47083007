/** Claims of TokenButler, judged on our decoders with predictors of our own. */

import type {TokenButlerShape} from "../../../attention/token-butler/token-butler.js";
import {
  tokenButlerOverhead,
  tokenButlerParameters,
} from "../../../attention/token-butler/token-butler-cost.js";
import type {TokenButlerPredictor} from "../../../attention/token-butler/token-butler-weights.js";
import type {DecoderConfig} from "../../../engine/decoder/config.js";
import {largest} from "../../../stats/extent.js";
import {
  answersChange,
  gapPercent,
  intervalsOf,
  measured,
  modelled,
  on,
  perplexityOf,
  reported,
  rightPercent,
  spread,
  valuesOf,
} from "../evidence.js";
import {atMostVerdict, keptVerdict, limitVerdict, marginVerdict} from "../rules.js";
import {
  type Found,
  FULL,
  HALF,
  having,
  NAMES_FULL,
  namesReading,
  OUR_DECODERS,
  QUARTER,
  type SelectionClaim,
} from "./evidence.js";

/** Id of the paper. */
export const TOKEN_BUTLER = "arXiv:2503.07518";

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
    reported(subject, `perplexity of ${name}, half the keys`, value, "perplexity"),
  ),
);

interface Released {
  readonly model: string;
  readonly shape: TokenButlerShape;
  readonly parameters: number;
  readonly printed: number;
}

/** E, H, N, D and I of predictors that were released; parameters of their models. */
const RELEASED: readonly Released[] = [
  released("Llama-3.2-1B", [2048, 32, 16, 16, 512], 1_235_814_400, 0.99),
  released("Llama-3.1-8B", [4096, 32, 32, 32, 1024], 8_030_261_248, 1.02),
  released("Llama-2-7B", [4096, 32, 32, 32, 1024], 6_738_415_616, 1.22),
];

const COUNTED = "predictor's share, counted";
/** Per cent of a model's parameters. */
const LIMIT = 1.2;

const overhead: SelectionClaim = {
  id: "tokenbutler-overhead",
  paper: TOKEN_BUTLER,
  place: "abstract; paramratios.csv of its repository",
  statement: "The predictor adds less than 1.2 % to a model's parameters.",
  kind: "modelled",
  reads: [],
  reported: RELEASED.map(({model, printed}) => reported(model, "predictor's share", printed, "%")),
  ours: (found) => [
    ...RELEASED.map(({model, ...sizes}) => modelled(model, COUNTED, sharePercent(sizes), "%")),
    ...found.map(({model, config, predictor}) =>
      measured(model, "predictor's share", ownShare(config, predictor), "%"),
    ),
    ...found.map(({model, config, predictor: {shape}}) =>
      measured(
        model,
        "values cached for a token, share of keys and values",
        (100 * (shape.layers * shape.heads * shape.importanceDim + 2 * shape.reducedDim)) /
          (2 * config.layers * config.kvHeads * config.headDim),
        "%",
      ),
    ),
  ],
  judge: (_reported, ours) => limitVerdict(valuesOf(ours, COUNTED), LIMIT),
  why: "Counted on the released sizes the share is that of the repository; Llama-2-7B's is 1.218 %. A predictor's matrices grow with the model's width and its own hidden width, so on models as small as ours the share is far higher. Its cache of importance keys is no parameter and is not in the number: next to grouped keys and values it is not small.",
};

/** Per cent by which perplexity is better. */
const MARGIN = 8;
const ABOVE = "above TokenButler, ";

const perplexityClaim = (
  rivals: readonly string[],
  id: string,
  statement: string,
  why: string,
): SelectionClaim => ({
  id,
  paper: TOKEN_BUTLER,
  place: "abstract; ablation_results of its repository",
  statement,
  kind: "measured",
  reads: [FULL, "oracle", "TokenButler", ...rivals],
  reported: printedPerplexities,
  ours: (found) =>
    having(found, rivals).flatMap(({model, scores}) => [
      ...[FULL, "oracle", "TokenButler", ...rivals].map((name) =>
        measured(model, `perplexity of ${name}, half the keys`, perplexityOf(scores[name]), "perplexity"),
      ),
      ...rivals.map((name) =>
        spread(model, `${ABOVE}${name}`, gapPercent(scores[name], scores.TokenButler), "%"),
      ),
    ]),
  judge: (_reported, ours) => marginVerdict(intervalsOf(ours, ABOVE), MARGIN),
  why: `${OUR_DECODERS} ${why}`,
});

const printedGaps = Object.entries(PRINTED_PERPLEXITIES).map(([subject, {oracle, TokenButler}]) =>
  reported(subject, "TokenButler above the oracle", 100 * (TokenButler / oracle - 1), "%"),
);

const nearOracle: SelectionClaim = {
  id: "tokenbutler-near-oracle",
  paper: TOKEN_BUTLER,
  place: "abstract; ablation_results of its repository",
  statement: "At half the keys TokenButler is near the oracle that knows the true logits.",
  kind: "measured",
  reads: ["oracle", "TokenButler"],
  reported: printedGaps,
  ours: (found) =>
    having(found, ["TokenButler"]).map(({model, scores}) =>
      spread(model, "TokenButler above the oracle", gapPercent(scores.TokenButler, scores.oracle), "%"),
    ),
  judge: (printed, ours) => atMostVerdict(intervalsOf(ours), largest(valuesOf(printed))),
  why: `${OUR_DECODERS} The predictors are our own, trained on the same kind of documents as they are tested on; theirs read C4 and are tested on WikiText-2.`,
};

/** TokenButler, what bounds it, and its rivals, each by the rule of its own paper. */
const RIVALS = ["oracle", "TokenButler", "Quest", "H2O", "SnapKV", "StreamingLLM"] as const;
const NAMES = [HALF, QUARTER].flatMap((share) => RIVALS.map((policy) => namesReading(policy, share)));
const NAMES_RIGHT = "tokens of names right";
/** Per cent of tokens that a model must get right before a policy can lose any. */
const SOLVED = 50;
const fromOracle = (share: string) => `change of tokens right, TokenButler from the oracle, ${share}`;

const namesRight = ({model, scores}: Found, reading: string) =>
  measured(model, `${NAMES_RIGHT}, ${reading.slice("names, ".length)}`, rightPercent(scores[reading]), "%");

const namesLost = ({model, scores}: Found, share: string) => {
  const at = (policy: string) => scores[namesReading(policy, share)];
  const [oracle, butler, ...rivals] = RIVALS;
  return [
    spread(model, fromOracle(share), answersChange(at(butler), at(oracle)), "points"),
    ...rivals.map((rival) =>
      spread(model, `${rival} less TokenButler, ${share}`, answersChange(at(rival), at(butler)), "points"),
    ),
  ];
};

const coReference: SelectionClaim = {
  id: "tokenbutler-coreference",
  paper: TOKEN_BUTLER,
  place: "abstract",
  statement: "On a synthetic co-reference task TokenButler is nearly as accurate as the oracle.",
  kind: "measured",
  reads: [NAMES_FULL, ...NAMES],
  reported: [reported("synthetic co-reference", "accuracies are in figures alone", null, "")],
  ours: (found) => [
    ...having(found, [NAMES_FULL]).map((one) => namesRight(one, NAMES_FULL)),
    ...having(found, NAMES).flatMap((one) => [
      ...NAMES.map((reading) => namesRight(one, reading)),
      ...[HALF, QUARTER].flatMap((share) => namesLost(one, share)),
    ]),
  ],
  judge: (_reported, ours) => {
    const solvers = ours.filter(
      ({quantity, value}) => quantity === `${NAMES_RIGHT}, full model` && value !== null && value >= SOLVED,
    );
    const judged = on(ours, (model) => solvers.some(({subject}) => subject === model));
    return keptVerdict(intervalsOf(judged, fromOracle(HALF)));
  },
  why: "Judged at half of the keys, where the paper's other comparisons stand, on a decoder that was trained for this task, one training run; the other two, one training run each, do not solve it even with all of their keys and do not count. Its predictor was trained on the same kind of documents, theirs on C4. The paper's samples are prose of 150 words; ours are words of a small vocabulary.",
};

/** Claims of TokenButler. */
export const tokenButlerClaims: readonly SelectionClaim[] = [
  overhead,
  perplexityClaim(
    ["H2O as run", "SnapKV as run", "StreamingLLM", "Quest as run"],
    "tokenbutler-perplexity-as-run",
    "At half the keys perplexity is over 8 % better than that of other estimators, as its repository runs them.",
    "The same frame and the same rules, other models and texts. Our texts ask for facts, so rules that lose them lose far more than on WikiText-2.",
  ),
  perplexityClaim(
    ["H2O", "SnapKV", "StreamingLLM", "Quest"],
    "tokenbutler-perplexity-as-published",
    "At half the keys perplexity is over 8 % better than that of other estimators, each by the rule of its own paper.",
    "The repository's Quest takes a query's sign without the keys' and looks at later keys of a page, its H2O neither accumulates nor keeps recent keys, its SnapKV lets its window go. By their own rules the rivals are closer, Quest most of all; SnapKV here compresses the first half of a text once, as its paper does.",
  ),
  nearOracle,
  coReference,
];

function released(
  model: string,
  [width, heads, layers, importanceDim, hiddenDim]: readonly [number, number, number, number, number],
  parameters: number,
  printed: number,
): Released {
  const shape = {width, heads, layers, importanceDim, hiddenDim, reducedDim: width / 8};
  return {model, shape, parameters, printed};
}

function sharePercent({shape, parameters}: Pick<Released, "shape" | "parameters">): number {
  return 100 * tokenButlerOverhead(tokenButlerParameters(shape), parameters);
}

/** On a model that comes with us: the norm that nothing uses is not there; its embedding is the head and counts once. */
function ownShare(config: DecoderConfig, {shape}: TokenButlerPredictor): number {
  const {layers, hiddenSize: E, intermediateSize: I, heads, kvHeads, headDim, vocabSize} = config;
  const layer = 2 * E + 2 * E * (heads + kvHeads) * headDim + 3 * E * I;
  const model = vocabSize * E + layers * layer + E;
  return 100 * tokenButlerOverhead(tokenButlerParameters(shape, {withUnusedNorm: false}), model);
}
