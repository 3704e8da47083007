import type {PolicySetting} from "../../attention/policy.js";
import {policyReadBytes} from "../../attention/policy-bytes.js";
import {type Knobs, policyCache, policyHooks} from "../../attention/policy-use.js";
import {policies} from "../../attention/registry.js";
import {wholeSession} from "../../engine/cache/session.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {type ReadCounter, readCounter} from "../../engine/read-counter.js";
import {cachedModel} from "../../evaluate/cached-model.js";
import type {EvalText} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {needsOfPredicted, PREDICTED_DECODERS, predictorOf} from "../shared/predictors.js";
import {claimColumns} from "./claim.js";
import {type Found, type Scores, selectionClaims} from "./token-selection-claims.js";

/** Readings that claims are judged on: a policy at a budget, in masks but where a cache is named. */
const READINGS: Readonly<Record<string, {policy: string; budget: number; options?: Knobs; cache?: true}>> = {
  "full model": {policy: "streaming-llm", budget: 1},
  oracle: {policy: "oracle", budget: 0.5},
  TokenButler: {policy: "token-butler", budget: 0.5},
  "Quest as run": {policy: "quest-released", budget: 0.5},
  "H2O as run": {policy: "h2o-released", budget: 0.5},
  "SnapKV as run": {policy: "snapkv-released", budget: 0.5},
  StreamingLLM: {policy: "streaming-llm", budget: 0.5},
  Quest: {policy: "quest", budget: 0.5},
  H2O: {policy: "h2o", budget: 0.5},
  SnapKV: {policy: "snapkv", budget: 0.5, cache: true},
  "Quest at 1/8": {policy: "quest", budget: 0.125},
  "H2O at 20 %": {policy: "h2o", budget: 0.2},
  "SnapKV at 1/8": {policy: "snapkv", budget: 0.125, cache: true},
  "4 first keys and recent ones": {policy: "streaming-llm", budget: 0.25},
  "recent keys alone": {policy: "streaming-llm", budget: 0.25, options: {sinks: 0}},
};

/** Tokens of the longest texts here; what a text costs goes about with the square of its length. */
const LONGEST = 256;

/** Claims about token selection and eviction, judged on decoders that find facts in their context. */
export const tokenSelectionClaims = experiment({
  id: "claims/token-selection",
  title: "Claims about token selection",
  question:
    "Do predicted, bounded, accumulated and fixed choices of keys keep what their papers say they keep?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents of the large decoder for each of three seeds",
      help: "As long as its context; the small one reads four times as many, half as long. More narrow the intervals.",
      min: 1,
      max: 64,
      default: 2,
    },
  },
  columns: claimColumns,
  needs: PREDICTED_DECODERS.flatMap((model) => needsOfPredicted({model})),
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const found: Found[] = [];
    for (const [n, id] of PREDICTED_DECODERS.entries()) {
      const model = await openedDecoder(id, data);
      const ofEqualCost = (LONGEST / model.config.maxPositions) ** 2;
      const texts = testTexts(model.config, {documents: Math.round(documents * ofEqualCost)});
      const predictor = predictorOf(id, data);
      const shared = {pageSize: 8, window: 8};
      const scores: Record<string, Scores> = {};
      for (const [m, [name, {policy, budget, options, cache}]] of Object.entries(READINGS).entries()) {
        await progress((n + m / Object.keys(READINGS).length) / PREDICTED_DECODERS.length, name);
        const knobs = {...shared, ...options, keepFraction: budget};
        const setting = {policy, knobs, setting: {predictor}, evicts: cache === true};
        scores[name] = await scoresOf(model, texts, setting);
      }
      found.push({model: id, config: model.config, predictor, scores});
    }
    return selectionClaims.flatMap(({id, statement, paper, place, reported, ours, judge, why}) => {
      const shared = {claim: id, statement, paper, place, verdict: judge(found), why};
      return [...reported, ...ours(found)].map((evidence) => ({...shared, ...evidence}));
    });
  },
});

interface Setting {
  readonly policy: string;
  readonly knobs: Knobs;
  readonly setting: PolicySetting;
  readonly evicts: boolean;
}

/** Reads every text; its second half counts. */
async function scoresOf(model: Decoder, texts: readonly EvalText[], setting: Setting): Promise<Scores> {
  const context = model.config.maxPositions;
  const start = context / 2;
  const counter = readCounter({from: start, denseLayers: 1});
  const nll = new Float64Array(texts.length);
  const right: boolean[] = [];
  let keptBytes = 0;
  for (const [i, {tokens, answers}] of texts.entries()) {
    // A turn of the event loop, for a reader who cancels.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const {logits, bytes} = read(model, tokens.slice(0, -1), setting, counter);
    keptBytes += bytes / texts.length;
    const ignored = Array<number>(start).fill(-1);
    const {logProbs, topTokens} = scoreTokens(logits, [...ignored, ...tokens.slice(start + 1)]);
    nll[i] = -mean(logProbs);
    for (const at of answers) if (at > start) right.push(topTokens[at - start - 1] === tokens[at]);
  }
  const reads = counter.reads();
  const lengths = Array.from({length: context - start}, (_, i) => start + i + 1);
  const policy = policies.byId(setting.policy);
  const {kv, method} = policyReadBytes(policy, model.config, reads, lengths, setting.knobs, setting.setting);
  const pair = 8 * model.config.headDim;
  return {
    nll,
    right,
    fewerRead: (reads.allKeys * pair) / (kv + method),
    fewerKept: (model.config.layers * model.config.kvHeads * context * pair) / keptBytes,
  };
}

/** A text under a policy's masks, or for a cache with its first half as the prompt. Masks keep everything. */
function read(
  model: Decoder,
  ids: readonly number[],
  {policy: id, knobs, setting, evicts}: Setting,
  counter: ReadCounter,
) {
  const policy = policies.byId(id);
  if (evicts) {
    const prompt = ids.length / 2;
    const {cache, hooks} = policyCache(policy, model.config, knobs);
    const {logits} = cachedModel(model, () => wholeSession(cache, counter.watch(hooks)), prompt);
    return {logits: logits(ids), bytes: cache.bytes()};
  }
  const hooks = counter.watch(policyHooks(policy, knobs, setting));
  const {layers, kvHeads, headDim} = model.config;
  return {logits: forward(model, ids, {hooks}), bytes: 8 * layers * kvHeads * headDim * ids.length};
}
