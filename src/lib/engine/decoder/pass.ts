/** What all layers of one forward pass share: the cache, the places of its tokens and their rotation. */

import type {Rope} from "../../architectures/record/rope.js";
import type {KvCache} from "../cache/kv-cache.js";
import type {StoredKv} from "../cache/stored-kv.js";
import type {Hooks} from "../hooks.js";
import {add, embed, scaled} from "../residual-stream.js";
import {type RotaryTable, rotaryTable, rotate} from "../rope.js";
import {type RopeFrequencies, ropeFrequencies} from "../rope-scaling.js";
import type {Decoder} from "./load-decoder.js";

/** Data that all layers of one forward pass share. */
export interface Pass {
  readonly model: Decoder;
  readonly tokens: number;
  readonly cache: KvCache;
  readonly hooks: Hooks | undefined;
  readonly positions: Int32Array;
  /** Of every layer with rotary positions. */
  readonly rotary: ReadonlyMap<Rope, RopeFrequencies & {readonly table: RotaryTable}>;
}

/**
 * Begins a pass.
 * @param places place in the text of each token; by default they follow those of the cache
 * @throws RangeError if the cache holds keys that were rotated by other longrope factors than this pass's, or if there is not one
 * place for each token.
 */
export function startPass(
  model: Decoder,
  tokens: number,
  cache: KvCache,
  hooks: Hooks | undefined,
  places?: Int32Array,
): Pass {
  const {plans, textTokens} = model.config;
  const positions = places ?? Int32Array.from({length: tokens}, (_, t) => cache.length + t);
  if (positions.length !== tokens)
    throw new RangeError(
      `forward: positions must have one place for each of ${tokens} tokens, got ${positions.length}`,
    );
  const end = 1 + positions.reduce((last, position) => Math.max(last, position), cache.length - 1);
  const rotary = new Map<Rope, RopeFrequencies & {table: RotaryTable}>();
  for (const {mixer} of plans) {
    if (mixer.rope === null || rotary.has(mixer.rope)) continue;
    const {scaling} = mixer.rope;
    if (scaling?.kind === "longrope" && textTokens === undefined)
      checkOneSide(cache.length, end, scaling.originalMaxPositions);
    const found = ropeFrequencies(mixer.rope, textTokens ?? end);
    rotary.set(mixer.rope, {...found, table: rotaryTable(found.frequencies, positions, found.factor)});
  }
  return {model, tokens, cache, hooks, positions, rotary};
}

/** Keys of short texts are rotated by other factors than those of long ones: a text cannot go from one to the other. */
function checkOneSide(length: number, end: number, original: number): void {
  if (length === 0 || length > original || end <= original) return;
  throw new RangeError(
    `forward: textTokens must be given to load a model whose texts grow past ${original} tokens, got a text that grows from ${length} to ${end}`,
  );
}

/** The stream before the first layer, [T, hidden]. @throws RangeError past the end of a table of positions. */
export function embedded({model, positions}: Pass, ids: readonly number[]): Float32Array {
  const {embeddingWidth, embeddingScale, hiddenSize, positionTable} = model.config;
  const rows = scaled(embed(model.embedding, embeddingWidth, ids), embeddingScale);
  const h = model.projectIn?.(rows) ?? rows;
  if (model.positions === null || positionTable === null) return h;
  const {rows: count, offset} = positionTable;
  const last = positions.reduce((last, position) => Math.max(last, position), 0) + offset;
  if (last >= count) {
    throw new RangeError(
      `forward: a text must have at most the ${count - offset} tokens of the table of positions, got ${last - offset + 1}`,
    );
  }
  return add(
    h,
    embed(
      model.positions,
      hiddenSize,
      Array.from(positions, (position) => position + offset),
    ),
  );
}

/** Queries or keys of the pass's own tokens after rotary; where a layer has none, as they are. */
export function rotated(
  {model, rotary, tokens}: Pass,
  index: number,
  heads: number,
  x: Float32Array,
): Float32Array {
  const {rope} = model.config.plans[index].mixer;
  return rope === null ? x : rotate(x, heads, rotary.get(rope)!.table, tokens, LAYOUTS[rope.pairs]);
}

const LAYOUTS = {halves: "half-split", neighbours: "interleaved"} as const;

/** Cached keys after rotary. */
export function rotatedKeys(
  {model, rotary}: Pass,
  index: number,
  keys: Float32Array,
  positions: Int32Array,
): Float32Array {
  const {rope, kvHeads} = model.config.plans[index].mixer;
  if (rope === null) return keys;
  const {frequencies, factor} = rotary.get(rope)!;
  const table = rotaryTable(frequencies, positions, factor);
  return rotate(keys, kvHeads, table, positions.length, LAYOUTS[rope.pairs]);
}

/** Packed keys before rotary, with the rotation that they lack. */
export function withRotary({model, rotary}: Pass, index: number, kv: StoredKv): StoredKv {
  const {rope} = model.config.plans[index].mixer;
  if (rope === null) return kv;
  const table = textTable(rope, rotary.get(rope)!, kv.positions);
  return {...kv, rotary: {...table, layout: LAYOUTS[rope.pairs]}};
}

/** The rotation of the first tokens of a text, by rope: it grows with the text, for it is asked with every token. */
const tables = new WeakMap<Rope, RopeFrequencies & {readonly table: RotaryTable; readonly tokens: number}>();

function textTable(rope: Rope, {frequencies, factor}: RopeFrequencies, positions: Int32Array): RotaryTable {
  const tokens = positions.length;
  const pairs = frequencies.length;
  if (positions.some((position, t) => position !== t)) return rotaryTable(frequencies, positions, factor);
  let known = tables.get(rope);
  const isSame =
    known?.factor === factor && known.frequencies.every((frequency, j) => frequency === frequencies[j]);
  if (known === undefined || !isSame || known.tokens < tokens) {
    const room = Int32Array.from({length: 2 * tokens}, (_, t) => t);
    known = {frequencies, factor, tokens: room.length, table: rotaryTable(frequencies, room, factor)};
    tables.set(rope, known);
  }
  const {cos, sin} = known.table;
  return {cos: cos.subarray(0, tokens * pairs), sin: sin.subarray(0, tokens * pairs)};
}
