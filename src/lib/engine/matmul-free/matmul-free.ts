import {sigmoid, silu} from "../../tensor/activation.js";
import type {Tensor} from "../../tensor/tensor.js";
import {checkIds, embed} from "../residual-stream.js";
import {wideRmsNorm} from "./bit-linear.js";
import {recurrentStates} from "./gated-recurrence.js";
import type {MatMulFree, MatMulFreeLayer} from "./load-matmul-free.js";
import type {MatMulFreeConfig} from "./matmul-free-config.js";
import type {TernaryWork} from "./ternary-matrix.js";

/** The memory of a whole model: as large after one token as after many. */
export interface MatMulFreeCache {
  /** Tokens that the model has taken in. */
  length: number;
  /** The state of each layer, [inner]; replaced, never changed, so that a copy of the list is a copy. */
  readonly states: Float64Array[];
}

/** Options of a pass. */
export interface MatMulFreeForwardOptions {
  /** Earlier tokens: the new ones follow them, and it is moved on. Without it the text starts here. */
  readonly cache?: MatMulFreeCache;
  /** Rows of logits to compute; a prefill needs only the last. */
  readonly rows?: "all" | "last";
  /** Counts the work of the products. */
  readonly work?: TernaryWork;
}

/** The memory before the first token. */
export const matMulFreeCache = ({layers, innerSize}: MatMulFreeConfig): MatMulFreeCache => ({
  length: 0,
  states: Array.from({length: layers}, () => new Float64Array(innerSize)),
});

/**
 * Runs tokens through the model: prefill (many ids) and decode (one id and a cache) are the same call. It runs in float64,
 * since a last bit of float32 could move what is rounded to 8 bits. (MatMul-free LM, arXiv:2406.02528, section 3.3; the gate is
 * normed and the state passes the activation, as in ridgerchu/matmulfreellm)
 * @returns logits [T, vocab], or [1, vocab] for `rows: "last"`.
 * @throws RangeError if there are no ids, or an id is no integer in [0, vocab).
 */
export function forwardMatMulFree(
  model: MatMulFree,
  ids: readonly number[],
  {cache = matMulFreeCache(model.config), rows = "all", work}: MatMulFreeForwardOptions = {},
): Tensor {
  const {hiddenSize, normEps, vocabSize} = model.config;
  checkIds(ids, vocabSize);
  const h = Float64Array.from(embed(model.embedding, hiddenSize, ids));
  model.layers.forEach((layer, index) => {
    const x = wideRmsNorm(h, layer.mixerNorm, normEps);
    const {update, state} = mixTokens(layer, x, {before: cache.states[index], normEps, work});
    cache.states[index] = state;
    addTo(h, update);
    addTo(h, mixChannels(layer, wideRmsNorm(h, layer.networkNorm, normEps), work));
  });
  cache.length += ids.length;
  const kept = rows === "all" ? ids.length : 1;
  const last = wideRmsNorm(h.subarray((ids.length - kept) * hiddenSize), model.norm, normEps);
  return {shape: [kept, vocabSize], data: Float32Array.from(model.head(last, work))};
}

/** What the recurrence of a layer goes on from. */
interface Before {
  readonly before: Float64Array;
  readonly normEps: number;
  readonly work: TernaryWork | undefined;
}

function mixTokens(layer: MatMulFreeLayer, x: Float64Array, {before, normEps, work}: Before) {
  const {bound} = layer;
  const width = bound.length;
  const forget = layer
    .forget(x, work)
    .map((value, i) => bound[i % width] + (1 - bound[i % width]) * sigmoid(value));
  const input = layer.input(x, work).map((value, i) => silu(value) * (1 - forget[i]));
  const states = recurrentStates({forget, input}, before);
  const gate = wideRmsNorm(layer.gate(x, work), layer.gateNorm, normEps);
  const gated = gate.map((value, i) => value * silu(states[i]));
  return {update: layer.output(gated, work), state: states.slice(-width)};
}

/** The gated network: x [tokens, hidden] to its update. */
function mixChannels(layer: MatMulFreeLayer, x: Float64Array, work?: TernaryWork): Float64Array {
  const both = layer.gateUp(x, work);
  const tokens = x.length / layer.networkNorm.length;
  const width = both.length / tokens / 2;
  const inner = Float64Array.from({length: tokens * width}, (_, i) => {
    const gate = 2 * width * Math.floor(i / width) + (i % width);
    return silu(both[gate]) * both[gate + width];
  });
  return layer.down(inner, work);
}

function addTo(h: Float64Array, update: Float64Array): void {
  for (let i = 0; i < h.length; i++) h[i] += update[i];
}
