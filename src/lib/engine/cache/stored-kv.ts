/** Keys and values as a cache holds them, for attention that unpacks a few tokens at a time. */

import type {CodeReading, Format} from "../../formats/format.js";
import type {AttentionCall} from "../attention.js";
import type {RotaryLayout, RotaryTable} from "../rope.js";

/** Packing of a run of tokens of all heads: codes without gaps, lowest bit first, and the scales of their groups. */
export interface Coding extends Omit<CodeReading, "codebooks"> {
  /** Of a code; 16 are f16 and 32 are float32, whatever the codebooks. */
  readonly bits: number;
  /** Values of the codes; the highest bit of a scale's byte chooses among two. */
  readonly codebooks: readonly (readonly number[])[];
  /** Numbers of a line, within which groups begin anew: of a head or of a token, or `pageTokens` of a channel. */
  readonly line: number;
  /** Tokens of a page whose lines are channels; 0: every token is a page, its lines are heads or all of it. */
  readonly pageTokens: number;
  /** True where the part `minima`, an f16 number a group, is added to its values. */
  readonly hasMinima?: boolean;
  /** True where the part `factors`, an f16 number for each head of a token, multiplies all of its numbers. */
  readonly hasFactors?: boolean;
  /** True where `codes`, bfloat16 then, are those numbers of a page alone whose bit in the part `bitmap` is 1; others are 0. */
  readonly hasBitmap?: boolean;
}

/** Coordinates in which a run holds the numbers y of each head: they stand for matrix · y. */
export interface Basis {
  /** Coordinates of a head, a multiple of 4. */
  readonly width: number;
  /** [kvHeads, headDim, width] */
  readonly matrix: Float32Array;
}

/** Tokens after one another in one form. */
export interface Run {
  /** Tokens that `parts` hold. */
  readonly tokens: number;
  /** Which of these are meant, in the order of the text; absent: all. */
  readonly rows?: Int32Array;
  readonly coding: Coding;
  /** `codes`, and `scales`, `minima`, `zeroPoints`, `factors`, `bitmap`, `tensorScale` where the coding has them: page after page. */
  readonly parts: Readonly<Record<string, Uint8Array>>;
  /** Rows of which the run holds coefficients, as many for a token as it has rows: a token is their sum. */
  readonly factor?: Run;
  /** Coordinates of its numbers, if not those of the heads. */
  readonly basis?: Basis;
  /** Place of each channel of all heads among the numbers of a token, if these have another order; keys alone may. */
  readonly places?: Int32Array;
  /** Another run of the same tokens that is added to it. */
  readonly plus?: Run;
}

/** Rotation of keys that are held before it: a row of cosines and sines for each token. */
export interface StoredRotary extends RotaryTable {
  readonly layout: RotaryLayout;
}

/** Tokens of one key head: a token of its runs has the numbers of that head alone. */
export interface HeadKv {
  readonly keys: readonly Run[];
  readonly values: readonly Run[];
  /** Which tokens of the layer they are, ascending; absent: all. A mask must hide the others. */
  readonly tokens?: Int32Array;
}

/** A layer's keys and values, in the order of the text. */
export interface StoredKv {
  readonly keys: readonly Run[];
  readonly values: readonly Run[];
  /** Where every key head holds tokens of its own, those of each; `keys` and `values` are then empty. */
  readonly heads?: readonly HeadKv[];
  /** Place in the text of each token; ascending. */
  readonly positions: Int32Array;
  /** Absent where keys are held after rotary. */
  readonly rotary?: StoredRotary;
  /** All of it as floats, [L, kvHeads · headDim] each. */
  unpack(): {readonly keys: Float32Array; readonly values: Float32Array};
  /** The keys from a token on as floats. */
  keysFrom(token: number): Float32Array;
}

/** The coding of pages that a format packs with lines of a length; undefined where kernels cannot read it. */
export function codingOf(format: Format, line: number, pageTokens = 0): Coding | undefined {
  const {reading, codebook} = format;
  if (reading === undefined) return undefined;
  const values = codebook.bits <= 8 ? [codebook.values] : [];
  return {...reading, bits: codebook.bits, codebooks: reading.codebooks ?? values, line, pageTokens};
}

/** The coding of a whole tensor [rows, columns], every row as if it were a token's; undefined where kernels cannot read it. */
export const matrixCoding = (format: Format, columns: number): Coding | undefined =>
  format.reading?.hasTensorScale ? undefined : codingOf(format, columns);

/** The coding of float32 numbers. */
const FLOATS: Coding = {bits: 32, codebooks: [], groupSize: null, scales: "none", line: 1, pageTokens: 0};

/** Tokens that are still floats. */
export function floatRun(data: Float32Array, width: number): Run {
  const codes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {tokens: data.length / width, coding: FLOATS, parts: {codes}};
}

/** A run of rows of one head, all heads of a token after one another, as the run of each head. */
export function headRuns(run: Run, kvHeads: number): Run[] {
  const tokens = run.tokens / kvHeads;
  return Array.from({length: kvHeads}, (_, g) => ({
    ...run,
    rows: Int32Array.from({length: tokens}, (_, t) => t * kvHeads + g),
  }));
}

/** The most queries of a call over what is stored: drafts are few, and of a whole prompt floats are read more quickly. */
export const MOST_STORED_QUERIES = 16;

/** A call whose keys and values are unpacked only if somebody looks at them. */
interface StoredCall {
  readonly rest: Omit<AttentionCall, "keys" | "values">;
  readonly kv: StoredKv;
  readonly floats: () => Pick<AttentionCall, "keys" | "values">;
}

const stored = new WeakMap<AttentionCall, StoredCall>();

/**
 * A call over what a cache holds. Its keys and values are those that `floats` gives, when they are asked for; a copy by
 * spreading asks for them, and is a call like any other, so that who changes keys is safe.
 */
export function storedCall(
  rest: Omit<AttentionCall, "keys" | "values">,
  kv: StoredKv,
  floats: () => Pick<AttentionCall, "keys" | "values"> = () => kv.unpack(),
): AttentionCall {
  let known: Pick<AttentionCall, "keys" | "values"> | undefined;
  const all = () => {
    known ??= floats();
    return known;
  };
  const call = {
    ...rest,
    get keys() {
      return all().keys;
    },
    get values() {
      return all().values;
    },
  };
  stored.set(call, {rest, kv, floats: all});
  return call;
}

/** Packed keys and values of a call; undefined for a call over floats. */
export const storedOf = (call: AttentionCall): StoredKv | undefined => stored.get(call)?.kv;

/** The keys of a call from a token on, [.., kvHeads · headDim]: no others are unpacked. */
export function keysFrom(call: AttentionCall, token: number): Float32Array {
  const held = stored.get(call);
  return held ? held.kv.keysFrom(token) : call.keys.subarray(token * call.kvHeads * call.headDim);
}

/** A call without its keys and values, which stay packed where they are. */
export function withoutKv(call: AttentionCall): Omit<AttentionCall, "keys" | "values"> {
  const held = stored.get(call);
  if (held) return held.rest;
  const {keys: _, values: __, ...rest} = call;
  return rest;
}

/** The same call with other options, its keys and values where they are. */
export function withOptions(
  call: AttentionCall,
  options: Partial<Pick<AttentionCall, "mask" | "observe" | "q" | "queryPositions">>,
): AttentionCall {
  const held = stored.get(call);
  return held ? storedCall({...held.rest, ...options}, held.kv, held.floats) : {...call, ...options};
}

/** The same call under a mask, its keys and values where they are. */
export const withMask = (call: AttentionCall, mask: Uint8Array): AttentionCall => withOptions(call, {mask});
