import {randomStream} from "../../../tensor/random.js";
import type {AlmRule} from "../alms.js";
import {type Builder, type Netlist, netlistBuilder, type Signal} from "../netlist.js";
import {bestSplits} from "../split.js";
import {binarySum, csdSum, type SumPlan, type SumRows, sumCircuit} from "../sums.js";
import {addAll, type Word} from "./words.js";

/** Synthesis of sums: the split that is best by the counts of a kind of module, or a share of rows in tables. */
export type SumStyle = {readonly bestFor: AlmRule} | {readonly compressedShare: number};

/** Weights of a layer and how its sums become a circuit. */
export interface KratosOptions {
  /** Bits of weights and inputs. */
  readonly bits: number;
  /** Share of weights that are 0. */
  readonly sparsity: number;
  readonly seed: number;
  readonly digits: "binary" | "csd";
  readonly style: SumStyle;
}

function drawnMatrix(rows: number, columns: number, {bits, sparsity, seed}: KratosOptions): number[][] {
  const {integer, uniform} = randomStream(seed, "constants of a layer");
  return Array.from({length: rows}, () =>
    Array.from({length: columns}, () => {
      const isZero = uniform() < sparsity;
      const weight = 1 + integer(2 ** bits - 1);
      return isZero ? 0 : weight;
    }),
  );
}

function planOf({rows}: SumRows, style: SumStyle): SumPlan {
  if ("compressedShare" in style) {
    const compressedRows = Math.round(style.compressedShare * rows.length);
    return {compressedRows: compressedRows < 3 ? 0 : compressedRows};
  }
  const {bestFor} = style;
  return {compressedRows: bestSplits(rows, [bestFor])[bestFor].compressedRows};
}

function weightedSum(
  builder: Builder,
  weights: readonly number[],
  words: readonly Word[],
  options: KratosOptions,
) {
  const sum = (options.digits === "csd" ? csdSum : binarySum)(weights, words);
  return sumCircuit(builder, sum, planOf(sum, options.style));
}

/** Layers of a network, unrolled with constant weights. */
export type KratosLayer = "conv_1d" | "conv_2d" | "gemmt" | "gemms";

function slidingSums(
  builder: Builder,
  options: KratosOptions,
  positions: number,
  taps: number,
  filters: number,
): void {
  const words = Array.from({length: positions + taps - 1}, () => builder.input(options.bits));
  for (const weights of drawnMatrix(filters, taps, options)) {
    for (let at = 0; at < positions; at++) {
      builder.output(weightedSum(builder, weights, words.slice(at, at + taps), options));
    }
  }
}

/** Windows of 3 x 3 over a strip of three lines. */
function planeSums(builder: Builder, options: KratosOptions, positions: number, filters: number): void {
  const lines = Array.from({length: positions + 2}, () => [0, 1, 2].map(() => builder.input(options.bits)));
  for (const weights of drawnMatrix(filters, 9, options)) {
    for (let at = 0; at < positions; at++) {
      builder.output(weightedSum(builder, weights, lines.slice(at, at + 3).flat(), options));
    }
  }
}

function matrixSums(builder: Builder, options: KratosOptions, rows: number, columns: number): void {
  const words = Array.from({length: columns}, () => builder.input(options.bits));
  for (const weights of drawnMatrix(rows, columns, options)) {
    builder.output(weightedSum(builder, weights, words, options));
  }
}

/** A systolic row: each cell adds its product to what the cell before it held, and holds the sum for a cycle. */
function systolicSums(builder: Builder, options: KratosOptions, rows: number, columns: number): void {
  const words = Array.from({length: columns}, () => builder.input(options.bits));
  for (const weights of drawnMatrix(rows, columns, options)) {
    let held: Signal[] = [];
    weights.forEach((weight, column) => {
      if (weight === 0) return;
      const product = weightedSum(builder, [weight], [words[column]], options);
      const sum = held.length === 0 ? product : addAll(builder, [held, product]);
      held = builder.register(sum.length);
      builder.drive(held, sum);
    });
    builder.output(held);
  }
}

/** A layer in the manner of the Kratos benchmarks, small: constants are drawn, sums keep all their bits. */
export function kratosLike(layer: KratosLayer, options: KratosOptions): Netlist {
  const builder = netlistBuilder();
  const wide = Math.max(1, Math.round(8 / options.bits));
  if (layer === "conv_1d") slidingSums(builder, options, 2, 7 * wide, 1);
  if (layer === "conv_2d") planeSums(builder, options, 3, wide);
  if (layer === "gemmt") matrixSums(builder, options, wide + 1, 12);
  if (layer === "gemms") systolicSums(builder, options, wide + 1, 8);
  return builder.finish();
}
