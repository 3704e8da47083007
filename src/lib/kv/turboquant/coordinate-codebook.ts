import {requireInteger} from "../../tensor/require.js";

/** Levels for one coordinate of a unit vector, and what they lose of the whole vector. */
export interface CoordinateCodebook {
  /** Ascending and symmetric about 0, 2^bits of them. */
  readonly levels: Float64Array;
  /** E |x - x̃|² of a random unit vector x each of whose coordinates is rounded to the nearest level. */
  readonly distortion: number;
}

/** Lloyd's iterations approach the optimum as (1 - 1 / levels²)^steps: more levels would take seconds. */
const MAX_BITS = 6;
/** A level that moves by less is within a step of float32 of where it would end. */
const SETTLED = 2 ** -40;

const known = new Map<string, CoordinateCodebook>();

/**
 * The levels with the least squared error for a coordinate of a random unit vector, whose density is known,
 * ∝ (1 - x²)^((d - 3) / 2) on [-1, 1]: no data is looked at. By Lloyd's iterations, boundaries midway between levels and
 * levels at the mean of their cells, which have closed forms. (arXiv:2504.19874, lemma 1 and equation 4)
 * @throws RangeError unless dimension is an integer of at least 2 and bits one from 0, the one level 0, to 6.
 */
export function coordinateCodebook(dimension: number, bits: number): CoordinateCodebook {
  requireInteger("coordinateCodebook", "dimension", dimension, 2);
  requireInteger("coordinateCodebook", "bits", bits, 0, MAX_BITS);
  const key = `${dimension} ${bits}`;
  const book = known.get(key) ?? settledCodebook(dimension, bits);
  known.set(key, book);
  return book;
}

function settledCodebook(dimension: number, bits: number): CoordinateCodebook {
  if (bits === 0) return {levels: Float64Array.of(0), distortion: 1};
  const count = 2 ** (bits - 1);
  const reach = Math.min(1, 3 / Math.sqrt(dimension));
  let upper = Float64Array.from({length: count}, (_, i) => (reach * (i + 0.5)) / count);
  for (let change = 1; change > SETTLED; ) {
    const next = Float64Array.from(cells(upper, dimension), ({mean}) => mean);
    change = upper.reduce((most, level, i) => Math.max(most, Math.abs(next[i] - level)), 0);
    upper = next;
  }
  const kept = cells(upper, dimension).reduce((sum, {mass}, i) => sum + 2 * mass * upper[i] ** 2, 0);
  const levels = Float64Array.of(...upper.map((level) => -level).reverse(), ...upper);
  return {levels, distortion: 1 - dimension * kept};
}

/** Probability and mean of the cells of the positive levels; those of the negative ones mirror them. */
function cells(upper: Float64Array, dimension: number): {mass: number; mean: number}[] {
  const edges = [0, ...upper.subarray(1).map((level, i) => (upper[i] + level) / 2), 1];
  // With x = sin θ the density is cos^(d - 2) θ dθ, and x times it the derivative of -cos^(d - 1) θ / (d - 1).
  const integrals = edges.map((x) => cosineIntegral(dimension - 2, x));
  const moments = edges.map((x) => ((1 - x) * (1 + x)) ** ((dimension - 1) / 2) / (dimension - 1));
  return Array.from(upper, (_, i) => {
    const width = integrals[i + 1] - integrals[i];
    return {mass: width / (2 * integrals[upper.length]), mean: (moments[i] - moments[i + 1]) / width};
  });
}

/** ∫ cosⁿ θ dθ from 0 to arcsin x, by n ∫ cosⁿ = cosⁿ⁻¹ sin + (n - 1) ∫ cosⁿ⁻². */
function cosineIntegral(n: number, x: number): number {
  const squared = (1 - x) * (1 + x);
  let integral = n % 2 === 0 ? Math.asin(x) : x;
  let cosines = n % 2 === 0 ? Math.sqrt(squared) : squared;
  for (let m = 2 + (n % 2); m <= n; m += 2) {
    integral = (cosines * x + (m - 1) * integral) / m;
    cosines *= squared;
  }
  return integral;
}
