import type {AttentionCall} from "../../engine/attention.js";
import type {Format} from "../../formats/format.js";
import {requireAllInView} from "../selection.js";
import {countAttention, type QueryAttention, queryAttention} from "./counted-attention.js";
import {type EvictionRule, survivors} from "./eviction.js";
import {
  fillUnion,
  type HeadRows,
  type LayerKv,
  newRows,
  noRows,
  packRows,
  presenceMask,
  rowBytes,
  rowsAt,
  rowsBefore,
  unionOf,
  withRows,
} from "./head-rows.js";

/** Attention as a hook is given it. */
export type Plain = (call: AttentionCall) => Float32Array;

/** Storage of the tokens of one layer by its key heads. */
export interface EvictingLayerOptions {
  readonly kvHeads: number;
  readonly headDim: number;
  /** Null keeps everything. */
  readonly rule: EvictionRule | null;
  /** Keys that a head may hold when the text has `seen` tokens. */
  room(seen: number): number;
  /** First keys of the text that are never dropped, on top of the room. */
  readonly sinks: number;
  readonly format: Format | undefined;
  readonly unpackOnce: boolean;
  /** Bytes that are noted of each row. */
  readonly noteBytes: number;
  /** Newest tokens that can be taken back. */
  readonly undoTokens: number;
}

/** One layer of a cache that lets keys go. */
export interface EvictingLayer {
  append(keys: Float32Array, values: Float32Array, positions: Int32Array): void;
  read(): LayerKv;
  /** Attention of a part of the prompt, which sees all of the prompt so far. */
  attendPrompt(call: AttentionCall, plain: Plain): Float32Array;
  /** The prompt of `length` tokens is over: the rule decides what stays of it. */
  endPrompt(length: number): void;
  /** Attention of tokens after the prompt, one by one: each sees what is held and itself, then the rule goes on. */
  attendTokens(call: AttentionCall, plain: Plain): Float32Array;
  /** The least length that the layer can be cut to. */
  reach(): number;
  cut(length: number): void;
  /** Bytes of the rows, as they are stored. */
  bytes(): number;
}

/** A layer that holds nothing yet. */
export function evictingLayer(options: EvictingLayerOptions): EvictingLayer {
  const {kvHeads, headDim, rule, format, undoTokens, noteBytes: note} = options;
  const counted = rule?.counted ?? 0;
  let heads: readonly HeadRows[] = Array.from({length: kvHeads}, noRows);
  // The latest queries of the prompt, where a rule counts those alone.
  let latest: QueryAttention[] = [];
  // States before the newest tokens, by length.
  const states = new Map<number, readonly HeadRows[]>();
  // Since this length nothing was dropped or counted.
  let changedAt = 0;

  /** The heads after the rule has decided on a text of `end` tokens. */
  const settled = (end: number, decider: EvictionRule | null) => {
    const next = decider ? heads.map((head) => evicted(head, decider, options, end)) : heads;
    if (format) for (const {rows} of next) packRows(rows, end, format, options.unpackOnce);
    if ((decider && counted > 0) || next.some(({rows}, g) => rows.length !== heads[g].rows.length))
      changedAt = end;
    return next;
  };
  const remember = (length: number) => {
    states.set(
      length,
      heads.map((head) => rowsBefore(head, length)),
    );
    states.delete(length - undoTokens);
  };
  const attendToken = (call: AttentionCall, plain: Plain): Float32Array => {
    const end = call.queryPositions[0] + 1;
    if (rule) requireAllInView("evictingCache", call);
    const follows = rule?.evicts === "after each token" ? rule : null;
    remember(end - 1);
    const present = heads.map((head) => rowsBefore(head, end));
    const mask = rule ? presenceMask(call, present) : undefined;
    const masked = mask ? {...call, mask} : call;
    const see = (p: Float32Array) => {
      if (counted === 1) for (const {received} of heads) received.fill(0);
      if (follows) countAttention([queryAttention(p, call, 0)], heads, follows);
    };
    const out = follows && counted > 0 ? observed(masked, plain, see) : plain(masked);
    heads = settled(end, follows);
    return out;
  };
  return {
    append(keys, values, positions) {
      heads = heads.map((head, g) => withRows(head, newRows(keys, values, positions, {g, kvHeads, headDim})));
    },
    read: () => unionOf(heads, headDim, format),
    attendPrompt(call, plain) {
      if (rule) requireAllInView("evictingCache", call);
      if (rule === null || counted === 0) return plain(call);
      changedAt = call.queryPositions.at(-1)! + 1;
      return observed(call, plain, (p) => {
        const T = call.queryPositions.length;
        const queries = Array.from({length: Math.min(T, counted)}, (_, n) =>
          queryAttention(p, call, T - Math.min(T, counted) + n),
        );
        if (counted === Number.POSITIVE_INFINITY) countAttention(queries, heads, rule);
        else latest = [...latest, ...queries].slice(-counted);
      });
    },
    endPrompt(length) {
      if (rule) countAttention(latest, heads, rule);
      latest = [];
      heads = settled(length, rule);
    },
    attendTokens(call, plain) {
      if (call.queryPositions.length === 1) return attendToken(call, plain);
      const union = {keys: call.keys.slice(), values: call.values.slice(), positions: call.keyPositions};
      return oneByOne({...call, ...union}, (one) => {
        const out = attendToken(one, plain);
        // The next token reads this one as it is stored.
        if (format) fillUnion(union, heads, headDim, format);
        return out;
      });
    },
    reach() {
      let first = changedAt;
      while (states.has(first - 1)) first--;
      return first;
    },
    cut(length) {
      const known = length < changedAt ? states.get(length) : undefined;
      heads = known ?? heads.map((head) => rowsBefore(head, length));
      changedAt = Math.min(changedAt, length);
      for (const later of states.keys()) if (later >= length) states.delete(later);
      if (length === 0) latest = [];
    },
    bytes: () =>
      heads.reduce((sum, {rows}) => sum + rows.reduce((own, row) => own + note + rowBytes(row), 0), 0),
  };
}

/** Rows of a head before `end` that stay; later rows, of the same pass, have not come yet. */
function evicted(
  head: HeadRows,
  rule: EvictionRule,
  {room, sinks}: EvictingLayerOptions,
  end: number,
): HeadRows {
  const {rows, received} = rowsBefore(head, end);
  const positions = rows.map(({position}) => position);
  const kept = survivors(rule, {positions, received, room: room(end)}, sinks);
  if (kept.length === rows.length) return head;
  const coming = head.rows.slice(rows.length).map((_, n) => rows.length + n);
  return rowsAt(head, [...kept, ...coming]);
}

/** Attention whose probabilities are looked at, by whoever else does too. */
function observed(call: AttentionCall, plain: Plain, see: (p: Float32Array) => void): Float32Array {
  return plain({
    ...call,
    observe(p) {
      see(p);
      call.observe?.(p);
    },
  });
}

/** A pass of several tokens as one of each. */
function oneByOne(call: AttentionCall, attend: Plain): Float32Array {
  const {q, queryPositions, heads, headDim} = call;
  const width = heads * headDim;
  const out = new Float32Array(q.length);
  queryPositions.forEach((_, t) => {
    const own = {q: q.subarray(t * width, (t + 1) * width), queryPositions: queryPositions.slice(t, t + 1)};
    out.set(attend({...call, ...own}), t * width);
  });
  return out;
}
