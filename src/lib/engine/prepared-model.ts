import type {Tensor} from "../tensor/tensor.js";

/** A model that can be measured. */
export interface PreparedModel {
  /** Logits [T, vocab] of a text from its start. */
  logits(ids: readonly number[]): Tensor;
  /** Reads each prompt after everything before it and writes that many tokens, the likeliest each time. */
  write(turns: readonly {prompt: readonly number[]; tokens: number}[]): number[][];
  /** Packed bits of the quantized projections a weight, scales included; null where they are float32. */
  readonly bitsPerWeight: number | null;
  /** Packed bits a cached number, scales included; null where the cache is float32. */
  readonly bitsPerKv: number | null;
}
