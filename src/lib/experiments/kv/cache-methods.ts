/** The techniques that the calculator of caches compares, with the sizes their papers run. */

import type {KvMethod, KvModel} from "../../kv/calculator.js";
import {kiviBitsPerValue} from "../../kv/kivi/kivi.js";

/** What a technique saves at. */
export type MethodKind =
  | "as it is"
  | "fewer bits"
  | "shared layers"
  | "fewer channels"
  | "fewer tokens"
  | "two at once";

/** A technique under the name that a reader sees. */
export interface NamedMethod {
  readonly technique: string;
  readonly kind: MethodKind;
  /** What it is set to, in words. */
  readonly setting: string;
  readonly method: KvMethod;
}

export interface MethodChoice {
  /** Components for each layer of a group: of keys, as a share of their width; of values half as many again. */
  readonly keptKeys: number;
  /** Share of the features that CSKV keeps. */
  readonly density: number;
  /** Share of the tokens that eviction keeps. */
  readonly keepFraction: number;
}

/** Numbers in groups of 32, the newest 128 tokens whole, as KIVI's authors run it. */
const kivi = (bits: number) => ({kind: "kivi", bits, groupSize: 32, residual: 128}) as const;
/** Bits of a feature in four bits, scale and minimum in sixteen for each 32. */
const FEATURE_BITS = kiviBitsPerValue({bits: 4, groupSize: 32});
const SINKS = 4;
/** Rows that differ too much to be merged, of MiniCache's pairs. */
const KEPT_ROWS = 0.05;

/** Every technique with a setting for a model's sizes; some have no formula for it, which the calculator says. */
export function cacheMethods(model: KvModel, {keptKeys, density, keepFraction}: MethodChoice): NamedMethod[] {
  const layers = model.widths.length;
  const width = Math.max(...model.widths);
  const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
  const evict = (
    technique: string,
    kind: MethodKind,
    store: KvMethod & {kind: "plain" | "kivi"},
  ): NamedMethod => ({
    technique,
    kind,
    setting: `${percent(keepFraction)} of the tokens and ${SINKS} sinks, policy of your choice`,
    method: {kind: "evict", keepFraction, sinks: SINKS, store},
  });
  const whole = model.latent ? "latents as they are" : "as the model computes it";
  return [
    ...withoutLatents(model),
    {technique: "fp16", kind: "as it is", setting: whole, method: {kind: "plain", bits: 16}},
    {
      technique: "fp8",
      kind: "fewer bits",
      setting: "a scale for the tensor",
      method: {kind: "plain", bits: 8},
    },
    ...[4, 2].map(
      (bits): NamedMethod => ({
        technique: `KIVI-${bits}`,
        kind: "fewer bits",
        setting: `${kiviBitsPerValue({bits, groupSize: 32})} bits with scales, newest 128 tokens whole`,
        method: kivi(bits),
      }),
    ),
    ...[1, 2, 4].map((groupSize) => xkv(model, width, groupSize, keptKeys)),
    {...xkv(model, width, 4, keptKeys, 8), technique: "xKV-4 in fp8", kind: "two at once"},
    {
      technique: "MiniCache",
      kind: "shared layers",
      setting: `layers from ${Math.floor(layers / 2)} on in pairs, ${percent(KEPT_ROWS)} of the rows kept`,
      method: {kind: "minicache", first: Math.floor(layers / 2), keptFraction: KEPT_ROWS},
    },
    cskv(width, density),
    {...cskv(width, density, FEATURE_BITS), technique: "CSKV in int4", kind: "two at once"},
    evict("eviction", "fewer tokens", {kind: "plain"}),
    evict("eviction and KIVI-4", "two at once", kivi(4)),
  ];
}

/** What the heads of latent attention would cache. */
function withoutLatents({latent}: KvModel): NamedMethod[] {
  if (latent?.explicitWidth === undefined) return [];
  const setting = "keys and values of every head";
  return [{technique: "without latents", kind: "as it is", setting, method: {kind: "explicit"}}];
}

function xkv(model: KvModel, width: number, groupSize: number, keptKeys: number, bits = 16): NamedMethod {
  // Keys and values take 1 and 1.5 shares of a width each; a latent is both at once.
  const latent = model.latent?.latentDim;
  const [k, v] = latent ? [2 * keptKeys * latent, 0] : [keptKeys * width, 1.5 * keptKeys * width];
  const [rankK, rankV] = [k, v].map((rank) => groupSize * Math.max(rank > 0 ? 1 : 0, Math.round(rank)));
  return {
    technique: groupSize === 1 ? "SVD of each layer" : `xKV-${groupSize}`,
    kind: groupSize === 1 ? "fewer channels" : "shared layers",
    setting: latent
      ? `${rankK} components of a group's latents`
      : `${rankK} and ${rankV} components of a group's keys and values`,
    method: {kind: "xkv", groupSize, rankK: rankK, rankV: rankV, bits},
  };
}

function cskv(width: number, density: number, bits = 16): NamedMethod {
  const rank = Math.max(1, Math.round(density * width));
  return {
    technique: "CSKV",
    kind: "fewer channels",
    setting: `${rank} features, newest 32 tokens whole${bits < 16 ? `, ${bits} bits with scales` : ""}`,
    method: {kind: "cskv", rank, window: 32, bits},
  };
}
