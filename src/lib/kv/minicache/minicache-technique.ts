import {cacheFormatById, cacheFormatParam, percentText, withFormat} from "../../engine/cache/cache-format.js";
import {bitsSize, type PackedSize} from "../../engine/cache/packed-size.js";
import {wholeSession} from "../../engine/cache/session.js";
import {
  type CacheSizes,
  checkText,
  headsOf,
  oneWidth,
  requireAllTokens,
  requireKeysAndValues,
} from "../../engine/cache/sizes.js";
import {cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import {formatById} from "../../formats/registry.js";
import {requireInteger, requireShare} from "../../tensor/require.js";
import {miniCacheCache} from "./minicache-cache.js";

/** Tokens that wait whole before they are merged. */
const WINDOW = 32;

export interface MiniCacheSizes {
  /** First layer that is merged with the next, and so on in pairs; by default the deep half. */
  readonly first?: number;
  /** Share of the rows that are kept whole because their two layers point too far apart. */
  readonly keptRows: number;
}

/**
 * Bytes of MiniCache's cache of a prompt: a bit a row; of a merged row of two layers a direction and two lengths of 16 bits;
 * of a kept one both rows. (MiniCache, arXiv:2405.14366, section 4)
 * @param size bytes of packed directions and rows, by default in 16 bits
 * @throws RangeError if the model caches latents, its layers differ in width or forget tokens, first is no integer of at
 * least 0, or keptRows not from 0 to 1.
 */
export function miniCacheBytes(
  sizes: CacheSizes,
  tokens: number,
  {first = Math.floor(sizes.widths.length / 2), keptRows}: MiniCacheSizes,
  size: PackedSize = bitsSize(16),
): number {
  checkText("miniCacheBytes", sizes, tokens);
  requireInteger("miniCacheBytes", "first", first, 0);
  requireShare("miniCacheBytes", "keptRows", keptRows);
  const width = oneWidth("minicache", sizes);
  requireKeysAndValues("minicache", sizes);
  requireAllTokens("minicache", sizes, tokens);
  const [heads, dim] = headsOf(sizes, width);
  const layers = sizes.widths.length;
  const pairs = tokens < WINDOW ? 0 : Math.floor(Math.max(0, layers - first) / 2);
  const rows = tokens * heads;
  const kept = Math.ceil(rows * keptRows);
  const pair = size(rows - kept, dim) + (rows - kept) * 2 * 2 + 2 * size(kept, dim) + Math.ceil(rows / 8);
  return 2 * (pairs * pair + (layers - 2 * pairs) * tokens * size(heads, dim));
}

/** Of rows in our short texts, nearly none is as far apart as the farthest. */
const few = {keptRows: 0};

/** Pairs of layers in the deeper half share one direction for each token; some rows stay as they are, chosen by the paper's rule or by that of xKV's repository. */
export const miniCache = cacheTechnique({
  id: "minicache",
  label: "MiniCache",
  source: "MiniCache, arXiv:2405.14366, section 4",
  family: "layers",
  params: {
    rule: {
      kind: "choice",
      label: "Rows that are kept unmerged",
      help: "Those that differ most, or the most alike ones, as xKV's repository runs it.",
      options: ["correct", "released"],
      default: "correct",
    },
    gamma: {
      kind: "number",
      label: "Share of the range of angles whose rows are kept unmerged",
      min: 0,
      max: 1,
      default: 0.05,
    },
    keptRows: {
      kind: "number",
      label: "Share of the rows that the formula counts as unmerged",
      help: "How many are depends on the text.",
      min: 0,
      max: 1,
      default: 0.05,
    },
    format: cacheFormatParam,
  },
  needs: [],
  kindOf: ({format}) => (format === "fp16" ? "shared-layers" : "combined"),
  labelOf({rule, gamma, format}) {
    const name = rule === "correct" ? "MiniCache" : "MiniCache as released";
    return withFormat(gamma > 0.05 ? `${name}, γ ${gamma}` : name, formatById(format));
  },
  inWords: ({keptRows}, {widths}) =>
    `layers from ${Math.floor(widths.length / 2)} on in pairs, ${percentText(keptRows)} of the rows kept`,
  formulaOf: () =>
    "(layers − pairs) · 2 · bytes of a token, and 2 lengths a row of each pair; rows kept whole aside",
  comesBackOf: () => "direction shared with the neighbouring layer · own length, from the middle layer on",
  bytes: (sizes, tokens, {keptRows, format}) =>
    readWhole(miniCacheBytes(sizes, tokens, {keptRows}, cacheFormatById(format).size)),
  open({decoder}, {rule, gamma, format: id}) {
    const {format} = cacheFormatById(id);
    return () => wholeSession(miniCacheCache(decoder.config, {rule, gamma, window: WINDOW, format}));
  },
  lossless: {gamma: 1, format: "fp32"},
  parts: "agree",
  presets: [
    {id: "minicache", params: few},
    {id: "minicache-half", params: {gamma: 0.5, ...few}},
    {id: "minicache-released", params: {rule: "released", ...few}},
    {id: "minicache-int4", params: {format: "int4", ...few}},
  ],
  published: [{label: "MiniCache", params: {}}],
});
