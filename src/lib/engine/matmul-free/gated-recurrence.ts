import {associativeScan} from "../scan/associative-scan.js";

/** Gates and inputs of a recurrence with one number of state for each channel, [tokens, width] each. */
export interface Gated {
  /** What stays of the state; written f. */
  readonly forget: Float64Array;
  /** What is added to it; written i. */
  readonly input: Float64Array;
}

/**
 * States h_t = f_t h_(t-1) + i_t token by token, [tokens, width]. (MatMul-free LM, arXiv:2406.02528, section 3.3.1)
 * @param before the state before the first token, [width]
 */
export function recurrentStates({forget, input}: Gated, before: Float64Array): Float64Array {
  const width = before.length;
  const states = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) {
    states[i] = forget[i] * (i < width ? before[i] : states[i - width]) + input[i];
  }
  return states;
}

/** The same states, those of a channel by a tree over its tokens whose rounds need not wait for each other. */
export function treeStates({forget, input}: Gated, before: Float64Array): Float64Array {
  const width = before.length;
  const tokens = input.length / width;
  const states = new Float64Array(input.length);
  for (let channel = 0; channel < width; channel++) {
    const column = (x: Float64Array) => Float64Array.from({length: tokens}, (_, t) => x[t * width + channel]);
    const [f, h] = [column(forget), column(input)];
    h[0] += f[0] * before[channel];
    associativeScan(f, h);
    for (let t = 0; t < tokens; t++) states[t * width + channel] = h[t];
  }
  return states;
}

/**
 * The same states in chunks: within a chunk the products of forget gates carry the state before it to each of its tokens.
 * Chunks follow one another, the tokens of one need not.
 */
export function chunkedStates(gated: Gated, before: Float64Array, chunk: number): Float64Array {
  const width = before.length;
  const states = new Float64Array(gated.input.length);
  let carried = before;
  for (let from = 0; from < states.length; from += chunk * width) {
    const to = Math.min(states.length, from + chunk * width);
    const part = {forget: gated.forget.subarray(from, to), input: gated.input.subarray(from, to)};
    const own = recurrentStates(part, new Float64Array(width));
    const kept = new Float64Array(width).fill(1);
    for (let i = 0; i < own.length; i++) {
      kept[i % width] *= part.forget[i];
      states[from + i] = own[i] + kept[i % width] * carried[i % width];
    }
    carried = states.slice(to - width, to);
  }
  return states;
}

/**
 * Lower bounds of the forget gates of all layers, [layers, width]: nothing in the first, more in every later one.
 * (HGRN, arXiv:2311.04823, section 3.2)
 * @param learned [layers, width]
 */
export function lowerBounds(learned: Float32Array, layers: number): Float64Array {
  const width = learned.length / layers;
  const bounds = new Float64Array(learned.length);
  for (let channel = 0; channel < width; channel++) {
    let sum = 0;
    for (let layer = 0; layer < layers; layer++) sum += Math.exp(learned[layer * width + channel]);
    let reached = 0;
    for (let layer = 1; layer < layers; layer++) {
      reached += Math.exp(learned[layer * width + channel]) / sum;
      bounds[layer * width + channel] = reached;
    }
  }
  return bounds;
}
