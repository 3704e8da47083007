/** Decoding as a choice of a composition: counts that were measured on decoders of ours, in the kept tables. */

import type {DecodingWay} from "../../accel/decoding-way.js";
import {decodingMethods} from "../../decoding/registry.js";
import {layerSchedules} from "../../decoding/skipping/registry.js";
import {formatChoice} from "./format-choice.js";

/** Counts of a method on decoder-large, greedy, texts of all tasks: rows of decoding/drafting, to three digits. */
export interface MeasuredDrafts {
  readonly method: string;
  readonly tokensPerPass: number;
  readonly verifiedPerPass: number;
  readonly draftPassesPerToken: number;
  /** Layers of the draft for each of the model's, by parameters; 0: nothing drafts that costs a pass. */
  readonly draftLayers: number;
  /** Format of a draft that stands beside the model; null: it is the model. */
  readonly draftWeights: "int4" | "as the model" | null;
}

/** Parameters of the layers of decoder-small for each of those of decoder-large. */
export const SMALL_DRAFT = 0.127;

export const MEASURED_DRAFTS: readonly MeasuredDrafts[] = [
  {
    method: "speculative-sampling",
    tokensPerPass: 4.09,
    verifiedPerPass: 3.72,
    draftPassesPerToken: 1.11,
    draftLayers: SMALL_DRAFT,
    draftWeights: "as the model",
  },
  {
    method: "dynamic-tree",
    tokensPerPass: 5.49,
    verifiedPerPass: 22.9,
    draftPassesPerToken: 1.16,
    draftLayers: SMALL_DRAFT,
    draftWeights: "as the model",
  },
  {
    method: "subspec",
    tokensPerPass: 12,
    verifiedPerPass: 85.5,
    draftPassesPerToken: 1.19,
    draftLayers: 1,
    draftWeights: "int4",
  },
  {
    method: "skipping-draft",
    tokensPerPass: 2.63,
    verifiedPerPass: 7.45,
    draftPassesPerToken: 1.42,
    draftLayers: 1 / 1.5,
    draftWeights: null,
  },
  {
    method: "token-recycling",
    tokensPerPass: 2.56,
    verifiedPerPass: 17.4,
    draftPassesPerToken: 0,
    draftLayers: 0,
    draftWeights: null,
  },
];

/** Layers left out of decoder-large, and the perplexity over that of all layers: rows of decoding/skipping. */
export interface MeasuredSkipping {
  readonly schedule: string;
  readonly speedup: number;
  readonly layers: number;
  readonly perplexityTimes: number;
}

export const MEASURED_SKIPPING: readonly MeasuredSkipping[] = [
  {schedule: "unified-skip", speedup: 1.15, layers: 7 / 8, perplexityTimes: 1.0},
  {schedule: "unified-skip", speedup: 1.6, layers: 5 / 8, perplexityTimes: 2.99},
  {schedule: "early-exit", speedup: 1.15, layers: 7 / 8, perplexityTimes: 0.995},
];

const skippingId = ({schedule, speedup}: MeasuredSkipping): string => `${schedule}-${speedup}`;

/** Ids of all ways: plain, methods that draft, rules that leave layers out. */
export const DECODING_IDS: readonly string[] = [
  "plain",
  ...MEASURED_DRAFTS.map(({method}) => decodingMethods.byId(method).id),
  ...MEASURED_SKIPPING.map((rule) => layerSchedules.byId(rule.schedule) && skippingId(rule)),
];

/** Perplexity over that of the whole model, measured; 1 where the text stays the model's own. */
export function perplexityTimesOf(id: string): number {
  return MEASURED_SKIPPING.find((rule) => skippingId(rule) === id)?.perplexityTimes ?? 1;
}

/**
 * A way by its id; null for plain decoding.
 * @param weights format of the model, which a smaller draft has too
 */
export function decodingOf(id: string, weights: string): DecodingWay | null {
  const drafts = MEASURED_DRAFTS.find(({method}) => method === id);
  if (drafts !== undefined) return draftedWay(drafts, weights);
  const rule = MEASURED_SKIPPING.find((each) => skippingId(each) === id);
  return rule === undefined ? null : {id, tokensPerPass: 1, verified: 0, draft: null, layers: rule.layers};
}

function draftedWay(
  {method, tokensPerPass, verifiedPerPass, draftPassesPerToken, draftLayers, draftWeights}: MeasuredDrafts,
  weights: string,
): DecodingWay {
  const passes = draftPassesPerToken * tokensPerPass;
  const draft = {
    layers: draftLayers,
    weights: draftWeights && formatChoice(draftWeights === "int4" ? draftWeights : weights),
    passes,
    // A pass of the draft reads the nodes of one level.
    tokens: Math.max(1, Math.round(verifiedPerPass / passes)),
  };
  const way = {id: method, tokensPerPass, verified: verifiedPerPass, layers: 1};
  return {...way, draft: draftLayers === 0 ? null : draft};
}
