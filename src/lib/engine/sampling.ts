import type {RandomStream} from "../tensor/random.js";

/** Change of a model's probabilities before a token is drawn. */
export interface Warp {
  /** Logits are divided by it; 0 leaves the likeliest token alone. */
  readonly temperature: number;
  /** The likeliest tokens that are kept; 0 keeps all. */
  readonly topK: number;
  /** The likeliest tokens are kept up to the one with which their probabilities reach it; 1 keeps all. */
  readonly topP: number;
}

/**
 * Probabilities [vocab] from logits: temperature, then the top k, renormalized, then the top p (arXiv:1904.09751,
 * section 3.1), renormalized. Of equal ones the lower id comes first.
 * @throws RangeError for a value out of range, or for logits without a number.
 */
export function warpLogits(logits: ArrayLike<number>, warp: Warp): Float64Array {
  requireWarp(warp);
  const {temperature, topK, topP} = warp;
  const probabilities = softmaxAt(logits, temperature);
  if (topK > 0 && topK < probabilities.length) keepFirst(probabilities, topK);
  if (topP < 1) keepFirst(probabilities, countUpTo(probabilities, topP));
  return probabilities;
}

function requireWarp({temperature, topK, topP}: Warp): void {
  const fail = (name: string, allowed: string, value: number) =>
    new RangeError(`warpLogits: ${name} must be ${allowed}, got ${value}`);
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY))
    throw fail("temperature", "a number of at least 0", temperature);
  if (!Number.isInteger(topK) || topK < 0) throw fail("topK", "an integer of at least 0", topK);
  if (!(topP > 0 && topP <= 1)) throw fail("topP", "above 0 and up to 1", topP);
}

function softmaxAt(logits: ArrayLike<number>, temperature: number): Float64Array {
  let best = -1;
  for (let id = 0; id < logits.length; id++)
    if (best < 0 ? !Number.isNaN(logits[id]) : logits[id] > logits[best]) best = id;
  if (best < 0 || !Number.isFinite(logits[best]))
    throw new RangeError(`warpLogits: logits must have a finite largest number, got ${logits[best]}`);
  const weights = Float64Array.from(logits, (logit, id) =>
    temperature === 0 ? Number(id === best) : Math.exp((logit - logits[best]) / temperature) || 0,
  );
  return normalize(weights);
}

function normalize(weights: Float64Array): Float64Array {
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  for (let id = 0; id < weights.length; id++) weights[id] /= sum;
  return weights;
}

/** Ids, the likeliest first. */
function ranked(probabilities: Float64Array): Uint32Array {
  const ids = Uint32Array.from(probabilities, (_, id) => id);
  return ids.sort((a, b) => probabilities[b] - probabilities[a] || a - b);
}

/** Sets all but the `count` likeliest to 0 and makes the rest sum to 1. */
function keepFirst(probabilities: Float64Array, count: number): void {
  for (const id of ranked(probabilities).subarray(count)) probabilities[id] = 0;
  normalize(probabilities);
}

/** How many of the likeliest it takes to reach `share` of all. */
function countUpTo(probabilities: Float64Array, share: number): number {
  let sum = 0;
  const last = ranked(probabilities).findIndex((id) => {
    sum += probabilities[id];
    return sum >= share;
  });
  return last < 0 ? probabilities.length : last + 1;
}

/** Draws an id by probabilities that sum to 1. */
export function drawToken(probabilities: Float64Array, random: RandomStream): number {
  let left = random.uniform();
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    if (probabilities[id] === 0) continue;
    last = id;
    left -= probabilities[id];
    if (left < 0) break;
  }
  return last;
}
