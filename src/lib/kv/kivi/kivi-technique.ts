import {cacheFormat} from "../../engine/cache/cache-format.js";
import {bitsSize} from "../../engine/cache/packed-size.js";
import {wholeSession} from "../../engine/cache/session.js";
import {type CacheSizes, checkText, heldTokens, requireKeysAndValues} from "../../engine/cache/sizes.js";
import {cacheTechnique, readWhole} from "../../engine/cache/technique.js";
import {fp16} from "../../formats/float/float.js";
import {requireInteger} from "../../tensor/require.js";
import {type KiviAxis, type KiviOptions, kiviBitsPerValue, kiviTokenBytes} from "./kivi.js";
import {kiviCache} from "./kivi-cache.js";

/** Numbers that share a scale and a minimum, as KIVI's authors run it. */
const GROUP_SIZE = 32;

export interface KiviSizes extends Pick<KiviOptions, "bits" | "groupSize"> {
  /** Newest tokens that stay out of the codes. */
  readonly residual?: number;
  /** Along what groups of keys run; values have theirs along channels. */
  readonly keyAxis?: KiviAxis;
}

/**
 * Bytes of KIVI's cache: keys wait in 16 bits for a whole residual of them, values always keep one; the others are codes
 * with a scale and a minimum a group. (KIVI, arXiv:2402.02750, section 3.3)
 * @throws RangeError if the model caches latents, residual is no integer of at least 1, or as {@link kiviBitsPerValue}.
 */
export function kiviCacheBytes(
  sizes: CacheSizes,
  tokens: number,
  {residual = GROUP_SIZE, keyAxis = "tokens", ...options}: KiviSizes = {},
): number {
  checkText("kiviCacheBytes", sizes, tokens);
  requireInteger("kiviCacheBytes", "residual", residual, 1);
  requireKeysAndValues("kivi", sizes);
  const whole = bitsSize(16);
  return sizes.widths.reduce((sum, width, layer) => {
    const held = heldTokens(sizes, layer, tokens);
    const [keys, values] = [held % residual, Math.min(held, residual)];
    const codes =
      (held - keys) * kiviTokenBytes(width, keyAxis, options) +
      (held - values) * kiviTokenBytes(width, "channels", options);
    return sum + whole(keys + values, width) + codes;
  }, 0);
}

const perToken = {keyAxis: "channels"} as const;

/** KIVI: keys quantized per channel and values per token, the newest tokens in full precision. */
export const kivi = cacheTechnique({
  id: "kivi",
  label: "KIVI",
  source: "KIVI, arXiv:2402.02750, section 3",
  family: "int",
  params: {
    bits: {kind: "integer", label: "Bits of a code", min: 1, max: 8, default: 4},
    keyAxis: {
      kind: "choice",
      label: "Along what groups of keys run",
      help: "Along the tokens of a channel, KIVI's rule; or along a token's channels, which outlier channels destroy.",
      options: ["tokens", "channels"],
      default: "tokens",
    },
    residual: {
      kind: "choice",
      label: "Newest tokens in full precision",
      options: [32, 64, 128],
      default: 32,
    },
  },
  needs: [],
  kindOf: () => "fewer-bits",
  labelOf: ({bits, keyAxis}) => (keyAxis === "tokens" ? `KIVI ${bits} bit` : `${bits} bit, keys per token`),
  inWords: ({bits, residual}) =>
    `${kiviBitsPerValue({bits, groupSize: GROUP_SIZE})} bits with scales, newest ${residual} tokens in 16 bits`,
  formulaOf: () => "2 · layers · width · (bits + 32 / 32) / 8, the newest 32 tokens aside",
  comesBackOf: ({keyAxis}) =>
    keyAxis === "tokens"
      ? "code · scale + minimum; of a key's channel over 32 tokens, of a value's 32 channels"
      : "code · scale + minimum of 32 channels of the token",
  bytes: (sizes, tokens, options) => readWhole(kiviCacheBytes(sizes, tokens, options)),
  pageTokensOf: ({residual}) => residual,
  open({decoder}, {bits, keyAxis, residual}) {
    const residualFormat = cacheFormat(fp16).format;
    const options = {bits, groupSize: GROUP_SIZE, residual, residualFormat, keyAxis, unpackOnce: true};
    return () => wholeSession(kiviCache(decoder.config, options));
  },
  lossless: "Codes of at most eight bits round, and tokens that wait are kept in float16.",
  parts: "agree",
  presets: [
    {id: "kivi-4", params: {}},
    {id: "kivi-3", params: {bits: 3}},
    {id: "kivi-2", params: {bits: 2}},
    {id: "per-token-4", params: perToken},
    {id: "per-token-2", params: {bits: 2, ...perToken}},
  ],
  published: [
    {label: "KIVI-4", params: {bits: 4, residual: 128}},
    {label: "KIVI-2", params: {bits: 2, residual: 128}},
  ],
});
