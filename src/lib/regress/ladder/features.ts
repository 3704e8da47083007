import type {PieceVocabulary} from "../pieces.js";

/** Numbers that say something of a text, always as many. */
export type Features = (text: string) => Float64Array;

/** Counts of each token of the vocabulary in a text: the order is lost. (arXiv:2302.11405, bag of tokens) */
export function bagOfTokens({size, encode}: PieceVocabulary): Features {
  return (text) => {
    const counts = new Float64Array(size);
    for (const id of encode(text)) counts[id]++;
    return counts;
  };
}

const NUMBERS = 24;

/** Logarithms of the first numbers of a text in their order, and of how many numbers and characters it has. */
export function numbersInOrder(text: string): Float64Array {
  const numbers = (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);
  const features = new Float64Array(NUMBERS + 2);
  numbers.slice(0, NUMBERS).forEach((value, i) => {
    features[i] = Math.log10(1 + value);
  });
  features[NUMBERS] = Math.log10(1 + numbers.length);
  features[NUMBERS + 1] = Math.log10(1 + text.length);
  return features;
}

/** Several kinds of features one after another. */
export function together(...kinds: readonly Features[]): Features {
  return (text) => {
    const parts = kinds.map((kind) => kind(text));
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
}
