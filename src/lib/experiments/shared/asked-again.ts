/** A fact that is read once and asked for again and again as the text goes on. */

import type {OpenText} from "../../engine/open-text.js";
import {largest} from "../../stats/extent.js";
import {fillerWords, pick, topicCount} from "../../tasks/filler.js";
import {keys, marker, values} from "../../tasks/vocabulary.js";
import {type RandomStream, randomStream, shuffled} from "../../tensor/random.js";

/** Kinds of tokens after the fact: text has nothing worth keeping, more facts compete for the same memory. */
export const BETWEEN = ["text", "facts"] as const;

/** One of {@link BETWEEN}. */
export type Between = (typeof BETWEEN)[number];

/** Tokens of a sentence with its separator. */
const SENTENCE = 10;
/** Tokens of a fact with its separator. */
export const FACT = 5;

/** A text that begins with a fact, and what follows it between one question and the next. */
export interface GrowingText {
  readonly start: readonly number[];
  readonly query: readonly number[];
  readonly answer: readonly [number, number];
  /** Tokens to read before each question. */
  readonly parts: readonly (readonly number[])[];
}

/** A fact, and after it text or other facts up to each distance in tokens: multiples of a sentence, or of a fact. */
export function growingText(
  seed: number,
  index: number,
  between: Between,
  distances: readonly number[],
): GrowingText {
  const stream = randomStream(seed, `forgetting/${between}/${index}`);
  const topic = stream.integer(topicCount);
  const [key, ...others] = shuffled(
    Array.from({length: keys.size}, (_, i) => keys.first + i),
    stream,
  );
  const answer = [pick(stream, values), pick(stream, values)] as const;
  const next = () =>
    between === "text"
      ? sentence(topic, stream)
      : fact(others.pop()!, pick(stream, values), pick(stream, values));
  const parts = distances.map((distance, i) => {
    const tokens = distance - (distances[i - 1] ?? 0);
    const count = tokens / (between === "text" ? SENTENCE : FACT);
    return Array.from({length: count}, next).flat();
  });
  const start = [marker.begin, ...sentence(topic, stream), ...fact(key, ...answer)];
  return {start, query: [marker.query, key], answer, parts};
}

function sentence(topic: number, stream: RandomStream): number[] {
  return [...fillerWords(SENTENCE - 1, topic, stream), marker.separator];
}

function fact(key: number, first: number, second: number): number[] {
  return [marker.fact, key, first, second, marker.separator];
}

/** Right or wrong at each question: both values of the fact are the likeliest, the first one fed back. */
export function askedAgain(text: OpenText, {start, query, answer, parts}: GrowingText): boolean[] {
  text.read(start);
  return parts.map((part) => {
    if (part.length > 0) text.read(part);
    const {shape, data} = text.aside([...query, answer[0]]);
    const vocab = shape[1];
    return answer.every((value, i) => {
      const row = data.subarray((i + 1) * vocab, (i + 2) * vocab);
      return row.indexOf(largest(row)) === value;
    });
  });
}
