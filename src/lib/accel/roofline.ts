import {requireNonNegative, requirePositive} from "../tensor/require.js";
import {
  type ComputeFormat,
  computeFormats,
  type FormatChoice,
  type Formats,
  FP32,
  type Machine,
} from "./machine.js";
import type {Operator, OperatorKind} from "./operator.js";

/** N of every M weights of a linear stay. */
export interface Sparsity {
  readonly n: number;
  readonly m: number;
}

/** Shares of its data sheet that a machine reaches, and the work that it skips. */
export interface RooflineOptions {
  /** Share of the peak rate that is reached. */
  readonly effCompute?: number;
  /** Share of the bandwidth that is reached. */
  readonly effMemory?: number;
  /** Seconds added for each run of an operator. */
  readonly launchOverhead?: number;
  readonly sparsity?: Sparsity | null;
}

/**
 * Settings a user can pick. The first is the bound itself; the others are assumptions, except the memory share
 * of "cpu", which is what T-MAC reaches on a Raspberry Pi 5.
 */
export const EFFICIENCIES = {
  bound: {effCompute: 1, effMemory: 1, launchOverhead: 0},
  "tuned-gpu": {effCompute: 0.7, effMemory: 0.8, launchOverhead: 3e-6},
  cpu: {effCompute: 0.6, effMemory: 0.73, launchOverhead: 0},
  pessimistic: {effCompute: 0.5, effMemory: 0.6, launchOverhead: 0},
} as const satisfies Record<string, RooflineOptions>;

/** Bytes of an element and seconds of a unit of work: all that a machine and its formats mean for an operator. */
export interface Prices {
  /** Bytes a weight by kind of operator. */
  readonly weightBytes: Readonly<Record<OperatorKind, number>>;
  /** Operations a second that are reached, by kind; sparse linears count the work they skip as done. */
  readonly rate: Readonly<Record<OperatorKind, number>>;
  readonly format: Readonly<Record<OperatorKind, ComputeFormat>>;
  readonly actBytes: number;
  readonly kvBytes: number;
  readonly stateBytes: number;
  /** Bytes a second that are reached. */
  readonly bandwidth: number;
  readonly launchOverhead: number;
}

/** Bits of an N:M sparse weight by original element: the kept ones and an index of each in its group. */
export function sparseBits(bits: number, {n, m}: Sparsity): number {
  return n === m ? bits : (bits * n + n * Math.ceil(Math.log2(m))) / m;
}

/** Speed-up of a machine with sparse weights: 2 for 2:4, and for 1:4, which is 2:4 as well; else 1. */
export function sparseSpeed(machine: Machine, sparsity: Sparsity | null): number {
  if (sparsity === null || !machine.sparse24) return 1;
  const {n, m} = sparsity;
  return m === 4 && n <= 2 ? 2 : 1;
}

function requireShare(name: string, value: number): void {
  requirePositive("pricesOf", name, value);
  if (value > 1) throw new RangeError(`pricesOf: ${name} must be at most 1, got ${value}`);
}

/**
 * Costs of each element and operation on a machine.
 * @throws RangeError if the machine has no rate for an operator's formats, or an efficiency is not in (0, 1].
 */
export function pricesOf(machine: Machine, formats: Formats, options: RooflineOptions = {}): Prices {
  const {effCompute = 1, effMemory = 1, launchOverhead = 0, sparsity = null} = options;
  requireShare("effCompute", effCompute);
  requireShare("effMemory", effMemory);
  requireNonNegative("pricesOf", "launchOverhead", launchOverhead);
  const {weights, activations, kv, embeddings = weights, state = FP32} = formats;
  const format = computeFormats(machine, formats);
  const rateOf = (kind: OperatorKind) => (machine.peakTops[format[kind]] as number) * 1e12 * effCompute;
  const bytes = ({bitsPerElement}: FormatChoice) => bitsPerElement / 8;
  const linear = sparsity ? sparseBits(weights.bitsPerElement, sparsity) / 8 : bytes(weights);
  return {
    weightBytes: {
      linear,
      attention: bytes(weights),
      vector: bytes(activations),
      scan: bytes(activations),
      embedding: bytes(embeddings),
      head: bytes(embeddings),
    },
    rate: {
      linear: rateOf("linear") * sparseSpeed(machine, sparsity),
      attention: rateOf("attention"),
      vector: rateOf("vector"),
      scan: rateOf("scan"),
      embedding: rateOf("embedding"),
      head: rateOf("head"),
    },
    format,
    actBytes: bytes(activations),
    kvBytes: bytes(kv),
    stateBytes: bytes(state),
    bandwidth: machine.bandwidthGBs * 1e9 * effMemory,
    launchOverhead,
  };
}

/** Bytes that one run of an operator moves. */
export function operatorBytes(op: Operator, p: Prices): number {
  return (
    op.weights * p.weightBytes[op.kind] +
    (op.actRead + op.actWrite) * p.actBytes +
    (op.kvRead + op.kvWrite) * p.kvBytes +
    (op.stateRead + op.stateWrite) * p.stateBytes
  );
}

/** Seconds that one run of an operator takes at least: the longer of its work and its traffic. */
export function operatorSeconds(op: Operator, p: Prices): number {
  return Math.max(op.flops / p.rate[op.kind], operatorBytes(op, p) / p.bandwidth) + p.launchOverhead;
}

/** Seconds of a whole step: operators run one after another. The fast path: no object is made. */
export function stepSeconds(operators: readonly Operator[], p: Prices): number {
  let seconds = 0;
  for (const op of operators) seconds += op.count * operatorSeconds(op, p);
  return seconds;
}

/** One operator on the roofline. Numbers of one run; the step runs it `op.count` times. */
export interface PricedOperator {
  readonly op: Operator;
  readonly format: ComputeFormat;
  readonly bytes: number;
  /** Operations a byte; 0 for pure movement, infinite for pure work. */
  readonly intensity: number;
  readonly bound: "compute" | "memory";
  readonly computeSeconds: number;
  readonly memorySeconds: number;
  readonly seconds: number;
  /** Intensity at which work and traffic take equally long. */
  readonly ridge: number;
}

/** Operators with their times on a machine, and their sums. */
export interface Roofline {
  readonly operators: readonly PricedOperator[];
  readonly flops: number;
  readonly bytes: number;
  /** A lower bound where the efficiencies are 1. */
  readonly seconds: number;
}

function price(op: Operator, p: Prices): PricedOperator {
  const bytes = operatorBytes(op, p);
  const computeSeconds = op.flops / p.rate[op.kind];
  const memorySeconds = bytes / p.bandwidth;
  return {
    op,
    format: p.format[op.kind],
    bytes,
    intensity: op.flops === 0 ? 0 : op.flops / bytes,
    bound: computeSeconds > memorySeconds ? "compute" : "memory",
    computeSeconds,
    memorySeconds,
    seconds: operatorSeconds(op, p),
    ridge: p.rate[op.kind] / p.bandwidth,
  };
}

/** Every operator of a step on the roofline, and the plain sums. (Williams et al., CACM 52(4), 2009) */
export function roofline(operators: readonly Operator[], p: Prices): Roofline {
  const priced = operators.map((op) => price(op, p));
  const sum = (of: (o: PricedOperator) => number) =>
    priced.reduce((total, o) => total + o.op.count * of(o), 0);
  return {
    operators: priced,
    flops: sum(({op}) => op.flops),
    bytes: sum(({bytes}) => bytes),
    seconds: stepSeconds(operators, p),
  };
}
