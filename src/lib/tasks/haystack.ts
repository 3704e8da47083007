/** Haystacks: sentences of filler with needles between them, cut to fit a context exactly. */
import {type RandomStream, shuffled} from "../tensor/random.js";
import {fillerWords, pick, topicCount} from "./filler.js";
import {marker, values} from "./vocabulary.js";

/** Content of the haystack: one line over and over, text of one topic, or text with spans of values. */
export type Haystack = "line" | "text" | "values";

/** RULER puts needles at some of 40 evenly spaced depths. */
const DEPTHS = 40;

/**
 * `begin`, then `count` tokens of haystack with `needles` between its sentences, in their order. Every needle
 * brings its own separator.
 */
export function haystackWith(
  needles: readonly (readonly number[])[],
  count: number,
  stream: RandomStream,
  haystack: Haystack = "text",
): number[] {
  const sentences = sentencesOf(count, stream, haystack);
  const depths = shuffled([...Array(DEPTHS).keys()], stream);
  // More needles than depths: go round again.
  const places = needles
    .map((_, i) => Math.floor((sentences.length * depths[i % DEPTHS]) / (DEPTHS - 1)))
    .sort((a, b) => a - b);
  const parts: (readonly number[])[] = [[marker.begin]];
  for (let place = 0, next = 0; place <= sentences.length; place++) {
    for (; places[next] === place; next++) parts.push(needles[next]);
    parts.push(sentences[place] ?? []);
  }
  return parts.flat();
}

/** Sentences of 5 to 15 words with their separators, `count` tokens in all; the last may have up to 22 words. */
function sentencesOf(count: number, stream: RandomStream, haystack: Haystack): number[][] {
  const topic = stream.integer(topicCount);
  const line = fillerWords(15, topic, stream);
  const sentences: number[][] = [];
  let left = count;
  while (left > 0) {
    const wanted = 6 + stream.integer(11);
    const size = left - wanted < 6 ? left : wanted;
    sentences.push([...sentence(size - 1, topic, stream, haystack, line), marker.separator]);
    left -= size;
  }
  return sentences;
}

function sentence(
  words: number,
  topic: number,
  stream: RandomStream,
  haystack: Haystack,
  line: readonly number[],
): number[] {
  if (haystack === "line") return Array.from({length: words}, (_, i) => line[i % line.length]);
  const isSpan = haystack === "values" && words > 0 && stream.uniform() < 0.5;
  if (!isSpan) return fillerWords(words, topic, stream);
  return [marker.copy, ...Array.from({length: words - 1}, () => pick(stream, values))];
}
