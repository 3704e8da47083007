import {nearestCodes, sortCodebook} from "../../formats/codebook/codebook.js";
import type {Packed} from "../../formats/format.js";
import {
  packCodes,
  packedLength,
  packScales,
  storedScale,
  unpackCodes,
  unpackScales,
} from "../../formats/pack.js";
import {multiply, norm} from "../../tensor/dense.js";
import {hadamardMatrix} from "../../tensor/hadamard.js";
import {qr} from "../../tensor/qr.js";
import {randomStream} from "../../tensor/random.js";
import {requireFinite, requireInteger} from "../../tensor/require.js";
import {transpose} from "../../tensor/transpose.js";
import {tokenCount} from "../token-count.js";
import {coordinateCodebook} from "./coordinate-codebook.js";

/** Settings of a quantizer. */
export interface TurboQuantOptions {
  /** Of a coordinate, norms aside. */
  readonly bits: number;
  /**
   * `mse` spends all bits on the nearest levels; `prod` spends one of them on the signs of a random projection of what the
   * levels leave over, so that inner products are right on average.
   */
  readonly objective: "mse" | "prod";
  /** Uniformly random; or random signs and a Hadamard transform, d log d additions, under which the law holds only nearly. */
  readonly rotation?: "orthogonal" | "hadamard";
  readonly seed?: number;
}

/** A quantizer of vectors of one length. */
export interface TurboQuantizer {
  /** Parts by role and bits, `codes3`. @throws RangeError if x [vectors, dimension] is not finite or a norm beyond f16. */
  encode(x: Float32Array): Packed["parts"];
  /** @throws RangeError if the parts are not of the same vectors. */
  decode(parts: Packed["parts"]): Float32Array;
  /** The sums that decode to a vector, each a matrix [dimension, dimension] times levels times its vector's scale. */
  readonly terms: readonly TurboQuantTerm[];
}

/** Levels of coordinates, and what takes them back. */
export interface TurboQuantTerm {
  readonly bits: number;
  readonly levels: readonly number[];
  /** Row-major; x = matrix · y. */
  readonly matrix: Float64Array;
  /** Names of the parts; where there are factors, f16 too, they multiply the scales. */
  readonly parts: {readonly codes: string; readonly scales: string; readonly factors?: string};
}

/**
 * TurboQuant: a vector keeps its norm in f16; its direction is rotated at random, and each coordinate rounded to the nearest
 * level of the law that it then has whatever the vector was. `prod` rounds with one bit less and keeps a sketch of the
 * residual. (arXiv:2504.19874, algorithms 1 and 2)
 * @throws RangeError if there is no codebook of as many bits, or none or no Hadamard transform of that length.
 */
export function turboQuantizer(dimension: number, options: TurboQuantOptions): TurboQuantizer {
  const {bits, objective, rotation, seed = 1} = options;
  const codeBits = objective === "prod" ? bits - 1 : bits;
  const book = sortCodebook([...coordinateCodebook(dimension, codeBits).levels]);
  const forth = (rotation === "hadamard" ? signedHadamard : randomRotation)(dimension, seed);
  const back = transpose(forth, dimension, dimension);
  const sketch = objective === "prod" ? signSketch(dimension, bits, seed) : null;
  const row = (i: number) => Math.floor(i / dimension);
  const coordinates: TurboQuantTerm = {
    bits: codeBits,
    levels: [...book.levels],
    matrix: forth,
    parts: {codes: `codes${bits}`, scales: `norms${bits}`},
  };
  return {
    terms: [coordinates, ...(sketch ? [sketch.term(forth)] : [])],
    encode(x) {
      tokenCount("turboQuantizer", x, dimension);
      requireFinite("turboQuantizer", "x", x);
      const norms = rowNorms(Float64Array.from(x), dimension);
      // A vector of zeros has no direction: whatever is stored comes back times 0.
      const units = Float64Array.from(x, (value, i) => value / (norms[row(i)] || 1));
      const y = multiply(units, forth, dimension);
      const codes = nearestCodes(book, Float32Array.from(y));
      return {
        [`norms${bits}`]: packNorms(norms),
        ...(codeBits > 0 && {[`codes${bits}`]: packCodes(codes, codeBits)}),
        ...sketch?.pack(y.map((value, i) => value - book.levels[codes[i]])),
      };
    },
    decode(parts) {
      const norms = unpackScales(parts[`norms${bits}`], "f16");
      const count = norms.length * dimension;
      const codes =
        codeBits > 0 ? unpackCodes(parts[`codes${bits}`], codeBits, count) : new Uint8Array(count);
      const residual = sketch?.unpack(parts);
      const y = Float64Array.from(codes, (code, i) => book.levels[code] + (residual?.[i] ?? 0));
      return Float32Array.from(multiply(y, back, dimension), (value, i) => norms[row(i)] * value);
    },
  };
}

/** Bytes of vectors that are packed together: norms and codes, with `prod` norms and signs of residuals too. */
export function turboQuantBytes(vectors: number, dimension: number, options: TurboQuantOptions): number {
  const {bits, objective} = options;
  requireInteger("turboQuantBytes", "vectors", vectors, 0);
  requireInteger("turboQuantBytes", "dimension", dimension, 1);
  requireInteger("turboQuantBytes", "bits", bits, 1, 16);
  const packed = (width: number) => packedLength(vectors * dimension, width);
  return objective === "mse" ? 2 * vectors + packed(bits) : 4 * vectors + packed(bits - 1) + packed(1);
}

/**
 * QJL: the norm of a vector r and the signs of S r, S of independent normal numbers. sqrt(π / 2) / d · |r| · Sᵀ sign(S r) is r
 * on average over S. Residuals stay rotated, as S times a rotation is another such S. (arXiv:2504.19874, definition 1)
 */
function signSketch(dimension: number, bits: number, seed: number) {
  const back = normalMatrix(dimension, seed, "turboquant projection");
  const forth = transpose(back, dimension, dimension);
  const scale = Math.sqrt(Math.PI / 2) / dimension;
  const sign = (value: number) => (value < 0 ? 0 : 1);
  return {
    /** A residual's term: its signs come back through the projection, and then as the others. */
    term: (rotation: Float64Array): TurboQuantTerm => ({
      bits: 1,
      levels: [-1, 1],
      matrix: multiply(rotation, forth, dimension).map((value) => scale * value),
      parts: {codes: `signs${bits}`, scales: `residualNorms${bits}`, factors: `norms${bits}`},
    }),
    pack: (rows: Float64Array) => ({
      [`residualNorms${bits}`]: packNorms(rowNorms(rows, dimension)),
      [`signs${bits}`]: packCodes(Uint8Array.from(multiply(rows, forth, dimension), sign), 1),
    }),
    unpack(parts: Packed["parts"]): Float64Array {
      const norms = unpackScales(parts[`residualNorms${bits}`], "f16");
      const codes = unpackCodes(parts[`signs${bits}`], 1, norms.length * dimension);
      const signs = Float64Array.from(codes, (code) => 2 * code - 1);
      const sums = multiply(signs, back, dimension);
      return sums.map((value, i) => scale * norms[Math.floor(i / dimension)] * value);
    },
  };
}

/**
 * A matrix that is uniformly random among all orthogonal ones: Q of a matrix of independent normal numbers, each column with
 * the sign of R's diagonal. (arXiv:math-ph/0609050, section 5)
 */
export function randomRotation(dimension: number, seed: number): Float64Array {
  const data = normalMatrix(dimension, seed, "turboquant rotation");
  const {q, r} = qr({rows: dimension, columns: dimension, data});
  return q.map((value, i) => (r[(i % dimension) * (dimension + 1)] < 0 ? -value : value));
}

/** D H / sqrt(d), D random signs: a row times it is transformed after its signs are changed. */
function signedHadamard(dimension: number, seed: number): Float64Array {
  const stream = randomStream(seed, "turboquant signs");
  const signs = Float64Array.from(
    {length: dimension},
    () => (2 * stream.integer(2) - 1) / Math.sqrt(dimension),
  );
  return Float64Array.from(hadamardMatrix(dimension), (h, i) => signs[Math.floor(i / dimension)] * h);
}

function normalMatrix(dimension: number, seed: number, label: string): Float64Array {
  const stream = randomStream(seed, label);
  return Float64Array.from({length: dimension * dimension}, () => stream.normal());
}

const rowNorms = (rows: Float64Array, width: number): Float64Array =>
  Float64Array.from({length: rows.length / width}, (_, row) => norm(rows, row * width, width));

/** The largest number of f16: a longer vector would silently come back shorter. */
const MAX_NORM = 65_504;

function packNorms(norms: Float64Array): Uint8Array {
  const row = norms.findIndex((length) => length > MAX_NORM);
  if (row < 0)
    return packScales(
      Float32Array.from(norms, (length) => storedScale(length, "f16")),
      "f16",
    );
  throw new RangeError(
    `turboQuantizer: norms must be at most ${MAX_NORM}, got ${norms[row]} of vector ${row}`,
  );
}
