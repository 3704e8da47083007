/**
 * The haystack: a Markov chain over the filler words for each of eight topics. Every word has four successors,
 * so the text has real but cheap structure: about 1.7 bits a word once the topic is known.
 */
import {type RandomStream, randomStream} from "../tensor/random.js";
import {fillers, type IdRange} from "./vocabulary.js";

/** Number of topics of filler text. */
export const topicCount = 8;
const SHARES = [0.5, 0.25, 0.15, 0.1];
const WORLD_SEED = 20_251;

/** Four successors for every filler word of every topic, drawn with repetition: the same in every run. */
const world = (() => {
  const stream = randomStream(WORLD_SEED, "corpus/world");
  return Uint8Array.from({length: topicCount * fillers.size * SHARES.length}, () => pick(stream, fillers));
})();

/** An id of `range`, drawn uniformly. */
export function pick(stream: RandomStream, {first, size}: IdRange): number {
  return first + stream.integer(size);
}

/** The filler words that may follow `word` in `topic`, and their probabilities. A word may be listed twice. */
export function successors(topic: number, word: number): {words: Uint8Array; shares: readonly number[]} {
  const row = (topic * fillers.size + (word - fillers.first)) * SHARES.length;
  return {words: world.slice(row, row + SHARES.length), shares: SHARES};
}

/** The filler word after `word`, drawn from the chain of `topic`. */
export function nextFiller(topic: number, word: number, stream: RandomStream): number {
  const {words, shares} = successors(topic, word);
  let left = stream.uniform();
  const chosen = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return words.at(chosen) as number;
}

/** `count` words of the chain of `topic`, from a word drawn uniformly. */
export function fillerWords(count: number, topic: number, stream: RandomStream): number[] {
  let word = pick(stream, fillers);
  return Array.from({length: count}, () => {
    const current = word;
    word = nextFiller(topic, word, stream);
    return current;
  });
}
