import {
  type CacheFormat,
  cacheFormat,
  cacheFormatById,
  cacheFormatParam,
  shareText,
  withFormat,
} from "../../engine/cache/cache-format.js";
import {bitsSize, type PackedSize} from "../../engine/cache/packed-size.js";
import {wholeSession} from "../../engine/cache/session.js";
import {type CacheSizes, checkText, heldTokens, requireKeysAndValues} from "../../engine/cache/sizes.js";
import {type CacheSetting, cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import {fp16} from "../../formats/float/float.js";
import {int, intRules} from "../../formats/int.js";
import {largest} from "../../stats/extent.js";
import {requireInteger} from "../../tensor/require.js";
import {cskvCache} from "./cskv-cache.js";
import {attentionInputs, type CskvFactors, calibrateCskv, type InputStatistics} from "./cskv-calibration.js";

/** Sizes that decide what CSKV keeps. */
export interface CskvSizes {
  /** Features of a layer's keys, and of its values. */
  readonly rankOf: (width: number) => number;
  /** Tokens that wait whole and are then shrunk together. */
  readonly window: number;
  /** Newest tokens that stay whole besides. */
  readonly residual: number;
}

/**
 * Bytes of CSKV's cache: features of all tokens but those that wait or stay whole in 16 bits; features of keys are packed
 * along the tokens of a window, those of values along the features of a token. (CSKV, arXiv:2409.10593, section 2.3)
 * @param size bytes of packed features, by default in 16 bits
 * @throws RangeError if the model caches latents, window is no integer of at least 1 or residual none of at least 0.
 */
export function cskvBytes(
  sizes: CacheSizes,
  tokens: number,
  {rankOf, window, residual}: CskvSizes,
  size: PackedSize = bitsSize(16),
): number {
  checkText("cskvBytes", sizes, tokens);
  requireInteger("cskvBytes", "window", window, 1);
  requireInteger("cskvBytes", "residual", residual, 0);
  requireKeysAndValues("cskv", sizes);
  return sizes.widths.reduce((sum, width, layer) => {
    const held = heldTokens(sizes, layer, tokens);
    const pages = Math.floor(Math.max(0, held - residual) / window);
    const rank = rankOf(width);
    requireInteger("cskvBytes", "rankOf", rank, 0);
    const page = size(rank, window) + size(window, rank);
    return sum + 2 * bitsSize(16)(held - pages * window, width) + pages * page;
  }, 0);
}

/** Features of a width at a share of it, at least one. */
const cskvRank = (width: number, density: number): number => Math.max(1, Math.round(density * width));

/** CSKV's integers: a scale and a zero point for every 32. */
const features4 = int({bits: 4, scheme: "asym", groupSize: 32, rule: intRules.awq});

const featureFormat = (id: string): CacheFormat =>
  id === features4.id ? cacheFormat(features4) : cacheFormatById(id);

/** CSKV: keys and values projected to fewer channels for each token, the newest tokens in full precision. */
export const cskv = cacheTechnique({
  id: "cskv",
  label: "CSKV",
  source: "CSKV, arXiv:2409.10593, section 2",
  family: "layers",
  params: {
    density: {
      kind: "number",
      label: "Features that are kept, share of the width",
      min: 0.001,
      max: 1,
      default: 0.2,
    },
    window: {kind: "integer", label: "Tokens that are shrunk together", min: 1, max: 4096, default: 32},
    residual: {kind: "integer", label: "Newest tokens in full precision", min: 0, max: 4096, default: 0},
    format: {...cacheFormatParam, options: [...cacheFormatParam.options, features4.id]},
  },
  needs: ["calibration"],
  kindOf: ({format}) => (format === "fp16" ? "fewer-channels" : "combined"),
  labelOf: ({density, format}) => withFormat(`CSKV ${shareText(density)}`, featureFormat(format).format),
  inWords({density, residual, format}, {widths}) {
    const rank = cskvRank(largest(widths), density);
    const bits = format === "fp16" ? "" : `, ${featureBits(format)} bits with scales`;
    return `${rank} features, newest ${residual} tokens in 16 bits${bits}`;
  },
  formulaOf: () => "layers · bytes of 2 · share · width features, the newest 32 tokens aside",
  comesBackOf: () => "Σ feature of the token · weight of the channel, over the features",
  bytes: (sizes, tokens, {density, format, ...options}) =>
    readWhole(
      cskvBytes(
        sizes,
        tokens,
        {...options, rankOf: (width) => cskvRank(width, density)},
        featureFormat(format).size,
      ),
    ),
  pageTokensOf: ({window}) => window,
  open(setting, {density, window, residual, format: id}) {
    const factors = factorsOf(setting, density);
    const {format} = featureFormat(id);
    const options = {window, residual, format, wholeFormat: cacheFormat(fp16).format, unpackOnce: true};
    return () => wholeSession(cskvCache(setting.decoder.config, factors, options));
  },
  lossless: "Projections of full rank still round, since they are multiplied out.",
  parts: "agree",
  presets: [
    {id: "cskv-half", params: {density: 0.5}},
    {id: "cskv-quarter", params: {density: 0.25}},
    {id: "cskv-half-int4", params: {density: 0.5, format: features4.id}},
  ],
  published: [
    {label: "CSKV", params: {residual: 32}},
    {label: "CSKV in int4", params: {residual: 32, format: features4.id}},
  ],
});

/** Bits of a feature, scales included. */
const featureBits = (id: string): number => (8 * featureFormat(id).size(32, 32)) / (32 * 32);

/** Statistics of the calibration texts of a setting, and its factors by rank: all texts and settings share them. */
const calibrated = new WeakMap<
  CacheSetting,
  {readonly inputs: readonly InputStatistics[]; readonly factors: Map<number, CskvFactors>}
>();

function factorsOf(setting: CacheSetting, density: number): CskvFactors {
  const known = calibrated.get(setting) ?? {
    inputs: attentionInputs(setting.decoder, setting.calibrationTexts()),
    factors: new Map<number, CskvFactors>(),
  };
  calibrated.set(setting, known);
  const {kvHeads, headDim} = setting.decoder.config;
  const rank = cskvRank(kvHeads * headDim, density);
  const found =
    known.factors.get(rank) ?? calibrateCskv(setting.weights, known.inputs, {rankK: rank, rankV: rank});
  known.factors.set(rank, found);
  return found;
}
