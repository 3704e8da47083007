import {weightBytes} from "./footprint.js";
import {computeFormat, type Formats, type Machine} from "./machine.js";
import {kvElementsPerToken, type Model} from "./model.js";

/** Operations a byte at which the machine's work on weights and its traffic take equally long. */
export function ridge(machine: Machine, {weights, activations}: Formats): number {
  const rate = machine.peakTops[computeFormat(machine, weights, activations)] as number;
  return (rate * 1e12) / (machine.bandwidthGBs * 1e9);
}

/** Sequences at which decode turns from memory- to compute-bound, cache left out: ridge times bytes of a weight over 2. */
export function balanceBatch(machine: Machine, formats: Formats): number {
  return (ridge(machine, formats) * formats.weights.bitsPerElement) / 8 / 2;
}

/** Tokens of a sequence at which a decode step reads as much cache as weights; Infinity without a cache. */
export function balanceContext(model: Model, formats: Formats, batch = 1): number {
  const perToken = (kvElementsPerToken(model) * formats.kv.bitsPerElement) / 8;
  return weightBytes(model, formats) / (batch * perToken);
}

/** Tokens a second of one sequence that the bandwidth allows: every weight and the whole cache once a token. */
export function bandwidthBound(model: Model, machine: Machine, formats: Formats, context: number): number {
  const cache = (kvElementsPerToken(model) * context * formats.kv.bitsPerElement) / 8;
  return (machine.bandwidthGBs * 1e9) / (weightBytes(model, formats) + cache);
}
