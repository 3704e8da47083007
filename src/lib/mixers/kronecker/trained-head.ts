/**
 * Small attention heads over numbers, trained in the place where they are used: tables of queries, keys and values for every
 * number, attention of any number of lists of keys, and a small network that reads its output beside the query's number.
 */

import type {RandomStream} from "../../tensor/random.js";
import {drawNumbers, type MatchTask, matchedTokens} from "./match-three.js";
import {type TensorHead, tensorAttention} from "./tensor-attention.js";

/** Sizes of a head and of the training. */
export interface TrainedShape extends MatchTask {
  /** Lists of keys: 1 is softmax attention. */
  readonly lists: number;
  readonly width: number;
  readonly hidden: number;
  readonly steps: number;
  /** Lists of numbers in a step. */
  readonly batch: number;
  readonly learningRate: number;
}

/** Tables by number; keys and values have one row more, for a last token that is always there. */
export interface HeadWeights {
  /** [numbers, width] */
  readonly q: Float64Array;
  /** Of each list [numbers + 1, width]. */
  readonly keys: readonly Float64Array[];
  readonly values: readonly Float64Array[];
  /** [hidden, width] */
  readonly into: Float64Array;
  /** [numbers, hidden] */
  readonly own: Float64Array;
  /** [hidden] */
  readonly out: Float64Array;
  /** [1] */
  readonly bias: Float64Array;
}

const tables = ({q, keys, values, into, own, out, bias}: HeadWeights): Float64Array[] => [
  q,
  ...keys,
  ...values,
  into,
  own,
  out,
  bias,
];

/** Weights made of `fill` for each number of each table. */
function weightsOf(shape: TrainedShape, fill: (size: number) => number): HeadWeights {
  const {modulus, lists, width, hidden} = shape;
  const table = (length: number, size: number) => Float64Array.from({length}, () => fill(size));
  const rows = () => table((modulus + 1) * width, 1);
  return {
    q: table(modulus * width, 1),
    keys: Array.from({length: lists}, rows),
    values: Array.from({length: lists}, rows),
    into: table(hidden * width, width ** -0.5),
    own: table(modulus * hidden, 0.5),
    out: table(hidden, hidden ** -0.5),
    bias: table(1, 0),
  };
}

/** Trains a head on lists of numbers that are drawn anew in every step, with Adam on the logistic loss. */
export function trainHead(shape: TrainedShape, stream: RandomStream): HeadWeights {
  const weights = weightsOf(shape, (size) => size * stream.normal());
  const combinations = combinationsOf(shape);
  const [first, second] = [weightsOf(shape, () => 0), weightsOf(shape, () => 0)].map(tables);
  for (let step = 1; step <= shape.steps; step++) {
    const gradient = weightsOf(shape, () => 0);
    const scored = scoreAll(weights, shape, combinations);
    for (let n = 0; n < shape.batch; n++)
      addListGradient(gradient, weights, {shape, scored, numbers: drawNumbers(stream, shape)});
    addTableGradient(gradient, weights, shape, scored);
    const rate = shape.learningRate * Math.min(1, 2 * (1 - step / (shape.steps + 1)));
    tables(weights).forEach((table, at) => {
      adam(table, tables(gradient)[at], first[at], second[at], rate, step);
    });
  }
  return weights;
}

/** All combinations of numbers, a place a list, the last list running fastest. */
const combinationsOf = ({modulus, lists}: TrainedShape): number[][] =>
  Array.from({length: lists}).reduce<number[][]>(
    (before) => before.flatMap((row) => Array.from({length: modulus + 1}, (_, at) => [...row, at])),
    [[]],
  );

/** Scores and values of all combinations, with the gradients that arrive at them. */
interface Scored {
  readonly combinations: readonly (readonly number[])[];
  /** [numbers, combinations] */
  readonly scores: Float64Array;
  /** [combinations, width] */
  readonly values: Float64Array;
  readonly toScores: Float64Array;
  readonly toValues: Float64Array;
}

function scoreAll(
  {q, keys, values}: HeadWeights,
  {modulus, width}: TrainedShape,
  combinations: readonly (readonly number[])[],
): Scored {
  const count = combinations.length;
  const [scores, mixed] = [new Float64Array(modulus * count), new Float64Array(count * width)];
  combinations.forEach((places, t) => {
    const products = (lists: readonly Float64Array[], l: number) =>
      places.reduce((product, place, list) => product * lists[list][place * width + l], 1);
    for (let l = 0; l < width; l++) {
      mixed[t * width + l] = products(values, l);
      const key = products(keys, l) / width;
      for (let x = 0; x < modulus; x++)
        scores[x * count + t] = scores[x * count + t] + q[x * width + l] * key;
    }
  });
  const [toScores, toValues] = [new Float64Array(scores.length), new Float64Array(mixed.length)];
  return {combinations, scores, values: mixed, toScores, toValues};
}

interface ListLesson {
  readonly shape: TrainedShape;
  readonly scored: Scored;
  readonly numbers: readonly number[];
}

/** Adds the gradients of a list's tokens: equal numbers see the same and count as often as they are there. */
function addListGradient(
  gradient: HeadWeights,
  weights: HeadWeights,
  {shape, scored, numbers}: ListLesson,
): void {
  const times = new Float64Array(shape.modulus + 1);
  for (const number of numbers) times[number] = times[number] + 1;
  times[shape.modulus] = 1;
  const matched = matchedTokens(numbers, shape.modulus);
  const seen = scored.combinations.flatMap((places, t) => {
    const count = places.reduce((product, place) => product * times[place], 1);
    return count > 0 ? [{t, count}] : [];
  });
  for (const number of new Set(numbers)) {
    const label = matched[numbers.indexOf(number)];
    addNumberGradient(gradient, weights, {
      shape,
      scored,
      seen,
      number,
      label,
      share: times[number] / numbers.length,
    });
  }
}

interface NumberLesson extends Omit<ListLesson, "numbers"> {
  readonly seen: readonly {readonly t: number; readonly count: number}[];
  readonly number: number;
  readonly label: number;
  readonly share: number;
}

function addNumberGradient(
  gradient: HeadWeights,
  weights: HeadWeights,
  {shape: {width, hidden}, scored, seen, number, label, share}: NumberLesson,
): void {
  const row = number * scored.combinations.length;
  const top = seen.reduce((most, {t}) => Math.max(most, scored.scores[row + t]), Number.NEGATIVE_INFINITY);
  const parts = seen.map(({t, count}) => count * Math.exp(scored.scores[row + t] - top));
  const total = parts.reduce((sum, part) => sum + part, 0);
  const mixed = new Float64Array(width);
  seen.forEach(({t}, n) => {
    for (let c = 0; c < width; c++) mixed[c] = mixed[c] + (parts[n] / total) * scored.values[t * width + c];
  });
  const {inner, logit} = readOut(weights, mixed, number);
  const toLogit = share * (1 / (1 + Math.exp(-logit)) - label);
  gradient.bias[0] = gradient.bias[0] + toLogit;
  const toMixed = new Float64Array(width);
  for (let h = 0; h < hidden; h++) {
    gradient.out[h] = gradient.out[h] + toLogit * inner[h];
    const toInner = toLogit * weights.out[h] * (1 - inner[h] ** 2);
    gradient.own[number * hidden + h] = gradient.own[number * hidden + h] + toInner;
    for (let c = 0; c < width; c++) {
      gradient.into[h * width + c] = gradient.into[h * width + c] + toInner * mixed[c];
      toMixed[c] = toMixed[c] + toInner * weights.into[h * width + c];
    }
  }
  const along = toMixed.reduce((sum, value, c) => sum + value * mixed[c], 0);
  seen.forEach(({t}, n) => {
    const weight = parts[n] / total;
    let toWeight = -along;
    for (let c = 0; c < width; c++) {
      const at = t * width + c;
      toWeight += toMixed[c] * scored.values[at];
      scored.toValues[at] = scored.toValues[at] + weight * toMixed[c];
    }
    scored.toScores[row + t] = scored.toScores[row + t] + weight * toWeight;
  });
}

/** The network over the head's output and the query's own number. */
function readOut({into, own, out, bias}: HeadWeights, mixed: Float64Array, number: number) {
  const [width, hidden] = [mixed.length, out.length];
  const inner = Float64Array.from({length: hidden}, (_, h) => {
    let sum = own[number * hidden + h];
    for (let c = 0; c < width; c++) sum += into[h * width + c] * mixed[c];
    return Math.tanh(sum);
  });
  return {inner, logit: inner.reduce((sum, value, h) => sum + value * out[h], bias[0])};
}

/** Adds the gradients of the tables from those of scores and values. */
function addTableGradient(
  gradient: HeadWeights,
  {q, keys, values}: HeadWeights,
  {modulus, width}: TrainedShape,
  {combinations, toScores, toValues}: Scored,
): void {
  combinations.forEach((places, t) => {
    for (let l = 0; l < width; l++) {
      const key = places.reduce((product, place, list) => product * keys[list][place * width + l], 1 / width);
      let toKey = 0;
      for (let x = 0; x < modulus; x++) {
        const toScore = toScores[x * combinations.length + t];
        toKey += toScore * q[x * width + l];
        gradient.q[x * width + l] = gradient.q[x * width + l] + toScore * key;
      }
      addFactors(gradient.keys, keys, places, l, width, toKey / width);
      addFactors(gradient.values, values, places, l, width, toValues[t * width + l]);
    }
  });
}

/** Adds the gradient of a product to each of its factors. */
function addFactors(
  gradients: readonly Float64Array[],
  lists: readonly Float64Array[],
  places: readonly number[],
  l: number,
  width: number,
  from: number,
): void {
  places.forEach((place, list) => {
    const others = places.reduce(
      (product, other, at) => (at === list ? product : product * lists[at][other * width + l]),
      from,
    );
    const at = place * width + l;
    gradients[list][at] = gradients[list][at] + others;
  });
}

/** A step of Adam, arXiv:1412.6980, with its usual constants. */
function adam(
  table: Float64Array,
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  rate: number,
  step: number,
): void {
  for (let at = 0; at < table.length; at++) {
    first[at] = 0.9 * first[at] + 0.1 * gradient[at];
    second[at] = 0.999 * second[at] + 0.001 * gradient[at] ** 2;
    const size = Math.sqrt(second[at] / (1 - 0.999 ** step)) + 1e-8;
    table[at] = table[at] - (rate * first[at]) / (1 - 0.9 ** step) / size;
  }
}

/** The head of a list of numbers, for whichever algorithm runs it. */
export function headOf(
  {q, keys, values}: HeadWeights,
  numbers: readonly number[],
  width: number,
): TensorHead {
  const rows = (table: Float64Array, places: readonly number[]) =>
    Float64Array.from(
      {length: places.length * width},
      (_, at) => table[places[Math.floor(at / width)] * width + (at % width)],
    );
  const last = q.length / width;
  return {
    q: rows(q, numbers),
    keys: keys.map((table) => rows(table, [...numbers, last])),
    values: values.map((table) => rows(table, [...numbers, last])),
    width,
    valueWidth: width,
  };
}

/** The numbers that a trained head holds for matched: attention over all tokens, then the network. */
export function decide(weights: HeadWeights, numbers: readonly number[], width: number): number[] {
  const {output} = tensorAttention(headOf(weights, numbers, width));
  return numbers.map((number, i) =>
    Number(readOut(weights, output.subarray(i * width, (i + 1) * width), number).logit > 0),
  );
}
