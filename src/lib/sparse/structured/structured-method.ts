/** Structured pruning of a decoder: units are scored, chosen and taken out. */

import type {InputStatistics} from "../../engine/calibration/input-statistics.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {mean} from "../../stats/moments.js";
import {checkParams} from "../../technique/check-params.js";
import type {Params, ParamValues} from "../../technique/params.js";
import type {Technique} from "../../technique/technique.js";
import {type ChannelMetric, channelScores} from "./channel-scores.js";
import {chooseUnits, type Structure, standardized} from "./choose-units.js";
import {removeUnits} from "./remove-units.js";
import {type ByUnit, type LayerUnits, type UnitPart, unitsOf} from "./units.js";

/** Rules by which units are chosen and taken out. */
export interface StructuredRules {
  readonly metric: ChannelMetric;
  /** Scores of attention's channels are squared before anything else, as FLAP's code does and its paper does not say. */
  readonly squaresAttention: boolean;
  /** Scores of a layer's channels are standardized, so that layers can be compared. */
  readonly standardizes: boolean;
  readonly structure: Structure;
  /** What removed units gave on average becomes a bias. */
  readonly compensates: boolean;
}

/** Choice of what goes from a decoder as a whole. */
export interface RemoveOptions {
  /** Share of the weights of heads and channels that goes, from 0 to below 1. */
  readonly ratio: number;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Statistics of the dense model's inputs, for methods that look at data. */
  readonly statistics?: InputStatistics;
}

/** A decoder with fewer heads and channels. */
export interface SmallerDecoder {
  readonly weights: DecoderWeights;
  /** Units that stay, of every layer. */
  readonly kept: ByUnit;
}

/** A setting of a method under a name of its own. */
export interface StructuredPreset {
  readonly id: string;
  readonly label: string;
  /** Parameters that are not at their defaults. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** A structured method as the registry has it. */
export interface StructuredMethod<Id extends string = string> extends Technique {
  readonly id: Id;
  /** Settings that tables and figures show, the method as it is first. */
  readonly presets: readonly StructuredPreset[];
  /**
   * Takes out units; nothing of the model that was given is changed.
   * @throws RangeError if the ratio is not from 0 to below 1, a parameter is not allowed, statistics are missing, or the
   * decoder's units cannot be removed.
   */
  remove(weights: DecoderWeights, options: RemoveOptions): SmallerDecoder;
}

interface StructuredParts<Id extends string, P extends Params>
  extends Omit<StructuredMethod<Id>, "params" | "family" | "presets" | "remove"> {
  readonly params: P;
  /** Settings beside the defaults. */
  readonly presets?: readonly (Omit<StructuredPreset, "params"> & {
    readonly params: Partial<ParamValues<P>>;
  })[];
  readonly rules: (params: ParamValues<P>) => StructuredRules;
}

/** Makes the record of a structured method from its rules. */
export function structuredMethod<const Id extends string, const P extends Params>({
  rules,
  presets = [],
  ...facts
}: StructuredParts<Id, P>): StructuredMethod<Id> {
  const where = `remove ${facts.id}`;
  return Object.freeze({
    ...facts,
    family: "sparse",
    presets: [{id: facts.id, label: facts.label, params: {}}, ...presets],
    remove(weights: DecoderWeights, {ratio, params = {}, statistics}: RemoveOptions) {
      const values = checkParams(where, facts.params, params);
      if (!(ratio >= 0 && ratio < 1)) {
        throw new RangeError(`${where}: ratio must be from 0 to below 1, got ${ratio}`);
      }
      if (facts.needs.length > 0 && statistics === undefined) {
        throw new RangeError(`${where}: statistics must be those of the inputs, got none`);
      }
      return removeBy(rules(values), weights, ratio, statistics);
    },
  } satisfies StructuredMethod<Id>);
}

function removeBy(
  rules: StructuredRules,
  weights: DecoderWeights,
  ratio: number,
  statistics: InputStatistics | undefined,
): SmallerDecoder {
  const units = weights.config.plans.map((plan) => unitsOf(weights.config, plan));
  const scores = units.map((layer, l) => ({
    attention: unitScores(rules, weights, {layer: l, part: "attention", units: layer.attention}, statistics),
    network: unitScores(rules, weights, {layer: l, part: "network", units: layer.network}, statistics),
  }));
  const kept = chooseUnits(scores, units, ratio, rules.structure);
  return {weights: removeUnits(weights, kept, rules.compensates ? statistics : undefined), kept};
}

/** Scores of a part's units: the mean over the channels of each. */
function unitScores(
  {metric, squaresAttention, standardizes}: StructuredRules,
  {tensors}: DecoderWeights,
  {layer, part, units}: {readonly layer: number; readonly part: UnitPart; readonly units: LayerUnits},
  statistics: InputStatistics | undefined,
): number[] {
  const weight = tensors.get(`model.layers.${layer}.${units.reader}.weight`)!;
  const inputs = statistics?.({layer, site: part === "attention" ? "attention.output" : "mlp.hidden"});
  const raw = Array.from(channelScores(metric, weight, inputs));
  const squared = squaresAttention && part === "attention" ? raw.map((score) => score * score) : raw;
  const channels = standardizes ? standardized(squared) : squared;
  const {count, width} = units;
  return Array.from({length: count}, (_, unit) => mean(channels.slice(unit * width, (unit + 1) * width)));
}
