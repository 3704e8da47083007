import {bitsSize} from "../../engine/cache/packed-size.js";
import {wholeSession} from "../../engine/cache/session.js";
import {type CacheSizes, heldTokens, requireKeysAndValues} from "../../engine/cache/sizes.js";
import {cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import {sparsePageBytes} from "./sparse-kv.js";
import {type SparseKvCacheOptions, sparseKvCache} from "./sparse-kv-cache.js";

/** Bytes of all layers: whole pages without their small numbers, and tokens that wait for a page in float16. */
function sparseKvBytes(
  sizes: CacheSizes,
  tokens: number,
  {keyPercent, valuePercent, pageTokens}: SparseKvCacheOptions,
): number {
  requireKeysAndValues("sparse-kv", sizes);
  const whole = bitsSize(16);
  return sizes.widths.reduce((sum, width, layer) => {
    const held = heldTokens(sizes, layer, tokens);
    const waiting = held % pageTokens;
    const page =
      sparsePageBytes(pageTokens * width, keyPercent) + sparsePageBytes(pageTokens * width, valuePercent);
    return sum + ((held - waiting) / pageTokens) * page + 2 * whole(waiting, width);
  }, 0);
}

const percent = (label: string, byDefault: number) =>
  ({kind: "number", label, min: 0, max: 100, default: byDefault}) as const;

/** Sparse keys and values: the smallest magnitudes of a page are left out, a bitmap says which. */
export const sparseKv = cacheTechnique({
  id: "sparse-kv",
  label: "Sparse keys and values",
  source: "SparAMX, arXiv:2502.12444, section 5",
  family: "sparse",
  params: {
    keyPercent: percent("Keys left out (%)", 30),
    valuePercent: percent("Values left out (%)", 50),
    pageTokens: {
      kind: "choice",
      label: "Tokens that share a threshold",
      options: [32, 64, 128],
      default: 32,
    },
  },
  needs: [],
  kindOf: () => "pruned",
  labelOf: ({keyPercent, valuePercent}) => `sparse K ${keyPercent} %, V ${valuePercent} %`,
  inWords: ({keyPercent, valuePercent, pageTokens}) =>
    `a bit for each number, ${100 - keyPercent} % of keys and ${100 - valuePercent} % of values in bfloat16, in pages of ${pageTokens} tokens`,
  formulaOf: ({keyPercent, valuePercent}) =>
    `layers · width · (2 / 8 + 2 · ${(200 - keyPercent - valuePercent) / 100}), tokens of an unfinished page aside`,
  comesBackOf: () => "the number in bfloat16 where the bitmap has a 1, else 0",
  bytes: (sizes, tokens, options) => readWhole(sparseKvBytes(sizes, tokens, options)),
  pageTokensOf: ({pageTokens}) => pageTokens,
  open:
    ({decoder}, options) =>
    () =>
      wholeSession(sparseKvCache(decoder.config, {...options, unpackOnce: true})),
  lossless: "What stays is rounded to bfloat16, and tokens that wait to float16.",
  parts: "agree",
  presets: [
    {id: "sparse-k30-v50", params: {}},
    {id: "sparse-k0-v80", params: {keyPercent: 0, valuePercent: 80}, isByChoice: true},
  ],
  published: [{label: "sparse K and V", params: {}}],
});
