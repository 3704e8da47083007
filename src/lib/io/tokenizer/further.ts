/** The parts of a pipeline that decoders seldom have: T5, BERT, XLM-R and their kin. A page loads them when needed. */
import {parseBertNormalizer} from "./bert-normalizer.js";
import type {Makers} from "./fields.js";
import type {Normalizer} from "./normalize.js";
import {parsePrecompiled} from "./precompiled.js";
import {parseUnigram} from "./unigram.js";
import type {TokenModel} from "./vocabulary.js";
import {parseWordPiece} from "./word-piece.js";

/** Models and normalizers by their types. */
export interface FurtherParts {
  readonly models: Makers<TokenModel>;
  readonly normalizers: Makers<Normalizer>;
}

export const FURTHER_PARTS: FurtherParts = {
  models: {Unigram: parseUnigram, WordPiece: parseWordPiece},
  normalizers: {BertNormalizer: parseBertNormalizer, Precompiled: parsePrecompiled},
};
