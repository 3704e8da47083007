import {type ByteVocabulary, byteVocabulary} from "../../decoding/grammar/masks/byte-vocabulary.js";
import type {TensorSet} from "../../experiment/experiment.js";

/** Data set of the byte-level vocabulary that was trained on the code and prose of this repository. */
export const VOCABULARY_NEEDS = ["vocabulary/repository"] as const;

/** Tokens of the whole vocabulary. */
export const REPOSITORY_TOKENS = 16384 as const;

/** Data sets among which the vocabulary is. */
export interface VocabularyData {
  get(name: (typeof VOCABULARY_NEEDS)[number]): TensorSet;
}

/** The first tokens of the vocabulary: those that its training merged first, all single bytes among them. */
export function repositoryVocabulary(data: VocabularyData, size: number = REPOSITORY_TOKENS): ByteVocabulary {
  const tensors = data.get("vocabulary/repository");
  const [bytes, lengths] = [tensors.get("bytes"), tensors.get("lengths")];
  if (bytes === undefined || lengths === undefined)
    throw new RangeError("repositoryVocabulary: data must hold vocabulary/repository, got none");
  const tokens: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths.data.subarray(0, size)) {
    tokens.push(Uint8Array.from(bytes.data.subarray(at, at + length)));
    at += length;
  }
  return byteVocabulary(tokens.length, (id) => tokens[id]);
}
