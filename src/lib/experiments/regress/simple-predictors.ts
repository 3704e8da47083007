/** Predictors from features, and formulas, that the regression model is held against. */

import {shapeOf} from "../../accel/graphs/graph.js";
import {readGraph} from "../../accel/graphs/graph-text.js";
import {parameterCount} from "../../accel/model.js";
import {rooflineComposition} from "../../accel/roofline-text.js";
import {kernelWork, readKernelShape} from "../../regress/kernels/kernel-shapes.js";
import {bagOfTokens, type Features, numbersInOrder, together} from "../../regress/ladder/features.js";
import {nearestRows} from "../../regress/ladder/nearest.js";
import {ridge} from "../../regress/ladder/ridge.js";
import type {PieceVocabulary} from "../../regress/pieces.js";
import {sortedQuantile} from "../../stats/quantile.js";
import type {CostTaskId} from "./cost-tasks.js";

/** A text with one true number. */
export interface KnownText {
  readonly text: string;
  readonly value: number;
}

/** Predicts a number from a text. */
export type TextPredictor = (text: string) => number;

/** A logarithm for numbers of any sign: that of one more than the magnitude. */
export const signedLog = (value: number): number => Math.sign(value) * Math.log10(1 + Math.abs(value));
const fromSignedLog = (log: number): number => Math.sign(log) * (10 ** Math.abs(log) - 1);

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

const PENALTY = 10;

/** Median of the true numbers of some texts. */
export function medianOf(known: readonly KnownText[]): number {
  return sortedQuantile(Float64Array.from(known, ({value}) => value).sort(), 0.5);
}

function fitted(
  known: readonly KnownText[],
  features: Features,
  learn: (rows: readonly Float64Array[], values: Float64Array) => (row: Float64Array) => number,
): TextPredictor {
  const predictor = learn(
    known.map(({text}) => features(text)),
    Float64Array.from(known, ({value}) => signedLog(value)),
  );
  return (text) => fromSignedLog(predictor(features(text)));
}

/** Predictors fitted to some texts of the training split, by name. */
export function simplePredictors(
  known: readonly KnownText[],
  vocabulary: PieceVocabulary,
): ReadonlyMap<string, TextPredictor> {
  const bag = bagOfTokens(vocabulary);
  const both = together(bag, numbersInOrder);
  const byRidge = (rows: readonly Float64Array[], values: Float64Array) => ridge(rows, values, PENALTY);
  const median = medianOf(known);
  return new Map<string, TextPredictor>([
    ["median of training", () => median],
    ["ridge on bag of tokens", fitted(known, bag, byRidge)],
    ["ridge on tokens and numbers in order", fitted(known, both, byRidge)],
    ["five nearest texts", fitted(known, both, (rows, values) => nearestRows(rows, values))],
  ]);
}
