import type {AttentionCall} from "../../engine/attention.js";
import {type StoredKv, storedCall, storedOf, withOptions, withoutKv} from "../../engine/cache/stored-kv.js";
import type {Format} from "../../formats/format.js";
import {requireAllInView} from "../selection.js";
import {countAttention, type QueryAttention, queryAttention} from "./counted-attention.js";
import {type EvictionRule, survivors} from "./eviction.js";
import {
  type HeadRows,
  headKv,
  type LayerKv,
  newRows,
  noRows,
  packRows,
  presenceMask,
  rowBytes,
  rowsAt,
  rowsBefore,
  unionFloats,
  unionOf,
  withRows,
} from "./head-rows.js";
import {type RowStore, rowStore} from "./row-store.js";

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
  /** The same as each head holds it, where kernels can read that. */
  stored(): StoredKv | undefined;
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
  const {kvHeads, headDim, rule, format, unpackOnce, undoTokens, noteBytes: note} = options;
  const counted = rule?.counted ?? 0;
  const store = rowStore(headDim, format, unpackOnce);
  let heads: readonly HeadRows[] = Array.from({length: kvHeads}, noRows);
  // The latest queries of the prompt, where a rule counts those alone.
  let latest: QueryAttention[] = [];
  // States before the newest tokens, by length.
  const states = new Map<number, readonly HeadRows[]>();
  // Since this length nothing was dropped or counted.
  let changedAt = 0;

  /** The heads after the rule has decided on a text of `end` tokens. */
  const settle = (end: number, decider: EvictionRule | null) => {
    const next = decider ? heads.map((head) => evicted(head, decider, options, end)) : heads;
    for (const {rows} of next) packRows(rows, end, store);
    if ((decider && counted > 0) || next.some(({rows}, g) => rows.length !== heads[g].rows.length))
      changedAt = end;
    heads = next;
    letGo(store, heads, states.values());
  };
  const remember = (length: number) => {
    states.set(
      length,
      heads.map((head) => rowsBefore(head, length)),
    );
    states.delete(length - undoTokens);
  };
  const held = (present: readonly HeadRows[]): StoredKv | undefined => {
    const positions = unionOf(present);
    const own = headKv(present, positions, headDim, store);
    const unpack = () => unionFloats(present, positions, headDim, store);
    const keysFrom = (token: number) => unpack().keys.subarray(token * kvHeads * headDim);
    return own && {keys: [], values: [], heads: own, positions, unpack, keysFrom};
  };
  /** A call over what is held of `present`, whatever it was over. */
  const callOver = (call: AttentionCall, present: readonly HeadRows[]): AttentionCall => {
    const rest = withoutKv(call);
    const kv = held(present);
    if (kv) return storedCall({...rest, keyPositions: kv.positions}, kv);
    const {positions, ...floats} = unionFloats(present, unionOf(present), headDim, store);
    return {...rest, ...floats, keyPositions: positions};
  };
  /** @param isAlone true: the call is over what is held now */
  const attendToken = (call: AttentionCall, plain: Plain, isAlone: boolean): Float32Array => {
    const end = call.queryPositions[0] + 1;
    if (rule) requireAllInView("evictingCache", call);
    const follows = rule?.evicts === "after each token" ? rule : null;
    remember(end - 1);
    const isNewest = heads.every(({rows}) => rows.every(({position}) => position < end));
    const present = isNewest ? heads : heads.map((head) => rowsBefore(head, end));
    const own = isNewest && isAlone && storedOf(call) ? call : callOver(call, present);
    const mask = rule ? presenceMask(own, present, own.keyPositions) : undefined;
    const masked = mask ? withOptions(own, {mask}) : own;
    const see = (p: Float32Array) => {
      if (counted === 1) for (const {received} of heads) received.fill(0);
      if (follows) countAttention([queryAttention(p, own, 0)], heads, follows);
    };
    const out = follows && counted > 0 ? observed(masked, plain, see) : plain(masked);
    settle(end, follows);
    return out;
  };
  return {
    append(keys, values, positions) {
      heads = heads.map((head, g) => withRows(head, newRows(keys, values, positions, {g, kvHeads, headDim})));
    },
    read: () => unionFloats(heads, unionOf(heads), headDim, store),
    stored: () => held(heads),
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
      settle(length, rule);
    },
    attendTokens: (call, plain) =>
      call.queryPositions.length === 1
        ? attendToken(call, plain, true)
        : oneByOne(call, (one) => attendToken(one, plain, false)),
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
      heads.reduce((sum, {rows}) => sum + rows.reduce((own, row) => own + note + rowBytes(row, store), 0), 0),
  };
}

/** Rows that a store may hold of no head before it is rid of them, beside as many as the heads hold. */
const SPARE_ROWS = 256;

/** Frees what neither the heads hold nor a state to which they may go back. */
function letGo(store: RowStore, heads: readonly HeadRows[], states: Iterable<readonly HeadRows[]>): void {
  const count = heads.reduce((sum, {rows}) => sum + rows.length, 0);
  if (store.length <= 2 * count + SPARE_ROWS) return;
  const reached = [...states, heads].flatMap((all) => all.flatMap(({rows}) => rows));
  const wanted = [...new Set(reached)].filter(({fresh}) => fresh === undefined);
  wanted.sort((a, b) => a.place - b.place);
  store.keep(wanted.map(({place}) => place));
  wanted.forEach((row, place) => {
    row.place = place;
  });
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
  const {observe} = call;
  return plain(
    withOptions(call, {
      observe(p) {
        see(p);
        observe?.(p);
      },
    }),
  );
}

/** A pass of several tokens as one of each. */
function oneByOne(call: AttentionCall, attend: Plain): Float32Array {
  const {q, queryPositions, heads, headDim} = call;
  const width = heads * headDim;
  const out = new Float32Array(q.length);
  queryPositions.forEach((_, t) => {
    const own = {q: q.subarray(t * width, (t + 1) * width), queryPositions: queryPositions.slice(t, t + 1)};
    out.set(attend(withOptions(call, own)), t * width);
  });
  return out;
}
