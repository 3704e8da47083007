import {requireInteger, requirePositive} from "../../tensor/require.js";

/** The four measures of AccLLM, each on or off. */
export interface AccLlmMeasures {
  /** Two of every four weights stay, each with an index of two bits. */
  readonly sparse: boolean;
  /** Kept weights have two bits, a scale and a minimum of 16 bits for each group; else 16 bits. */
  readonly twoBit: boolean;
  /** Keys and values have four bits, a scale and a minimum of 16 bits for each head; else 16 bits. */
  readonly kv4: boolean;
  /** Attention reads the first keys and a window, and only these are held. */
  readonly lambda: boolean;
}

/** All sixteen combinations, from none to all. */
export const ACCLLM_COMBINATIONS: readonly AccLlmMeasures[] = Array.from({length: 16}, (_, i) => ({
  sparse: (i & 1) === 1,
  twoBit: (i & 2) === 2,
  kv4: (i & 4) === 4,
  lambda: (i & 8) === 8,
}));

/** Bits stored for each weight of the matrix before pruning, indices and groups' parameters included. */
export function bitsPerOriginalWeight(
  {sparse, twoBit}: Pick<AccLlmMeasures, "sparse" | "twoBit">,
  groupSize: number,
): number {
  requireInteger("bitsPerOriginalWeight", "groupSize", groupSize, 1);
  const value = twoBit ? 2 + 32 / groupSize : 16;
  return sparse ? (2 * value + 2 * 2) / 4 : value;
}

/** Sizes of a decoder and of what it holds. */
export interface AccLlmWorkload {
  /** Weights of the layers' matrices and the head. */
  readonly weights: number;
  readonly layers: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly context: number;
  readonly sinks: number;
  readonly window: number;
  readonly groupSize: number;
}

/** Keys that a token's attention reads in each layer. */
const keysRead = ({lambda}: AccLlmMeasures, {context, sinks, window}: AccLlmWorkload) =>
  lambda ? Math.min(context, sinks + window) : context;

/** Bytes of weights and of keys and values that the decoding of a token reads. */
export function bytesPerToken(
  measures: AccLlmMeasures,
  workload: AccLlmWorkload,
): {weights: number; cache: number} {
  const {weights, layers, kvHeads, headDim, groupSize} = workload;
  const kvBits = measures.kv4 ? 4 + 32 / headDim : 16;
  const numbers = 2 * layers * kvHeads * headDim * keysRead(measures, workload);
  return {
    weights: (weights * bitsPerOriginalWeight(measures, groupSize)) / 8,
    cache: (numbers * kvBits) / 8,
  };
}

/** Multiplications and additions of a token: those of pruned weights are left out. */
export function operationsPerToken(measures: AccLlmMeasures, workload: AccLlmWorkload): number {
  const {weights, layers, kvHeads, headDim} = workload;
  const attention = 4 * layers * kvHeads * headDim * keysRead(measures, workload);
  return 2 * weights * (measures.sparse ? 0.5 : 1) + attention;
}

/** An FPGA card. */
export interface AccLlmMachine {
  readonly bytesPerSecond: number;
  readonly operationsPerSecond: number;
}

/** Alveo U280: HBM2 of 460 GB/s; 9,024 multipliers at 250 MHz (an assumption) that do two products a cycle. */
export const U280: AccLlmMachine = {
  bytesPerSecond: 460e9,
  operationsPerSecond: 9024 * 2 * 2 * 250e6,
};

/** Tokens of one sequence that a machine decodes in a second: memory or arithmetic is the limit. Modelled. */
export function accLlmTokensPerSecond(
  measures: AccLlmMeasures,
  workload: AccLlmWorkload,
  machine: AccLlmMachine = U280,
): number {
  requirePositive("accLlmTokensPerSecond", "bytesPerSecond", machine.bytesPerSecond);
  const {weights, cache} = bytesPerToken(measures, workload);
  const seconds = Math.max(
    (weights + cache) / machine.bytesPerSecond,
    operationsPerToken(measures, workload) / machine.operationsPerSecond,
  );
  return 1 / seconds;
}

/** Llama 2 7B: weights of its matrices and head. */
export const ACCLLM_LLAMA = {weights: 6_607_077_376, layers: 32, kvHeads: 32, headDim: 128} as const;
