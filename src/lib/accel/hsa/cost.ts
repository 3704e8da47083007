import {requireInteger, requirePositive} from "../../tensor/require.js";
import type {Constant} from "../energy.js";
import type {Model} from "../model.js";
import {type Operator, totalCounts} from "../operator.js";
import {edgeCycles} from "../systolic/corrected.js";
import {buildOperators} from "../workload/build.js";
import {decode, prefill} from "../workload/step.js";
import {decodeCycles} from "./decode-array.js";

/** The edge accelerator; what the paper's abstract does not say is a knob. */
export interface HsaMachine {
  /** [R, C] elements, one int4 x int8 multiply-accumulate a cycle each. */
  readonly array: readonly [number, number];
  readonly clockHz: number;
  /** Bytes a second of external memory. */
  readonly dramBytesPerSecond: number;
  readonly sramKB: number;
  /** Bits of a weight with its share of the block's exponent. */
  readonly weightBits: number;
  readonly activationBits: number;
  readonly stateBits: number;
  /** Tokens of a prompt that pass together. */
  readonly chunk: number;
  /** Elements a cycle of the units for everything that is no product. */
  readonly lanes: number;
  /** Norm, rotation and gate are folded into the streams beside them; false: passes of their own. */
  readonly foldedUnits: boolean;
  readonly mm2PerElement: number;
  readonly mm2PerKB: number;
  readonly mm2Other: number;
  readonly pjPerMac: number;
  readonly pjPerDramByte: number;
}

const ASSUMED = "assumption: the abstract of arXiv 2507.09010 does not say";

const knob = (value: number, unit: string, source = ASSUMED): Constant => ({
  value,
  unit,
  source,
  verified: false,
});

/** The unknowns with where our values come from; `HSA_DEFAULT` is made of them. */
export const HSA_KNOBS = {
  rows: knob(32, "elements"),
  columns: knob(32, "elements"),
  clockHz: knob(500e6, "Hz"),
  dramBytesPerSecond: knob(25.6e9, "B/s", "assumption: 64 bits of LPDDR4-3200"),
  sramKB: knob(256, "KiB"),
  weightBits: knob(4.25, "bit", "MXINT4: 4-bit integers, 8-bit exponent for 32 (OCP MX 1.0 block layout)"),
  activationBits: knob(8, "bit"),
  stateBits: knob(16, "bit"),
  chunk: knob(512, "tokens"),
  lanes: knob(32, "elements per cycle"),
  mm2PerElement: knob(2.5e-4, "mm2", "assumption: int4 x int8 multiplier and 24-bit accumulator at 28 nm"),
  mm2PerKB: knob(0.0115, "mm2", "CACTI 28 nm, 4 KB of 0.0461 mm2 (clevercool/ANT-Quantization)"),
  mm2Other: knob(0.2, "mm2"),
  pjPerMac: knob(0.15, "pJ", "assumption: Horowitz 45 nm int8 product by width, int32 add"),
  pjPerDramByte: knob(48, "pJ/B", "assumption: LPDDR at 6 pJ per bit"),
} as const satisfies Record<string, Constant>;

/** An array with every knob at our value. Not the paper's chip: its sizes are not published in the abstract. */
export const HSA_DEFAULT: HsaMachine = {
  array: [HSA_KNOBS.rows.value, HSA_KNOBS.columns.value],
  clockHz: HSA_KNOBS.clockHz.value,
  dramBytesPerSecond: HSA_KNOBS.dramBytesPerSecond.value,
  sramKB: HSA_KNOBS.sramKB.value,
  weightBits: HSA_KNOBS.weightBits.value,
  activationBits: HSA_KNOBS.activationBits.value,
  stateBits: HSA_KNOBS.stateBits.value,
  chunk: HSA_KNOBS.chunk.value,
  lanes: HSA_KNOBS.lanes.value,
  foldedUnits: true,
  mm2PerElement: HSA_KNOBS.mm2PerElement.value,
  mm2PerKB: HSA_KNOBS.mm2PerKB.value,
  mm2Other: HSA_KNOBS.mm2Other.value,
  pjPerMac: HSA_KNOBS.pjPerMac.value,
  pjPerDramByte: HSA_KNOBS.pjPerDramByte.value,
};

/** Numbers of the paper (abstract); reported, never mixed with the model's numbers. */
export const HSA_REPORTED = [
  {what: "long input, short output", tokensPerSecondPerMm2: 247, timesPreviousBest: 2.45},
  {what: "short input, long output", tokensPerSecondPerMm2: 117, timesPreviousBest: 13.5},
] as const;

/** Use of the array in decode: switched to dot products, or left as a weight-stationary systolic array. */
export type DecodeMode = "hybrid" | "systolic";

/** One pass through the model on the array. Modelled. */
export interface HsaStep {
  readonly seconds: number;
  readonly computeCycles: number;
  /** Bytes from and to external memory, by what they are. */
  readonly ema: {
    readonly weights: number;
    readonly state: number;
    readonly kv: number;
    readonly activations: number;
  };
  readonly emaBytes: number;
  /** Time the slower of array and memory must take at least, over the time taken. */
  readonly utilization: number;
  readonly joules: number;
}

/** The number of elements whose demand for weights equals the memory's supply. */
export function balancedElements({dramBytesPerSecond, weightBits, clockHz}: HsaMachine): number {
  return (dramBytesPerSecond * 8) / (weightBits * clockHz);
}

/** Square millimetres of elements, buffer and the rest. */
export function hsaArea({array, mm2PerElement, sramKB, mm2PerKB, mm2Other}: HsaMachine): number {
  return array[0] * array[1] * mm2PerElement + sramKB * mm2PerKB + mm2Other;
}

function requireMachine(m: HsaMachine): void {
  requireInteger("hsa", "rows", m.array[0], 1);
  requireInteger("hsa", "columns", m.array[1], 1);
  requireInteger("hsa", "chunk", m.chunk, 1);
  const {clockHz, dramBytesPerSecond, sramKB, weightBits, activationBits, stateBits, lanes} = m;
  for (const [name, value] of Object.entries({
    clockHz,
    dramBytesPerSecond,
    sramKB,
    weightBits,
    activationBits,
    stateBits,
    lanes,
  })) {
    requirePositive("hsa", name, value);
  }
}

/** Cycles of one run of an operator. Products go to the array, the rest to the units beside it. */
function operatorCycles(op: Operator, m: HsaMachine, rows: number, mode: DecodeMode): number {
  const {in: K, out: N, T} = op.symbols;
  if ((op.kind === "linear" || op.kind === "head") && K !== undefined && N !== undefined) {
    const gemm = {type: "gemm" as const, M: T ?? rows, N, K};
    if (rows === 1 && mode === "hybrid") return decodeCycles(K, N, m.array);
    if (mode === "systolic") return edgeCycles(gemm, "ws", m.array);
    return Math.min(edgeCycles(gemm, "ws", m.array), edgeCycles(gemm, "os", m.array));
  }
  if (op.kind === "vector") return m.foldedUnits ? 0 : op.flops / m.lanes;
  return op.flops / 2 / (m.array[0] * m.array[1]);
}

function external(operators: readonly Operator[], m: HsaMachine) {
  const total = totalCounts(operators);
  // A state that fits stays on chip between tokens; one layer's at a time does not help, all must fit.
  const state = ((total.stateRead + total.stateWrite) * m.stateBits) / 8;
  const stateStays = (total.stateWrite * m.stateBits) / 8 <= m.sramKB * 1024;
  const passes = operators.reduce(
    (sum, op) => sum + (op.kind === "vector" ? op.count * (op.actRead + op.actWrite) : 0),
    0,
  );
  return {
    weights: (total.weights * m.weightBits) / 8,
    state: stateStays ? 0 : state,
    kv: ((total.kvRead + total.kvWrite) * m.activationBits) / 8,
    activations: m.foldedUnits ? 0 : (passes * m.activationBits) / 8,
  };
}

function hsaStep(operators: readonly Operator[], m: HsaMachine, rows: number, mode: DecodeMode): HsaStep {
  requireMachine(m);
  let computeCycles = 0;
  for (const op of operators) computeCycles += op.count * operatorCycles(op, m, rows, mode);
  const ema = external(operators, m);
  const emaBytes = ema.weights + ema.state + ema.kv + ema.activations;
  const {flops} = totalCounts(operators);
  const memory = emaBytes / m.dramBytesPerSecond;
  const seconds = Math.max(computeCycles / m.clockHz, memory);
  const onArray = m.foldedUnits ? operators.filter(({kind}) => kind !== "vector") : operators;
  const ideal = Math.max(totalCounts(onArray).flops / 2 / (m.array[0] * m.array[1]) / m.clockHz, memory);
  const joules = ((flops / 2) * m.pjPerMac + emaBytes * m.pjPerDramByte) * 1e-12;
  return {seconds, computeCycles, ema, emaBytes, utilization: ideal / seconds, joules};
}

/** One token of one sequence with `cached` tokens behind it. */
export function hsaDecode(
  model: Model,
  machine: HsaMachine,
  cached: number,
  mode: DecodeMode = "hybrid",
): HsaStep {
  const fused = machine.foldedUnits;
  return hsaStep(buildOperators(model, {...decode(1, cached), fused}), machine, 1, mode);
}

/** A prompt, in chunks that each read the weights once. */
export function hsaPrefill(model: Model, machine: HsaMachine, tokens: number): HsaStep {
  requireInteger("hsa", "tokens", tokens, 1);
  const {chunk, foldedUnits: fused} = machine;
  const steps: HsaStep[] = [];
  for (let cached = 0; cached < tokens; cached += chunk) {
    const step = {...prefill(1, Math.min(chunk, tokens - cached)), cached, fused};
    steps.push(hsaStep(buildOperators(model, step), machine, step.tokens, "hybrid"));
  }
  return steps.reduce(joined);
}

function joined(a: HsaStep, b: HsaStep): HsaStep {
  const seconds = a.seconds + b.seconds;
  return {
    seconds,
    computeCycles: a.computeCycles + b.computeCycles,
    ema: {
      weights: a.ema.weights + b.ema.weights,
      state: a.ema.state + b.ema.state,
      kv: a.ema.kv + b.ema.kv,
      activations: a.ema.activations + b.ema.activations,
    },
    emaBytes: a.emaBytes + b.emaBytes,
    utilization: (a.utilization * a.seconds + b.utilization * b.seconds) / seconds,
    joules: a.joules + b.joules,
  };
}

/** A prompt of `input` tokens and an answer of `output`. The paper's definition of its rate is not verified: both. */
export function hsaScenario(model: Model, machine: HsaMachine, input: number, output: number) {
  requireInteger("hsa", "output", output, 1);
  const read = hsaPrefill(model, machine, input);
  const one = hsaDecode(model, machine, input + Math.floor(output / 2));
  const seconds = read.seconds + output * one.seconds;
  const mm2 = hsaArea(machine);
  return {
    prefill: read,
    decode: one,
    seconds,
    mm2,
    /** All tokens, read and written. */
    tokensPerSecondPerMm2: (input + output) / seconds / mm2,
    /** Written tokens only. */
    outputTokensPerSecondPerMm2: output / seconds / mm2,
    joules: read.joules + output * one.joules,
  };
}
