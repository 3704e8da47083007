/** Frequency rule of Llama 3.1 and later for contexts beyond the trained one; names as in config.json. */
export interface Llama3Scaling {
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  /** Context in tokens of the model before it was stretched. */
  readonly originalMaxPositions: number;
}

/** Angles per token of each rotated pair: theta^(-2j / headDim), j = 0 … headDim/2 - 1. (arXiv:2104.09864, section 3.2.2) */
export function inverseFrequencies(headDim: number, theta: number): Float64Array {
  if (!Number.isInteger(headDim) || headDim < 2 || headDim % 2 !== 0) {
    throw new RangeError(`inverseFrequencies: headDim must be even and at least 2, got ${headDim}`);
  }
  return Float64Array.from({length: headDim / 2}, (_, j) => theta ** ((-2 * j) / headDim));
}

/**
 * Stretches frequencies as Llama 3.1 does: those with more than `highFreqFactor` turns in the original context
 * stay, those with fewer than `lowFreqFactor` turns are divided by `factor`, those between are blended.
 */
export function llama3Frequencies(frequencies: Float64Array, scaling: Llama3Scaling): Float64Array {
  const {factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions} = scaling;
  return frequencies.map((w) => {
    const turns = (originalMaxPositions * w) / (2 * Math.PI);
    if (turns > high) return w;
    if (turns < low) return w / factor;
    const s = (turns - low) / (high - low);
    return ((1 - s) * w) / factor + s * w;
  });
}

/** Cosines and sines, row-major [positions, headDim/2]. */
export interface RotaryTable {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** The rotation of every pair at every position, both numbers times `factor`; positions may be in any order. */
export function rotaryTable(
  frequencies: Float64Array,
  positions: ArrayLike<number>,
  factor = 1,
): RotaryTable {
  const pairs = frequencies.length;
  const cos = new Float32Array(positions.length * pairs);
  const sin = new Float32Array(positions.length * pairs);
  for (let t = 0; t < positions.length; t++) {
    for (let j = 0; j < pairs; j++) {
      const angle = positions[t] * frequencies[j];
      cos[t * pairs + j] = factor * Math.cos(angle);
      sin[t * pairs + j] = factor * Math.sin(angle);
    }
  }
  return {cos, sin};
}

/** Pairing of the two dimensions of a head that are rotated together: j and j + headDim/2, or 2j and 2j + 1. */
export type RotaryLayout = "half-split" | "interleaved";

/**
 * Rotates x [T, heads, headDim] by the table's T rows; a copy comes back, x stays. Numbers of a head beyond the table's
 * pairs pass as they are.
 * Published Llama, Mistral and Qwen2 checkpoints are half-split; the first Llama code and GGUF files interleave.
 */
export function rotate(
  x: Float32Array,
  heads: number,
  {cos, sin}: RotaryTable,
  tokens: number,
  layout: RotaryLayout = "half-split",
): Float32Array {
  const pairs = cos.length / tokens;
  const headDim = x.length / (tokens * heads);
  const y = headDim === 2 * pairs ? new Float32Array(x.length) : x.slice();
  const [step, apart] = layout === "half-split" ? [1, pairs] : [2, 1];
  for (let t = 0; t < tokens; t++) {
    for (let h = 0; h < heads; h++) {
      const head = (t * heads + h) * headDim;
      for (let j = 0; j < pairs; j++) {
        const c = cos[t * pairs + j];
        const s = sin[t * pairs + j];
        const u = x[head + j * step];
        const v = x[head + j * step + apart];
        y[head + j * step] = u * c - v * s;
        y[head + j * step + apart] = v * c + u * s;
      }
    }
  }
  return y;
}
