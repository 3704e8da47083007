/** SplitReason's decoding: a small model writes and hands parts over to a large one. (arXiv:2504.16379, section 3.1) */

import {requireInteger} from "../../tensor/require.js";
import {CLOSE_TAG, OPEN_TAG, withoutTags} from "./tags.js";
import {type TextReader, writePiece} from "./text-reader.js";

/** Sizes of the exchange; the defaults are those of the authors' runs, in tokens. */
export interface HandOverOptions {
  /** Tokens that the large model writes before the small one checks them. */
  readonly chunk?: number;
  /** Chunks that are checked; the one after them ends the part. */
  readonly checkedChunks?: number;
  /** Tokens of the continuation in which the small model may close the part. */
  readonly ahead?: number;
  /** Tokens of the whole text, the prompt not counted. */
  readonly tokens?: number;
  /** Answers a request for the large model; by default all are granted. */
  readonly grants?: () => boolean;
}

/** Text that one of the two models wrote, tags included. */
export interface SplitPart {
  readonly writer: "small" | "large";
  readonly text: string;
}

/** Beginning of the closing tag by which a continuation is known to close. */
const CLOSING = CLOSE_TAG.slice(0, 5);

/**
 * Writes a text with two models, a part at a time. The small one decodes while the large one reads along; at an opening tag
 * the large one goes on in the text without tags, a chunk at a time, until the small one, which reads each chunk, would close
 * the part itself. The chunk is cut at the *first* place after which it would: the authors' code takes the mirrored place.
 * A request that is refused leaves the opening tag, and the small model writes the part itself.
 * @throws RangeError for sizes that are no integers of at least 1.
 */
export function* splitReasoning(
  small: TextReader,
  large: TextReader,
  prompt: string,
  {chunk = 64, checkedChunks = 8, ahead = 8, tokens = 16_384, grants = () => true}: HandOverOptions = {},
): Generator<SplitPart, void> {
  for (const [name, value] of Object.entries({chunk, checkedChunks, ahead, tokens}))
    requireInteger("splitReasoning", name, value, 1);
  let text = prompt;
  for (let left = tokens; left > 0; ) {
    const own = writePiece(small, text, {tokens: left, isComplete: (piece) => piece.endsWith(OPEN_TAG)});
    text += own.text;
    left -= own.tokens.length;
    yield {writer: "small", text: own.text};
    large.read(withoutTags(text));
    if (own.ended || left <= 0) return;
    if (!own.text.endsWith(OPEN_TAG) || !grants()) continue;
    const part = handedPart(small, large, text, {chunk, checkedChunks, ahead, tokens: left});
    text += part.text;
    left -= part.tokens;
    yield {writer: "large", text: part.text};
    if (part.ended) return;
  }
}

interface HandedPart {
  readonly text: string;
  readonly tokens: number;
  /** True if the large model ended the whole text, or no token is left. */
  readonly ended: boolean;
}

/** What the large model writes after an opening tag, with the closing one. */
function handedPart(
  small: TextReader,
  large: TextReader,
  before: string,
  {chunk, checkedChunks, ahead, tokens: most}: Required<Omit<HandOverOptions, "grants">>,
): HandedPart {
  let [text, tokens] = ["", 0];
  for (let number = 1; ; number++) {
    const piece = writePiece(large, withoutTags(before + text), {tokens: Math.min(chunk, most - tokens)});
    tokens += piece.tokens.length;
    if (piece.ended) return {text: text + piece.text, tokens, ended: true};
    if (number > checkedChunks) return {text: text + piece.text + CLOSE_TAG, tokens, ended: false};
    const cut = closedAfter(small, before + text, piece.tokens, ahead);
    if (cut !== null) return {text: text + cut + CLOSE_TAG, tokens, ended: false};
    text += piece.text;
    if (tokens === most) return {text, tokens, ended: true};
  }
}

/** The first beginning of a chunk after which the small model would close the part; null if it never would. */
function closedAfter(
  small: TextReader,
  before: string,
  chunk: readonly string[],
  ahead: number,
): string | null {
  let beginning = "";
  for (const token of chunk) {
    beginning += token;
    if (wouldClose(small, before + beginning, ahead)) return beginning;
  }
  return null;
}

/** Whether the continuation holds the closing tag; it is broken off as soon as no token to come can make it so. */
function wouldClose(small: TextReader, text: string, ahead: number): boolean {
  let continuation = "";
  for (let left = ahead; left > 0; left--) {
    if (missingCharacters(continuation) > left * small.longestToken) return false;
    const token = small.next(text + continuation);
    continuation += token;
    if (continuation.includes(CLOSING)) return true;
    if (token === small.end) return false;
  }
  return false;
}

/** Characters that the end of a text lacks of the closing tag's beginning. */
function missingCharacters(text: string): number {
  for (let have = Math.min(text.length, CLOSING.length); have > 0; have--)
    if (text.endsWith(CLOSING.slice(0, have))) return CLOSING.length - have;
  return CLOSING.length;
}
