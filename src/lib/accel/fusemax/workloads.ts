/** The models that FuseMax is judged on. (arXiv:2406.10491, section 6; sizes from its artifact) */

import {type ArrayDesign, CLOUD_ARRAYS, FLAT_ARRAYS, type HeadSize} from "./arrays.js";
import {attentionCycles, layerCycles} from "./cycles.js";
import {attentionEnergy, attentionPicojoules, layerPicojoules} from "./energy.js";

/** Sizes of a layer. */
export interface ArrayWorkload {
  readonly name: string;
  readonly hidden: number;
  readonly headWidth: number;
  readonly heads: number;
  /** Of the network, two matrices. */
  readonly inner: number;
}

/** BERT, Transformer-XL, T5 and XLM. */
export const ARRAY_WORKLOADS: readonly ArrayWorkload[] = [
  {name: "BERT", hidden: 768, headWidth: 64, heads: 12, inner: 3072},
  {name: "TrXL", hidden: 1024, headWidth: 64, heads: 16, inner: 4096},
  {name: "T5", hidden: 512, headWidth: 64, heads: 8, inner: 2048},
  {name: "XLM", hidden: 2048, headWidth: 128, heads: 16, inner: 8192},
];

/** Lengths of the artifact's tables, tokens. */
export const ARRAY_LENGTHS: readonly number[] = [10, 12, 14, 16, 18, 20].map((power) => 2 ** power);

/** Cycles and picojoules of one sequence through attention, and through the whole layer. */
export interface LayerCost {
  readonly attention: {readonly cycles: number; readonly picojoules: number};
  readonly layer: {readonly cycles: number; readonly picojoules: number};
}

/** Cost of a layer for one sequence. */
export function layerCost(
  design: ArrayDesign,
  {hidden, headWidth, heads, inner}: ArrayWorkload,
  tokens: number,
): LayerCost {
  const machine = design === "flat" || design === "unfused" ? FLAT_ARRAYS : CLOUD_ARRAYS;
  const size: HeadSize = {queries: tokens, keys: tokens, keyWidth: headWidth, valueWidth: headWidth};
  const attention = {
    cycles: heads * attentionCycles(design, size, machine).cycles,
    picojoules: heads * attentionPicojoules(attentionEnergy(design, size, machine)),
  };
  const weights = 4 * hidden ** 2 + 2 * hidden * inner;
  return {
    attention,
    layer: {
      cycles: attention.cycles + layerCycles(tokens, weights, machine),
      picojoules: attention.picojoules + layerPicojoules(tokens, weights),
    },
  };
}

/** Means over all models and lengths of FuseMax against FLAT: times as fast, and energy as a share. */
export function fusemaxGains(): Readonly<Record<"attention" | "layer", {speedup: number; energy: number}>> {
  const pairs = ARRAY_WORKLOADS.flatMap((model) =>
    ARRAY_LENGTHS.map(
      (tokens) => [layerCost("flat", model, tokens), layerCost("fusemax", model, tokens)] as const,
    ),
  );
  const gain = (part: keyof LayerCost) => ({
    speedup: pairs.reduce((sum, [flat, own]) => sum + flat[part].cycles / own[part].cycles, 0) / pairs.length,
    energy:
      pairs.reduce((sum, [flat, own]) => sum + own[part].picojoules / flat[part].picojoules, 0) /
      pairs.length,
  });
  return {attention: gain("attention"), layer: gain("layer")};
}
