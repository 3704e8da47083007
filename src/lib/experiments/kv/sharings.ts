/** The settings that an experiment on sharing tries: which layers share what, under which name. */

import {longTextBytes} from "../../engine/cache/choices.js";
import {bitsSize, wholeTokenBytes} from "../../engine/cache/packed-size.js";
import {decoderSizes} from "../../engine/cache/sizes.js";
import {readWhole} from "../../engine/cache/technique.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {xkvBytes, xkvRanks} from "../../kv/xkv/xkv-bytes.js";
import {largest} from "../../stats/extent.js";

/** Techniques that the experiment compares. */
export const TECHNIQUES = ["xKV", "MiniCache", "MiniCache, released"] as const;
type Technique = (typeof TECHNIQUES)[number];

interface Named {
  /** Name beside its mark. */
  readonly name: string;
  readonly groupSize: number;
}

/** Every layer as it is, packed. */
interface Whole extends Named {
  readonly technique: "uncompressed";
}

/** Layers that share a basis. */
export interface XkvSharing extends Named {
  readonly technique: "xKV" | "single-layer SVD";
  /** Components of a group. */
  readonly rankK: number;
  readonly rankV: number;
  /** Bytes before over bytes after in a very long text, where factors are negligible beside the basis. */
  readonly limitRatio: number;
}

/** Layers that are merged in pairs. */
export interface MiniCacheSharing extends Named {
  readonly technique: "MiniCache" | "MiniCache, released";
  readonly rule: "correct" | "released";
  /** The first layer that is merged. */
  readonly first: number;
  /** Share of the range of angles whose rows are kept. */
  readonly gamma: number;
}

/** A way for layers to share a cache. */
export type Sharing = Whole | XkvSharing | MiniCacheSharing;

/** The cache as it is. */
export const WHOLE: Whole = {technique: "uncompressed", name: "uncompressed", groupSize: 1};

interface Choice {
  readonly techniques: readonly Technique[];
  readonly groupSizes: readonly number[];
  /** Components of keys a layer, as a share of their width. */
  readonly keptKeys: readonly number[];
}

/** Every combination of a choice that fits a model. */
export function sharings(config: DecoderConfig, {techniques, groupSizes, keptKeys}: Choice): Sharing[] {
  const {layers} = config;
  const groups = groupSizes.filter((groupSize) => groupSize <= layers);
  return techniques.flatMap((technique): readonly Sharing[] =>
    technique === "xKV"
      ? groups.flatMap((groupSize) => keptKeys.map((kept) => xkvSharing(config, groupSize, kept)))
      : miniCacheSharings(layers, technique),
  );
}

/** The most components that any of these settings asks of groups of this size. */
export function largestRank(all: readonly Sharing[], groupSize: number): number {
  const ranks = all.map((sharing) =>
    "rankV" in sharing && sharing.groupSize === groupSize ? sharing.rankV : 0,
  );
  return Math.max(0, largest(ranks));
}

function xkvSharing(config: DecoderConfig, groupSize: number, kept: number): XkvSharing {
  const sizes = decoderSizes(config);
  const ranks = xkvRanks(sizes, groupSize, kept);
  const long = (bytes: (tokens: number) => number) =>
    longTextBytes({bytes: (_, tokens) => readWhole(bytes(tokens))}, sizes).kept;
  const plain = long((tokens) => wholeTokenBytes(sizes, tokens, bitsSize(16)));
  return {
    technique: groupSize === 1 ? "single-layer SVD" : "xKV",
    name: `${groupSize === 1 ? "SVD" : `xKV-${groupSize}`} ${ranks.rankK / groupSize}, ${ranks.rankV / groupSize}`,
    ...ranks,
    limitRatio: plain / long((tokens) => xkvBytes(sizes, tokens, ranks)),
  };
}

function miniCacheSharings(layers: number, technique: MiniCacheSharing["technique"]): MiniCacheSharing[] {
  const rule = technique === "MiniCache" ? "correct" : "released";
  return [Math.floor(layers / 2), 0].map((first) => ({
    technique,
    name: `${technique} from layer ${first}`,
    groupSize: 2,
    rule,
    first,
    gamma: 0.05,
  }));
}
