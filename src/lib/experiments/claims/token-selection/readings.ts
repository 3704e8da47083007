/** Readings that claims on token selection are judged by. */

import {policyReadBytes} from "../../../attention/policy-bytes.js";
import {type Knobs, policyCache, policyHooks} from "../../../attention/policy-use.js";
import {policies} from "../../../attention/registry.js";
import type {TokenButlerPredictor} from "../../../attention/token-butler/token-butler-weights.js";
import {wholeSession} from "../../../engine/cache/session.js";
import {forward} from "../../../engine/decoder/decoder.js";
import type {Decoder} from "../../../engine/decoder/load-decoder.js";
import {type ReadCounter, readCounter} from "../../../engine/read-counter.js";
import {cachedModel} from "../../../evaluate/cached-model.js";
import {EVAL_SEEDS, type EvalText} from "../../../evaluate/eval-texts.js";
import {scoreTokens} from "../../../evaluate/token-scores.js";
import {coreference} from "../../../tasks/coreference.js";
import {COREFERENCE_DECODER, PREDICTED_DECODERS, type PredictedDecoder} from "../../shared/predictors.js";
import {FULL, HALF, NAMES_FULL, namesReading, QUARTER, type Scores} from "./evidence.js";

/** Texts of a reading, and what of them counts. */
type Texts = "second half" | "questions" | "names";

/** A policy that keeps a share of the keys: in masks, but where a cache is named, which drops the others for good. */
export interface SelectionReading {
  readonly policy: string;
  readonly keepFraction: number;
  readonly options?: Knobs;
  readonly inCache?: true;
  /**
   * `second half` of documents by default; `questions` ends the prompt with a question of the document and counts the
   * answer's second token, the first that a cache is asked for; `names` counts the answer of a co-reference sample.
   */
  readonly texts?: Texts;
  /** Decoders that are read; by default those that experiments offer. */
  readonly models?: readonly PredictedDecoder[];
}

const NAMES = {texts: "names", models: [COREFERENCE_DECODER]} as const;
/** Readings of co-reference samples under a policy and its rivals, at one share of the keys. */
const namesAt = (share: string, keepFraction: number): Readonly<Record<string, SelectionReading>> => ({
  [namesReading("oracle", share)]: {policy: "oracle", keepFraction, ...NAMES},
  [namesReading("TokenButler", share)]: {policy: "token-butler", keepFraction, ...NAMES},
  [namesReading("Quest", share)]: {policy: "quest", keepFraction, ...NAMES},
  [namesReading("H2O", share)]: {policy: "h2o", keepFraction, ...NAMES},
  [namesReading("SnapKV", share)]: {policy: "snapkv", keepFraction, inCache: true, ...NAMES},
  [namesReading("StreamingLLM", share)]: {policy: "streaming-llm", keepFraction, ...NAMES},
});

/** Readings by name. */
export const READINGS: Readonly<Record<string, SelectionReading>> = {
  [FULL]: {policy: "streaming-llm", keepFraction: 1},
  oracle: {policy: "oracle", keepFraction: 0.5},
  TokenButler: {policy: "token-butler", keepFraction: 0.5},
  "Quest as run": {policy: "quest-released", keepFraction: 0.5},
  "H2O as run": {policy: "h2o-released", keepFraction: 0.5},
  "SnapKV as run": {policy: "snapkv-released", keepFraction: 0.5},
  StreamingLLM: {policy: "streaming-llm", keepFraction: 0.5},
  Quest: {policy: "quest", keepFraction: 0.5},
  H2O: {policy: "h2o", keepFraction: 0.5},
  SnapKV: {policy: "snapkv", keepFraction: 0.5, inCache: true},
  [NAMES_FULL]: {
    policy: "streaming-llm",
    keepFraction: 1,
    texts: "names",
    models: [...PREDICTED_DECODERS, COREFERENCE_DECODER],
  },
  ...namesAt(HALF, 0.5),
  ...namesAt(QUARTER, 0.25),
  "Quest at 1/8": {policy: "quest", keepFraction: 0.125},
  "H2O at 20 %": {policy: "h2o", keepFraction: 0.2},
  "SnapKV at 1/8": {policy: "snapkv", keepFraction: 0.125, options: {window: 4}, inCache: true},
  "questions, full model": {policy: "streaming-llm", keepFraction: 1, texts: "questions"},
  "questions, SnapKV at 1/8": {
    policy: "snapkv",
    keepFraction: 0.125,
    // Of a room of eight to sixteen keys the window leaves the votes at least half.
    options: {window: 4},
    inCache: true,
    texts: "questions",
  },
  "4 first keys and recent ones": {policy: "streaming-llm", keepFraction: 0.25},
  "recent keys alone": {policy: "streaming-llm", keepFraction: 0.25, options: {sinks: 0}},
};

/** A reading with the predictor that some policies ask. */
type RunReading = SelectionReading & {readonly predictor: TokenButlerPredictor};

/** Knobs for texts as short as ours. */
const SHORT: Knobs = {pageSize: 8, window: 8};
/** Questions of a document whose answers count: its last ones. */
const QUESTIONS = 3;

/** A text with the tokens that count: all from a position on, of which some are answers. */
interface CountedText {
  readonly tokens: readonly number[];
  /** Tokens before are the prompt of a cache, and are read only. */
  readonly from: number;
  readonly answers: readonly number[];
}

/**
 * Scores of a reading on documents of a decoder, a co-reference sample for each where names are asked for. Documents of which
 * nothing counts are left out.
 */
export async function readingScores(
  model: Decoder,
  documents: readonly EvalText[],
  reading: RunReading,
): Promise<Scores> {
  const counter = readCounter({from: model.config.maxPositions / 2, denseLayers: 1});
  const counted = documents
    .map((document, i) => countedTexts(document, i, model.config.maxPositions, reading.texts))
    .filter(({length}) => length > 0);
  const nll = new Float64Array(counted.length);
  const right: boolean[][] = [];
  let keptBytes = 0;
  for (const [i, texts] of counted.entries()) {
    // A turn of the event loop, for a reader who cancels.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const parts = texts.map((text) => {
      const {logits, bytes} = read(model, text, reading, counter);
      keptBytes += bytes / counted.length;
      return scored(logits, text);
    });
    const losses = parts.flatMap(({logProbs}) => logProbs);
    nll[i] = -losses.reduce((sum, value) => sum + value, 0) / losses.length;
    right.push(parts.flatMap((part) => part.right));
  }
  return {nll, right, ...savings(model, reading, counter, keptBytes)};
}

/** The texts that a document gives: none where it has no question in its second half. */
function countedTexts(
  {tokens, answers}: EvalText,
  index: number,
  context: number,
  texts: Texts = "second half",
): CountedText[] {
  const half = context / 2;
  if (texts === "second half") {
    return [{tokens, from: half + 1, answers: answers.filter((at) => at > half)}];
  }
  if (texts === "names") return [nameText(index, context)];
  const firsts = answers.filter((at) => at > half && answers.includes(at + 1));
  return firsts
    .slice(-QUESTIONS)
    .map((at) => ({tokens: tokens.slice(0, at + 2), from: at + 1, answers: [at + 1]}));
}

/** A co-reference sample: a name of several tokens after a phrase seen before. */
function nameText(index: number, context: number): CountedText {
  const seeds = EVAL_SEEDS.length;
  const options = {context, seed: EVAL_SEEDS[index % seeds], split: "test"} as const;
  const [{prompt, answer}] = coreference.sample(Math.floor(index / seeds), options).turns;
  const answers = Array.from(answer, (_, i) => prompt.length + i);
  return {tokens: [...prompt, ...answer], from: prompt.length, answers};
}

function scored(logits: ReturnType<typeof forward>, {tokens, from, answers}: CountedText) {
  const ignored = Array<number>(from - 1).fill(-1);
  const {logProbs, topTokens} = scoreTokens(logits, [...ignored, ...tokens.slice(from)]);
  return {logProbs: [...logProbs], right: answers.map((at) => topTokens[at - from] === tokens[at])};
}

/** A text under a policy's masks, or for a cache with what comes before the counted tokens as the prompt. Masks keep everything. */
function read(
  model: Decoder,
  {tokens, from}: CountedText,
  {policy: id, keepFraction, options, inCache, predictor}: RunReading,
  counter: ReadCounter,
) {
  const policy = policies.byId(id);
  const knobs = {...SHORT, ...options, keepFraction};
  const ids = tokens.slice(0, -1);
  if (inCache) {
    const {cache, hooks} = policyCache(policy, model.config, knobs);
    const {logits} = cachedModel(model, () => wholeSession(cache, counter.watch(hooks)), from - 1);
    return {logits: logits(ids), bytes: cache.bytes()};
  }
  const hooks = counter.watch(policyHooks(policy, knobs, {predictor}));
  const {layers, kvHeads, headDim} = model.config;
  return {logits: forward(model, ids, {hooks}), bytes: 8 * layers * kvHeads * headDim * ids.length};
}

function savings(
  model: Decoder,
  {policy: id, keepFraction, options, predictor}: RunReading,
  counter: ReadCounter,
  keptBytes: number,
): Pick<Scores, "fewerRead" | "fewerKept"> {
  const {headDim, kvHeads, layers, maxPositions} = model.config;
  const reads = counter.reads();
  const start = maxPositions / 2;
  const lengths = Array.from({length: maxPositions - start}, (_, i) => start + i + 1);
  const knobs = {...SHORT, ...options, keepFraction};
  const {kv, method} = policyReadBytes(policies.byId(id), model.config, reads, lengths, knobs, {predictor});
  const pair = 8 * headDim;
  return {
    fewerRead: (reads.allKeys * pair) / (kv + method),
    fewerKept: (layers * kvHeads * maxPositions * pair) / keptBytes,
  };
}
