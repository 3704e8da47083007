import {bitsSize, wholeTokenBytes} from "../../../lib/engine/cache/packed-size.js";
import {xkvBytes} from "../../../lib/kv/xkv/xkv-bytes.js";
import {captioned} from "../../kit/text/captioned.js";
import {type FormulaLine, formulaLines} from "../../kit/text/formula-lines.js";
import {numberText, quantityText} from "../../kit/text/number-text.js";

/** Channels of a head, layers that share a basis, and bytes of a stored number. */
const [HEAD_DIM, GROUP, BYTES] = [128, 4, 2];

/** Controls of the cache: its sizes, and the rank that xKV keeps. */
export const cacheByHandParams = {
  layers: {kind: "integer", label: "Layers", min: 1, max: 128, default: 32},
  kvHeads: {kind: "integer", label: "KV heads", min: 1, max: 64, default: 8},
  tokens: {
    kind: "integer",
    label: "Context",
    unit: "tokens",
    min: 1,
    max: 1_048_576,
    log: true,
    default: 65_536,
  },
  rank: {
    kind: "integer",
    label: "Rank for each layer, of keys and of values",
    min: 1,
    max: 512,
    default: 160,
  },
} as const;

/** Sizes of a cache and the rank of its decomposition. */
export interface CacheState {
  readonly layers: number;
  readonly kvHeads: number;
  readonly tokens: number;
  readonly rank: number;
}

/** Bytes of the cache as it is, of one token in it, and with the basis of xKV for every group of four layers. */
export function cacheByHand({layers, kvHeads, tokens, rank}: CacheState) {
  const widths = new Array<number>(layers).fill(kvHeads * HEAD_DIM);
  const token = wholeTokenBytes({widths}, 1, bitsSize(8 * BYTES));
  const plain = wholeTokenBytes({widths}, tokens, bitsSize(8 * BYTES));
  const shared = xkvBytes({widths}, tokens, {groupSize: GROUP, rankK: GROUP * rank, rankV: GROUP * rank});
  return {token, plain, shared};
}

/** The calculation, a line a size. */
export function cacheByHandLines(state: CacheState): FormulaLine[] {
  const {layers, kvHeads, tokens, rank} = state;
  const {token, plain, shared} = cacheByHand(state);
  const groups = Math.ceil(layers / GROUP);
  const sizes = {layers, KV_heads: kvHeads, head_size: HEAD_DIM, bytes: BYTES};
  const group_rank = GROUP * rank;
  return [
    {
      symbol: "one token",
      formula: "2 * layers * KV_heads * head_size * bytes",
      values: sizes,
      result: token,
      unit: "B",
    },
    {
      symbol: "fp16 cache",
      formula: "tokens * one_token",
      values: {tokens, one_token: token},
      result: plain,
      unit: "B",
    },
    {
      symbol: "xKV-4 cache",
      formula: "2 * bytes * group_rank * (groups * tokens + layers * KV_heads * head_size)",
      values: {...sizes, groups, tokens, group_rank},
      result: shared,
      unit: "B",
      note: shared === plain ? "(a basis would not be smaller, so the cache stays as it is)" : "",
    },
  ];
}

/** Size of the cache, and what sharing a basis saves, in a sentence. */
export function cacheByHandFinding(state: CacheState): string {
  const {token, plain, shared} = cacheByHand(state);
  const saved =
    shared === plain
      ? "At this rank a shared basis saves nothing."
      : `A basis shared by groups of ${GROUP} layers makes it ${numberText(plain / shared, 3)} times smaller.`;
  return `Every token adds ${quantityText(token, "B")}, in all ${quantityText(plain, "B")}. ${saved}`;
}

/** The calculation as a figure. */
export function cacheByHandView(state: CacheState): HTMLElement {
  return captioned(
    "How many bytes does a cache take?",
    cacheByHandFinding(state),
    formulaLines(cacheByHandLines(state)),
  );
}
