import type {Backend} from "../../engine/backend.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {NumberVocabulary} from "../numbers/vocabulary.js";
import {type PieceVocabulary, pieceVocabulary, tokensOfCodes} from "../pieces.js";
import {type Decoder, readDecoder} from "./decoder.js";
import {type Encoder, readEncoder} from "./encoder.js";
import {targetVocabulary} from "./target-vocabulary.js";
import {type RegressionConfig, weightReader} from "./weights.js";

/** A model that reads a text and writes numbers. */
export interface RegressionModel {
  readonly config: RegressionConfig;
  readonly vocabulary: PieceVocabulary;
  /** Tokens of the numbers that it writes. */
  readonly numbers: NumberVocabulary;
  readonly encode: Encoder;
  readonly decoder: Decoder;
}

/**
 * The regression model of some tensors, as training/publish_regression.py writes them; numbers have four digits
 * where no tensor `digits` says how many.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function regressionModel(tensors: ReadonlyMap<string, Tensor>, backend: Backend): RegressionModel {
  const reader = weightReader(tensors, backend);
  return {
    config: reader.config,
    vocabulary: pieceVocabulary(tokensOfCodes(reader.table("pieces"))),
    numbers: targetVocabulary(tensors.get("digits")?.data[0]),
    encode: readEncoder(reader, backend),
    decoder: readDecoder(reader, backend),
  };
}

/** Tokens of a text that are read; what comes after them is cut off. */
export const LONGEST_TEXT = 256;

/** Ids of a text, cut to the longest that is read. */
export function textIds({vocabulary}: Pick<RegressionModel, "vocabulary">, text: string): Int32Array {
  return vocabulary.encode(text).subarray(0, LONGEST_TEXT);
}
