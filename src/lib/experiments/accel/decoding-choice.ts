/** Decoding as a choice of a composition: counts that were measured on decoders of ours, in the kept tables. */

import type {DecodingWay} from "../../accel/decoding-way.js";
import type {DecodingMethod} from "../../decoding/method.js";
import {decodingMethods} from "../../decoding/registry.js";
import {layerSchedules} from "../../decoding/skipping/registry.js";
import {formatChoice} from "./format-choice.js";
import {DRAFT_COUNTS} from "./measured-drafts.js";

/** Parameters of the layers of decoder-small for each of those of decoder-large. */
export const SMALL_DRAFT = 0.127;
/** Parameters of Medusa's heads for each of those of the layers of decoder-large. */
export const HEADS = 0.102;

/** What drafts: its layers for each of the model's, by parameters, and the format of what stands beside the model. */
interface DraftModel {
  readonly layers: number;
  /** null: the model itself drafts. */
  readonly weights: "int4_g64_offset" | "as the model" | null;
}

/** Drafts by what a method takes; null: nothing drafts that costs a pass. */
const DRAFT_MODELS: Readonly<Record<DecodingMethod["takes"], DraftModel | null>> = {
  "a smaller model": {layers: SMALL_DRAFT, weights: "as the model"},
  "a substitute": {layers: 1, weights: "int4_g64_offset"},
  heads: {layers: HEADS, weights: "as the model"},
  "prompt tokens": null,
  // No lossless method takes it.
  "a micro-step decoder": null,
  nothing: null,
};

/** Methods that draft and leave the text as it is: those of the registry whose counts were measured. */
export const LOSSLESS_DRAFTS: readonly DecodingMethod[] = decodingMethods.all.filter(
  ({id, lossless}) => id !== "plain" && lossless === true,
);

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
  ...LOSSLESS_DRAFTS.map(({id}) => id),
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
  const drafting = LOSSLESS_DRAFTS.find((method) => method.id === id);
  if (drafting !== undefined) return draftedWay(drafting, weights);
  const rule = MEASURED_SKIPPING.find((each) => skippingId(each) === id);
  return rule === undefined ? null : {id, tokensPerPass: 1, verified: 0, draft: null, layers: rule.layers};
}

function draftedWay(method: DecodingMethod, weights: string): DecodingWay {
  const {tokensPerPass, verifiedPerPass, draftPassesPerToken} = DRAFT_COUNTS[method.id];
  const model = draftModelOf(method);
  // Heads guess once a round, from what the pass before left.
  const passes = method.takes === "heads" ? 1 : draftPassesPerToken * tokensPerPass;
  const draft = model && {
    layers: model.layers,
    weights: model.weights && formatChoice(model.weights === "as the model" ? weights : model.weights),
    passes,
    // A pass of the draft reads the nodes of one level.
    tokens: method.takes === "heads" ? 1 : Math.max(1, Math.round(verifiedPerPass / passes)),
  };
  return {id: method.id, tokensPerPass, verified: inputsOf(method, verifiedPerPass), layers: 1, draft};
}

/** A draft that leaves out layers of the model is a part of it. */
function draftModelOf({takes, params}: DecodingMethod): DraftModel | null {
  const speedup = Object.hasOwn(params, "speedup") ? Number(params.speedup.default) : null;
  return speedup === null ? DRAFT_MODELS[takes] : {layers: 1 / speedup, weights: null};
}

/** Inputs of a pass beside its root: drafts, and with PPD the prompt tokens that ask for the next ones. */
function inputsOf({takes, params}: DecodingMethod, drafted: number): number {
  return takes === "prompt tokens" ? Number(params.inputs.default) - 1 : drafted;
}
