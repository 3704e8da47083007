/** A model that reads and writes text, so that models of different vocabularies can take turns in one. */

import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {argmax} from "../../engine/generate.js";
import type {Hooks} from "../../engine/hooks.js";

/** A decoder with its tokenizer. */
export interface TextModel {
  readonly model: Decoder;
  encode(text: string): ArrayLike<number>;
  decode(ids: readonly number[]): string;
  /** Text of the token that ends what it writes. */
  readonly end: string;
  /** Characters of its longest token. */
  readonly longestToken: number;
  readonly hooks?: Hooks;
}

/** Work of a model in one text. */
export interface ReaderWork {
  readonly passes: number;
  /** Tokens that it chose, those that were thrown away again included. */
  readonly written: number;
  /** Tokens that it read and had not chosen: the prompt, and what another model wrote. */
  readonly prefilled: number;
}

/** A model in one text; it remembers what it has read as far as the text stays the same. */
export interface TextReader extends Pick<TextModel, "end" | "longestToken"> {
  /** Reads what is new in a text and gives the logits after it, [vocab]. */
  read(text: string): Float32Array;
  /** Text of the token that the model would write next. */
  next(text: string): string;
  work(): ReaderWork;
}

/**
 * Begins a text with a model.
 * @param choose picks a token by its logits; by default the likeliest
 */
export function textReader(
  {model, encode, decode, end, longestToken, hooks}: TextModel,
  choose: (logits: Float32Array) => number = argmax,
): TextReader {
  const cache = plainKvCache(model.config);
  let held: readonly number[] = [];
  let logits: Float32Array = new Float32Array(0);
  let chosen: {readonly at: number; readonly id: number} | null = null;
  let [passes, written, prefilled] = [0, 0, 0];

  function read(text: string): Float32Array {
    const ids = Array.from(encode(text));
    const same = sharedLength(held, ids);
    if (same === ids.length && same === held.length) return logits;
    // The last token is read again if only what follows it has gone: its logits are not kept.
    const from = Math.min(same, ids.length - 1);
    cache.truncate(from);
    logits = forward(model, ids.slice(from), {cache, rows: "last", ...(hooks && {hooks})}).data;
    passes++;
    prefilled += ids.length - same - Number(chosen !== null && chosen.at === same && chosen.id === ids[same]);
    held = ids;
    return logits;
  }

  return {
    end,
    longestToken,
    read,
    next(text) {
      const id = choose(read(text));
      chosen = {at: held.length, id};
      written++;
      return decode([id]);
    },
    work: () => ({passes, written, prefilled}),
  };
}

function sharedLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** Bounds of one piece of text. */
export interface PieceEnds {
  /** Tokens at most. */
  readonly tokens: number;
  /** True if the piece, which grew by a token, is complete. */
  readonly isComplete?: (piece: string) => boolean;
}

/** A piece that a model wrote, token by token, and whether the model ended its text. */
export interface Piece {
  readonly tokens: readonly string[];
  readonly text: string;
  readonly ended: boolean;
}

/** Lets a model write on until the piece is complete, the model ends its text, or there are enough tokens. */
export function writePiece(
  reader: TextReader,
  text: string,
  {tokens: most, isComplete = () => false}: PieceEnds,
): Piece {
  const tokens: string[] = [];
  let piece = "";
  while (tokens.length < most && !isComplete(piece)) {
    const token = reader.next(text + piece);
    tokens.push(token);
    piece += token;
    if (token === reader.end) return {tokens, text: piece, ended: true};
  }
  return {tokens, text: piece, ended: false};
}
