import type {Policy, PolicySetting} from "../../attention/policy.js";
import {policyReadBytes, policyStateBytes} from "../../attention/policy-bytes.js";
import {type Knobs, policyCache, policyHooks} from "../../attention/policy-use.js";
import {policies as registered} from "../../attention/registry.js";
import {wholeSession} from "../../engine/cache/session.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {type ReadCounter, readCounter} from "../../engine/read-counter.js";
import {cachedModel} from "../../evaluate/cached-model.js";
import {type Evaluation, evaluateModel, type Measured, memoized} from "../../evaluate/evaluate.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {optionNames} from "../../technique/option-names.js";
import type {Tensor} from "../../tensor/tensor.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {openedDecoder, testSeeds} from "../shared/decoder-texts.js";
import {needsOfPredicted, PREDICTED_DECODERS, predictorOf} from "../shared/predictors.js";
import {known, qualityCells} from "../shared/quality-columns.js";
import {watched} from "../shared/watched.js";
import {policyColumns} from "./policy-columns.js";

/** Masks: every query of a text as if it were decoded. Eviction: a cache that frees what its policy drops. */
const FRAMES = ["masks", "eviction"] as const;

/** Policies of the shipped table for the large model: the papers' methods, and Quest as TokenButler's repository ran it. */
const LARGE_POLICIES = registered.all.filter(({isShownFirst}) => isShownFirst).map(({id}) => id);

/** Those with a rule for a cache that really lets keys go. */
const EVICTING = registered.all.filter(({eviction}) => eviction !== undefined);

/** A policy at a share of keys, in a frame, ready to read texts. */
interface Setting {
  readonly frame: (typeof FRAMES)[number];
  readonly policy: Policy;
  readonly keepFraction: number;
  readonly knobs: Knobs;
  readonly setting: PolicySetting;
  /** Tokens of each text that are its prompt. */
  readonly prompt: number;
}

/** Selection and eviction policies judged by what a trained model does with the keys that they leave. */
export const policies = experiment({
  id: "attention/policies",
  title: "Which tokens matter",
  question:
    "How few keys can each query read, and which rule chooses them, before a model loses what it knows?",
  source: `frame: arXiv:2503.07518, section 4; ${registered.all
    .map(({label, source}) => `${label}: ${source}`)
    .join("; ")}`,
  params: {
    model: {
      kind: "choice",
      label: "Model",
      help: "The two for which TokenButler's predictor was trained; texts are as long as their context.",
      options: PREDICTED_DECODERS,
      default: "decoder-small",
    },
    frame: {
      kind: "choice",
      label: "Protocol",
      help: `Masks: every query of a text chooses as if it were being decoded; SnapKV votes again with each, which a real cache cannot do. Eviction: after the prompt, token by token, a cache frees what its policy drops; policies with such a rule: ${EVICTING.map(({label}) => label).join(", ")}.`,
      options: FRAMES,
      default: "masks",
    },
    policies: {
      kind: "choices",
      label: "Policies",
      options: registered.ids,
      names: optionNames(registered.all),
      default: registered.ids,
    },
    keepFractions: {
      kind: "choices",
      label: "Share of keys kept",
      help: "Of the keys up to each token, rounded up; layer 0 keeps all.",
      options: [1, 0.5, 0.25, 0.1, 0.05],
      default: [1, 0.5, 0.25, 0.1, 0.05],
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 1,
      max: 64,
      default: 4,
      advanced: true,
    },
    prompt: {
      kind: "number",
      label: "Share of a text that is its prompt",
      help: "Quality and bytes count the tokens after it.",
      min: 0.1,
      max: 0.9,
      step: 0.05,
      default: 0.5,
      advanced: true,
    },
    sinks: {
      kind: "integer",
      label: "First keys that every query sees",
      help: "On top of the share; StreamingLLM counts them as part of it.",
      min: 0,
      max: 16,
      default: 4,
      advanced: true,
    },
    pageSize: {
      kind: "choice",
      label: "Keys of a page of Quest",
      help: "Its paper has 16, for texts of many thousand tokens.",
      options: [4, 8, 16, 32],
      default: 8,
      advanced: true,
    },
    window: {
      kind: "integer",
      label: "Last queries that vote in SnapKV",
      help: "Their keys are always kept. Its paper has 32, for prompts of many thousand tokens.",
      min: 1,
      max: 64,
      default: 8,
      advanced: true,
    },
  },
  columns: policyColumns,
  needs: PREDICTED_DECODERS.flatMap((model) => needsOfPredicted({model})),
  needsOf: needsOfPredicted,
  sweep: [
    {model: "decoder-small"},
    {model: "decoder-small", frame: "eviction"},
    {model: "decoder-large", policies: LARGE_POLICIES, documents: 2},
  ],
  async run(
    {model: id, frame, policies: chosen, keepFractions, documents, prompt, sinks, pageSize, window},
    {data, progress},
  ) {
    const model = await openedDecoder(id, data);
    const context = model.config.maxPositions;
    const start = Math.round(prompt * context);
    const seeds = testSeeds(model.config, {documents}).map(({texts, ...seed}) => ({
      ...seed,
      texts: texts.map((text) => ({...text, from: start + 1})),
    }));
    const baseline = memoized({logits: (ids) => forward(model, ids), write: () => []});
    const setting = {predictor: predictorOf(id, data)};
    const settings = settingsOf(frame, chosen, keepFractions).map((each) => ({
      ...each,
      setting,
      knobs: {keepFraction: each.keepFraction, sinks, pageSize, window},
      prompt: start,
    }));
    const rows = [];
    for (const [n, each] of settings.entries()) {
      const step = watched(progress, {
        from: n / settings.length,
        to: (n + 1) / settings.length,
        what: `${each.policy.label}, ${each.keepFraction}`,
      });
      const judged = reader(model, each);
      const evaluation = await evaluateModel({logits: judged.logits, write: () => []}, baseline, seeds, step);
      const {policy, keepFraction} = each;
      const {label, kind} = policy;
      const shared = {model: id, frame, policy: policy.id, label, kind, keepFraction, ...judged.bytes()};
      for (const cells of rowsOf(evaluation)) rows.push({...shared, ...cells});
    }
    return rows;
  },
});

/** @throws RangeError if no chosen policy has a rule for the frame. */
function settingsOf(frame: Setting["frame"], chosen: readonly string[], keepFractions: readonly number[]) {
  const able = frame === "masks" ? registered.all : EVICTING;
  const found = able.filter(({id}) => chosen.includes(id));
  if (found.length === 0) {
    throw new RangeError(
      `run attention/policies: policies must have one of ${able.map(({id}) => id).join(", ")} for frame ${frame}, got ${chosen.join(", ")}`,
    );
  }
  return found.flatMap((policy) => keepFractions.map((keepFraction) => ({frame, policy, keepFraction})));
}

/** The pooled row first, then a row for each seed. */
function rowsOf({pooled, seeds}: Evaluation) {
  return [{seed: ALL_SEEDS, ...pooled}, ...seeds].map(({seed, ...measured}) => ({
    seed: String(seed),
    ...qualityCells(measured),
    ...copyCells(measured),
    provenance: "measured" as const,
  }));
}

function copyCells({answers, copies}: Measured) {
  return {
    retrievalDifference: answers?.difference.value ?? null,
    retrievalDifferenceLow: known(answers?.difference.low),
    retrievalDifferenceHigh: known(answers?.difference.high),
    copying: copies?.model.share ?? null,
    copyingLow: known(copies?.model.low),
    copyingHigh: known(copies?.model.high),
    copyingDifference: copies?.difference.value ?? null,
    copyingDifferenceLow: known(copies?.difference.low),
    copyingDifferenceHigh: known(copies?.difference.high),
    copyingTrials: copies?.model.trials ?? 0,
  };
}

/** Reads texts under a setting, and says afterwards what that cost, means over the texts. */
function reader(model: Decoder, setting: Setting) {
  const {prompt} = setting;
  const counter = readCounter({from: prompt, denseLayers: 1});
  const kept: number[] = [];
  const read = setting.frame === "masks" ? readMasked : readEvicting;
  let tokens = 0;
  return {
    logits(ids: readonly number[]): Tensor {
      const {logits, bytes} = read(model, setting, ids, counter);
      kept.push(bytes / ids.length);
      tokens = ids.length;
      return logits;
    },
    bytes: () =>
      byteCells(model.config, setting, counter, {
        lengths: Array.from({length: tokens - prompt}, (_, i) => prompt + i + 1),
        kept: mean(kept),
      }),
  };
}

/** A whole text in one pass. What an evicting policy would hold at its end are the keys of the last query. */
function readMasked(
  {config, ...model}: Decoder,
  setting: Setting,
  ids: readonly number[],
  counter: ReadCounter,
) {
  const {policy, knobs} = setting;
  const hooks = counter.watch(policyHooks(policy, knobs, setting.setting));
  const logits = forward({config, ...model}, ids, {hooks});
  const evicts = policy.kind === "evicts";
  const keys = evicts ? counter.lastKeys() : config.layers * config.kvHeads * ids.length;
  const notes = evicts ? policy.costs.note : 0;
  const state = policyStateBytes(policy, config, ids.length, knobs, setting.setting);
  const bytes = keys * (8 * config.headDim + notes) + state;
  return {logits, bytes};
}

/** The prompt in one pass, then token by token. */
function readEvicting(model: Decoder, setting: Setting, ids: readonly number[], counter: ReadCounter) {
  const {policy, knobs, prompt} = setting;
  const {cache, hooks} = policyCache(policy, model.config, knobs);
  const {logits} = cachedModel(model, () => wholeSession(cache, counter.watch(hooks)), prompt);
  return {logits: logits(ids), bytes: cache.bytes()};
}

function byteCells(
  config: DecoderConfig,
  {policy, knobs, setting}: Setting,
  counter: ReadCounter,
  {lengths, kept}: {readonly lengths: readonly number[]; readonly kept: number},
) {
  const reads = counter.reads();
  const {kv, method, weights} = policyReadBytes(policy, config, reads, lengths, knobs, setting);
  const pair = 8 * config.headDim;
  return {
    keysShown: reads.shownShare,
    bytesReadKv: kv,
    bytesReadMethod: method,
    bytesReadWeights: weights,
    bytesRead: kv + method + weights,
    bytesReadShare: (kv + method + weights) / (reads.allKeys * pair),
    bytesKept: kept,
    bytesKeptShare: kept / (config.layers * config.kvHeads * pair),
  };
}
