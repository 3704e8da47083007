/**
 * Hadamard rotation of a residual stream: the same function in a basis where outlier channels are spread over all
 * channels. RMSNorm without a gain commutes with an orthonormal rotation, so each norm's gain moves into the layers that
 * read it, what writes to the stream is rotated, and what reads from it undoes the rotation.
 * (arXiv 2404.00456, section 4, stage 1)
 */

import {foldIntoInput, foldIntoOutput, type HadamardOptions, hadamard} from "../../tensor/hadamard.js";
import type {Tensor} from "../../tensor/tensor.js";
import {scaleColumns} from "./channel-scale.js";

/** An RMSNorm of the stream and the linear layers that read it; the last norm and the head are one, too. */
export interface StreamReader {
  /** [hidden] */
  readonly gain: Tensor;
  /** [out, hidden] each. */
  readonly weights: readonly Tensor[];
}

/** A linear layer whose output is added to the stream. */
export interface StreamWriter {
  /** [hidden, in] */
  readonly weight: Tensor;
  /** [hidden] */
  readonly bias?: Tensor;
}

/** All tensors that touch a residual stream of width hidden. */
export interface ResidualStream {
  /** Rows that begin a stream: [vocab, hidden]. A head that shares this matrix needs a copy among the readers. */
  readonly embedding: Tensor;
  readonly readers: readonly StreamReader[];
  readonly writers: readonly StreamWriter[];
}

/**
 * The stream in rotated coordinates: every gain is one, and every output that leaves the stream is as it was, to
 * float32 rounding of the weights.
 * @param options the transform of rows, where a faster one than the plain one is there
 * @throws RangeError if hidden is no length of a Hadamard transform (2^k, or 12, 20, 28 or 40 times 2^k), or the shapes
 * do not fit.
 */
export function rotateResidualStream(
  {embedding, readers, writers}: ResidualStream,
  options: Pick<HadamardOptions, "transform"> = {},
): ResidualStream {
  return {
    embedding: hadamard(embedding, options),
    readers: readers.map(({gain, weights}) => ({
      gain: {shape: [...gain.shape], data: new Float32Array(gain.data.length).fill(1)},
      weights: weights.map((w) => foldIntoInput(scaleColumns(w, gain.data), options)),
    })),
    writers: writers.map(({weight, bias}) => ({
      weight: foldIntoOutput(weight, options),
      ...(bias && {bias: hadamard(bias, options)}),
    })),
  };
}
