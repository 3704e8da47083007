import type {DecodingWay} from "./decoding-way.js";
import {type FormatChoice, type Formats, FP32, type Machine} from "./machine.js";
import {kvElements, type Model, parameterCount, stateElements} from "./model.js";
import type {Operator} from "./operator.js";
import {type Sparsity, sparseBits} from "./roofline.js";
import {buildOperators} from "./workload/build.js";

/** Bytes of memory by what fills it. */
export interface Footprint {
  readonly weights: number;
  readonly kv: number;
  readonly state: number;
  /** The largest operator's inputs and outputs: what must be alive at once, at least. */
  readonly activations: number;
  /** Weights of a draft that stand beside the model's. */
  readonly draft: number;
  readonly total: number;
}

/** Sequences and tokens that have to be in memory. */
export interface Residence {
  readonly batch: number;
  readonly context: number;
  /** Tokens of a sequence in the largest step; absent: the whole context is read at once. */
  readonly chunk?: number;
}

const bytesOf = (elements: number, {bitsPerElement}: FormatChoice): number => (elements * bitsPerElement) / 8;

/** Bytes of all weights, tables included; sparse ones store what stays and where. */
export function weightBytes(model: Model, formats: Formats, sparsity: Sparsity | null = null): number {
  const {total, embedding} = parameterCount(model);
  const head = model.tied ? 0 : model.vocab * model.hidden;
  const inner = total - embedding - head;
  const {weights, embeddings = weights} = formats;
  const bits = sparsity ? sparseBits(weights.bitsPerElement, sparsity) : weights.bitsPerElement;
  return (inner * bits) / 8 + bytesOf(embedding + head, embeddings);
}

/** Bytes of a draft's layers in a format of its own; embedding and head are the model's. */
export function draftBytes(model: Model, way: DecodingWay | null): number {
  const draft = way?.draft ?? null;
  if (draft === null || draft.weights === null) return 0;
  const {total, embedding} = parameterCount(model);
  const head = model.tied ? 0 : model.vocab * model.hidden;
  return bytesOf((total - embedding - head) * draft.layers, draft.weights);
}

/** Elements of the largest operator's inputs and outputs. */
export const peakActivations = (operators: readonly Operator[]): number =>
  operators.reduce((peak, {actRead, actWrite}) => Math.max(peak, actRead + actWrite), 0);

/**
 * Bytes that a model needs to serve `batch` sequences of `context` tokens.
 * @param peak elements of the largest operator, where the caller has built the step already.
 * @param draft bytes of a draft's weights beside the model's
 */
export function footprint(
  model: Model,
  formats: Formats,
  {batch, context, chunk = context}: Residence,
  sparsity: Sparsity | null = null,
  peak = peakActivations(buildOperators(model, {batch, tokens: chunk, cached: 0})),
  draft = 0,
): Footprint {
  const {activations, kv, state = FP32} = formats;
  const [stateCount, conv] = stateElements(model);
  const parts = {
    weights: weightBytes(model, formats, sparsity),
    kv: bytesOf(batch * kvElements(model, context), kv),
    state: bytesOf(batch * stateCount, state) + bytesOf(batch * conv, activations),
    activations: bytesOf(peak, activations),
    draft,
  };
  return {...parts, total: parts.weights + parts.kv + parts.state + parts.activations + draft};
}

/** The largest integer from 0 to `limit` for which `fits` holds, if it holds for all smaller ones; 0 if for none. */
function largest(fits: (n: number) => boolean, limit: number): number {
  if (!fits(1)) return 0;
  let low = 1;
  let high = 2;
  while (high <= limit && fits(high)) {
    low = high;
    high *= 2;
  }
  high = Math.min(high, limit + 1);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Does it fit, and if not: what is too large, by how much, and what would fit. Bytes. */
export interface Fit {
  readonly fits: boolean;
  readonly needed: Footprint;
  /** Infinite where the machine's memory is the system's. */
  readonly available: number;
  /** Bytes too many; 0 where it fits. */
  readonly over: number;
  /** The largest context with this batch; 0 if none fits; Infinity where the context costs nothing. */
  readonly maxContext: number;
  /** The largest batch with this context; 0 if none fits. */
  readonly maxBatch: number;
  /** One sentence for a reader. */
  readonly message: string;
}

const CONTEXT_LIMIT = 2 ** 30;
const BATCH_LIMIT = 2 ** 20;

/** Checks a model's memory against a machine's. A prompt is read in chunks of at most 2048 tokens where given. */
export function fitMemory(
  model: Model,
  machine: Machine,
  formats: Formats,
  residence: Residence,
  sparsity: Sparsity | null = null,
  draft = 0,
): Fit {
  const available = machine.memoryGB === null ? Number.POSITIVE_INFINITY : machine.memoryGB * 1e9;
  const size = (batch: number, context: number) => {
    const chunk = Math.min(residence.chunk ?? context, context);
    const peak = peakActivations(buildOperators(model, {batch, tokens: chunk, cached: 0}));
    return footprint(model, formats, {batch, context, chunk}, sparsity, peak, draft);
  };
  const needed = size(residence.batch, residence.context);
  const over = Math.max(0, needed.total - available);
  const search = (fits: (n: number) => boolean, limit: number) => {
    if (available === Number.POSITIVE_INFINITY) return available;
    const found = largest(fits, limit);
    return found === limit ? Number.POSITIVE_INFINITY : found;
  };
  const maxContext = search((context) => size(residence.batch, context).total <= available, CONTEXT_LIMIT);
  const maxBatch = search((batch) => size(batch, residence.context).total <= available, BATCH_LIMIT);
  const result = {fits: over === 0, needed, available, over, maxContext, maxBatch};
  return {...result, message: message(result, residence)};
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`;

function message(result: Omit<Fit, "message">, {batch, context}: Residence): string {
  const {needed, available, over, maxContext, maxBatch, fits} = result;
  const names: [string, number][] = [
    ["weights", needed.weights],
    ["KV cache", needed.kv],
    ["state", needed.state],
    ["activations", needed.activations],
    ["draft", needed.draft],
  ];
  const parts = names.filter(([, bytes]) => bytes > 0).map(([name, bytes]) => `${name} ${gigabytes(bytes)}`);
  if (fits) return `${parts.join(" + ")} = ${gigabytes(needed.total)} of ${gigabytes(available)}`;
  const short = `${parts.join(" + ")} = ${gigabytes(needed.total)} > ${gigabytes(available)} by ${gigabytes(over)}`;
  if (needed.weights > available)
    return `${short}: the weights alone are too large by ${gigabytes(needed.weights - available)}`;
  const cures = [
    ...(maxContext > 0 ? [`context of at most ${maxContext} with batch ${batch}`] : []),
    ...(maxBatch > 0 ? [`batch of at most ${maxBatch} with context ${context}`] : []),
  ];
  return cures.length > 0
    ? `${short}: fits with a ${cures.join(" or a ")}`
    : `${short}: no context and no batch fits`;
}
