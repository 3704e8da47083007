/** Formulas that a person would write before learning anything. */

import {shapeOf, vectorPasses} from "../../accel/graphs/graph.js";
import {readGraph} from "../../accel/graphs/graph-text.js";
import {computeFormat} from "../../accel/machine.js";
import {parameterCount} from "../../accel/model.js";
import {rooflineComposition} from "../../accel/roofline-text.js";
import {kernelBytes, kernelWork, readKernelShape} from "../../regress/kernels/kernel-shapes.js";
import {mean} from "../../stats/moments.js";
import {sortedQuantile} from "../../stats/quantile.js";
import type {CostTaskId} from "./cost-tasks.js";
import {signedLog} from "./signed-log.js";

/** A text with one true number. */
export interface KnownText {
  readonly text: string;
  readonly value: number;
}

/** Predicts a number from a text. */
export type TextPredictor = (text: string) => number;

/** Median of the true numbers of some texts. */
export function medianOf(known: readonly KnownText[]): number {
  return sortedQuantile(Float64Array.from(known, ({value}) => value).sort(), 0.5);
}

/** Weights at their bits over the bandwidth, in ms, or their bytes alone, in GB: the first line of any roofline. */
function weightsAlone(text: string, target: number): number {
  const {model, machine, formats} = rooflineComposition(text);
  const {active, total} = parameterCount(model);
  const bytes = ((target === 0 ? active : total) * formats.weights.bitsPerElement) / 8;
  return target === 0 ? (bytes / (machine.bandwidthGBs * 1e9)) * 1e3 : bytes / 1e9;
}

/** Multiply-accumulates of the products over the elements of the array: no fill, no drain, no vector lanes. */
function busyArray(text: string): number {
  const graph = readGraph(text);
  const products = graph.nodes.filter(({operator}) => operator === "MatMul");
  const work = products.map(({inputs, shape}) => shape[0] * shape[1] * shapeOf(graph, inputs[0])[1]);
  return work.reduce((sum, each) => sum + each, 0) / (graph.array[0] * graph.array[1]);
}

/** The formula that a person would write first, where there is one for a number of a task. */
export function firstFormula(id: CostTaskId, target: number): TextPredictor | null {
  if (id === "roofline") return (text) => weightsAlone(text, target);
  if (id === "graph" && target === 0) return busyArray;
  if (id === "kernel") return (text) => kernelWork(readKernelShape(text));
  return null;
}

/** A formula times the median of what is true over what it says: units and constant factors do not count. */
export function scaledFormula(formula: TextPredictor, known: readonly KnownText[]): TextPredictor {
  const factor = medianOf(known.map(({text, value}) => ({text, value: value / formula(text)})));
  return (text) => factor * formula(text);
}

/** Bytes of keys and values halfway through the answer. */
function keptBytes(text: string): number {
  const {formats, workload} = rooflineComposition(text);
  const config = JSON.parse(text) as Readonly<Record<string, number>>;
  const {
    hidden_size,
    num_hidden_layers,
    num_attention_heads,
    num_key_value_heads = num_attention_heads,
  } = config;
  const values = 2 * num_hidden_layers * (hidden_size / num_attention_heads) * num_key_value_heads;
  const tokens = workload.batch * (workload.prompt + workload.output / 2);
  return (values * tokens * formats.kv.bitsPerElement) / 8;
}

/**
 * One roof over a whole step: bytes of weights, keys and values over the bandwidth, or two operations a weight over the
 * peak rate, whichever is longer, in ms; or those bytes, in GB. Compose prices every operator by itself.
 */
function stepRoofline(text: string, target: number): number {
  const {model, machine, formats, workload} = rooflineComposition(text);
  const {active, total} = parameterCount(model);
  const stored = (weights: number) => (weights * formats.weights.bitsPerElement) / 8 + keptBytes(text);
  if (target === 1) return stored(total) / 1e9;
  const format = computeFormat(machine, formats.weights, formats.activations);
  const rate = (machine.peakTops[format] ?? Number.NaN) * 1e12;
  return 1e3 * Math.max(stored(active) / (machine.bandwidthGBs * 1e9), (2 * active * workload.batch) / rate);
}

/** Products over the elements of the array, one after another with the rest over its lanes: no fill, no drain. */
function arrayRoofline(text: string): number {
  const graph = readGraph(text);
  const vectors = graph.nodes.map(({operator, shape}) =>
    operator === "MatMul" ? 0 : (shape[0] * shape[1] * vectorPasses(operator)) / graph.array[1],
  );
  return vectors.reduce((sum, cycles) => sum + cycles, busyArray(text));
}

/** Bytes that are read in the time of a multiply-accumulate, tried as powers of two. */
const BALANCES = Array.from({length: 17}, (_, i) => 2 ** (i - 8));

/** Roofline of a machine whose two rates are fitted: multiply-accumulates, or bytes at some balance. */
function fittedRoofline(known: readonly KnownText[]): TextPredictor {
  const tried = BALANCES.map((balance) => {
    const longer = (text: string) => {
      const shape = readKernelShape(text);
      return Math.max(kernelWork(shape), kernelBytes(shape) / balance);
    };
    const predict = scaledFormula(longer, known);
    return {
      predict,
      error: mean(known.map(({text, value}) => (signedLog(value) - signedLog(predict(text))) ** 2)),
    };
  });
  return tried.reduce((best, each) => (each.error < best.error ? each : best)).predict;
}

/** The analytic roofline of a number, where there is one; rates that no text holds are fitted. */
export function rooflineFormula(
  id: CostTaskId,
  target: number,
  known: readonly KnownText[],
): TextPredictor | null {
  if (id === "roofline") return (text) => stepRoofline(text, target);
  if (id === "graph" && target === 0) return arrayRoofline;
  return id === "kernel" ? fittedRoofline(known) : null;
}
