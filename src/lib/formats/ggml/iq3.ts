/**
 * IQ3_S: four magnitudes at a time are a point of a grid, so that 9 bits name what would take 12; signs stand apart.
 * Source: https://github.com/ggml-org/ggml, src/ggml-quants.c: quantize_iq3_s, iq3xs_init_impl.
 */
import {clamp, type GgmlBlock, half, nearestInt, sumOfSquares, writeHalf} from "./block.js";
import {neighboursOf, POINTS, pointIndex} from "./iq3-grid.js";
import {weighByImportance, weighBySquare} from "./weights.js";

const {fround, abs, sqrt} = Math;

const ELEMENTS = 256;
/** Elements that share a scale, and points of the grid they are. */
const SIZE = 32;
const QUADS = SIZE / 4;

const weights = new Float32Array(SIZE);
const roots = new Float32Array(SIZE);
const magnitudes = new Float32Array(SIZE);
const tried = new Uint16Array(QUADS);
const kept = new Uint16Array(QUADS);
const scales = new Float32Array(ELEMENTS / SIZE);

/** The code of a magnitude, 0 to 7 for 1 to 15, at 1 / scale. */
const codeOf = (magnitude: number, factor: number): number =>
  clamp(nearestInt(fround(fround(factor * magnitude) - 1) * 0.5), 0, 7);

/** The point that four codes make, each of three bits, the first lowest. */
function cornerAt(at: number, factor: number): number {
  let point = 0;
  for (let i = 0; i < 4; i++) point |= codeOf(magnitudes[at + i], factor) << (3 * i);
  return point;
}

/** The first of the points nearby with the least weighed distance to four magnitudes. */
function nearestPoint(points: Uint16Array, at: number, scale: number): number {
  let best = points[0];
  let least = Number.POSITIVE_INFINITY;
  for (const point of points) {
    let distance = 0;
    for (let i = 0; i < 4; i++) {
      const difference = fround(fround(scale * levelOf(point, i)) - magnitudes[at + i]);
      distance = fround(distance + fround(fround(roots[at + i] * difference) * difference));
    }
    if (distance < least) {
      least = distance;
      best = point;
    }
  }
  return best;
}

/** The odd number that code i of a point stands for. */
const levelOf = (point: number, i: number): number => 2 * ((point >> (3 * i)) & 7) + 1;

/** Points of the grid for all magnitudes; true if none had to move there. */
function quadsFor(factor: number, scale: number, points: Uint16Array): boolean {
  let onGrid = true;
  for (let quad = 0; quad < QUADS; quad++) {
    const corner = cornerAt(4 * quad, factor);
    const isPoint = pointIndex(corner) >= 0;
    points[quad] = isPoint ? corner : nearestPoint(neighboursOf(corner), 4 * quad, scale);
    onGrid &&= isPoint;
  }
  return onGrid;
}

const sums = {product: 0, square: 0};

/** Sums of w q x and of w q q over the levels q of the points. */
function quadSums(points: Uint16Array) {
  let product = 0;
  let square = 0;
  for (let i = 0; i < SIZE; i++) {
    const level = levelOf(points[i >> 2], i & 3);
    product = fround(product + fround(fround(weights[i] * magnitudes[i]) * level));
    square = fround(square + fround(fround(weights[i] * level) * level));
  }
  sums.product = product;
  sums.square = square;
  return sums;
}

/** The scale of 32 magnitudes, of which 19 are tried, and their points, left in {@link kept}. */
function searchPoints(largest: number): number {
  let best = 0;
  let scale = fround(largest / 15);
  let onGrid = false;
  kept.fill(0);
  for (let step = -9; step <= 9; step++) {
    const factor = fround(fround(15 + fround(step * fround(0.2))) / largest);
    const allOnGrid = quadsFor(factor, fround(1 / factor), tried);
    const {product, square} = quadSums(tried);
    if (square > 0 && fround(product * product) > fround(best * square)) {
      scale = fround(product / square);
      best = fround(scale * product);
      kept.set(tried);
      onGrid = allOnGrid;
    }
  }
  if (onGrid || !(scale > 0)) return scale;
  quadsFor(fround(1 / scale), scale, kept);
  const {product, square} = quadSums(kept);
  return square > 0 ? fround(product / square) : scale;
}

/** Writes 32 sign bits, each set where the element is below 0. */
function writeSigns(x: Float32Array, from: number, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < SIZE; i++) if (x[from + i] < 0) bytes[at + (i >> 3)] |= 1 << (i & 7);
}

/** Places of the fields in a block: d, low bytes of points, their ninth bits, signs, scales. */
const AT = {points: 2, highs: 66, signs: 74, scales: 106} as const;

/** 3.4375 bits an element: points of four, signs, and an odd 4-bit multiple of the scale for each 32. */
export const iq3_s: GgmlBlock = {
  id: "iq3_s",
  elements: ELEMENTS,
  bytes: 110,
  family: "codebook",
  convention:
    "magnitudes 1, 3 … 15 four at a time from 512 points, signs, 4-bit scale per 32, f16 scale per 256, searched",
  codebook: {
    bits: 13 / 4,
    values: Array.from({length: 16}, (_, i) => (i < 8 ? 2 * i + 1 : -2 * (i - 8) - 1)),
  },
  weighsErrors: true,
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    for (let block = 0; block < 8; block++) {
      const code = (bytes[at + AT.scales + (block >> 1)] >> (4 * (block & 1))) & 15;
      const scale = fround(d * (1 + 2 * code));
      for (let e = SIZE * block; e < SIZE * block + SIZE; e++) {
        const quad = e >> 2;
        const high = (bytes[at + AT.highs + (quad >> 3)] >> (quad & 7)) & 1;
        const level = levelOf(POINTS[bytes[at + AT.points + quad] | (high << 8)], e & 3);
        const isNegative = (bytes[at + AT.signs + (e >> 3)] >> (e & 7)) & 1;
        values[to + e] = fround(scale * level) * (isNegative ? -1 : 1);
      }
    }
  },
  encode(x, from, bytes, at, importance) {
    const common = fround(fround(2 * sumOfSquares(x, from, ELEMENTS)) / ELEMENTS);
    // As in the reference: a group of zeros takes no room in points and signs, so that those behind it move up, away from
    // their ninth bits. Rows with such groups lose what follows.
    let written = 0;
    let largestScale = 0;
    for (let block = 0; block < 8; block++) {
      const first = from + SIZE * block;
      if (importance) weighByImportance(importance, SIZE * block, common, x, first, SIZE, weights);
      else weighBySquare(x, first, SIZE, weights);
      let largest = 0;
      for (let i = 0; i < SIZE; i++) {
        roots[i] = sqrt(weights[i]);
        magnitudes[i] = abs(x[first + i]);
        largest = Math.max(largest, magnitudes[i]);
      }
      scales[block] = largest === 0 ? 0 : searchPoints(largest);
      if (largest === 0) continue;
      writePoints(bytes, at, block, written);
      writeSigns(x, first, bytes, at + AT.signs + 4 * written);
      largestScale = Math.max(largestScale, scales[block]);
      written++;
    }
    if (largestScale > 0) writeScales(bytes, at, fround(largestScale / 31));
  },
};

function writePoints(bytes: Uint8Array, at: number, block: number, place: number): void {
  for (let quad = 0; quad < QUADS; quad++) {
    const index = pointIndex(kept[quad]);
    bytes[at + AT.points + QUADS * place + quad] = index;
    bytes[at + AT.highs + block] |= (index >> 8) << quad;
  }
}

/** The stored scale is a little larger than the one that scales are coded by: that was found to lose less. */
function writeScales(bytes: Uint8Array, at: number, d: number): void {
  writeHalf(bytes, at, fround(d * fround(1.033)));
  const factor = fround(1 / d);
  for (let block = 0; block < 8; block++) {
    const code = clamp(nearestInt(fround(fround(factor * scales[block]) - 1) * 0.5), 0, 15);
    bytes[at + AT.scales + (block >> 1)] |= code << (4 * (block & 1));
  }
}
