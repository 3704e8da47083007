/** A linear layer of integers from its input codes to its output codes, and the same layer simulated in floats. */
import {applySwitches, type FittedLevels, fitSwitches} from "../../formats/switches/quantize-switched.js";
import {requireLength} from "../../tensor/require.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {type Dyadic, dyadicOf, requantize} from "./dyadic.js";

/** A layer whose inputs and outputs have one static scale each, and its weights one a row. */
export interface IntegerLinear {
  readonly inputs: number;
  readonly outputs: number;
  /** Integers of the weights, row by row. */
  readonly weights: Int8Array;
  /** Integers of the bias at the step of the sums, input scale times weight scale. */
  readonly bias: Int32Array;
  /** From a sum to an output code, row by row: input scale times weight scale over output scale. */
  readonly factors: readonly Dyadic[];
  readonly input: FittedLevels;
  readonly output: FittedLevels;
  /** Weights as they are stored, in floats. */
  readonly stored: Tensor;
}

/** Weights of a layer, and values to fit its ranges to. */
export interface IntegerLinearOptions {
  /** Weights [out, in]. */
  readonly weight: Tensor;
  readonly bias?: Float32Array;
  /** Inputs [tokens, in] and outputs [tokens, out] that the static ranges are fitted to. */
  readonly seen: {readonly inputs: Tensor; readonly outputs: Tensor};
  /** Bits of inputs and outputs, 2 to 8; default 8. */
  readonly bits?: number;
  /** Bits of weights, 2 to 8; default 8. */
  readonly weightBits?: number;
}

/** Longest rows whose sums cannot leave 32 bits: 2^31 / (255 * 127). */
const LONGEST = Math.floor(2 ** 31 / (255 * 127));

/** Steps of a bias in one of the output. */
const FINE = 256;

function biasCode(steps: number): number {
  const code = Math.round(steps);
  if (Math.abs(code) < 2 ** 31) return code;
  throw new RangeError(`integerLinear: bias must have less than 2^31 steps of the sums, got ${steps}`);
}

const zeroOf = ({grid}: FittedLevels): number => grid.zeroPoints![0];
const scaleOf = ({grid}: FittedLevels): number => grid.scales[0];

/**
 * Makes a layer of integers: asymmetric inputs and outputs with static ranges, symmetric weights with a scale for each row.
 * @throws RangeError if shapes do not fit, rows are too long for 32-bit sums, or a value is not finite.
 */
export function integerLinear({
  weight,
  bias,
  seen,
  bits = 8,
  weightBits = 8,
}: IntegerLinearOptions): IntegerLinear {
  const {rows: outputs, columns: inputs} = matrixSize(weight);
  if (inputs > LONGEST)
    throw new RangeError(`integerLinear: weight must have at most ${LONGEST} columns, got ${inputs}`);
  if (bias) requireLength("integerLinear", "bias", bias, outputs);
  const input = fitSwitches(seen.inputs, {bits, levels: "asymmetric"});
  const output = fitSwitches(seen.outputs, {bits, levels: "asymmetric"});
  const fitted = fitSwitches(weight, {bits: weightBits, granularity: "channel"});
  const {codes, values} = applySwitches(weight, fitted);
  const {scales} = fitted.grid;
  const isZero = (row: number) =>
    values.data.subarray(row * inputs, (row + 1) * inputs).every((value) => value === 0);
  // A row of zeros has no step of its own: its bias takes a fine one.
  const step = (row: number) => (isZero(row) ? scaleOf(output) / FINE : scaleOf(input) * scales[row]);
  const steps = Float64Array.from({length: outputs}, (_, row) => step(row));
  return {
    inputs,
    outputs,
    weights: Int8Array.from(codes, (code) => code - 2 ** (weightBits - 1)),
    bias: Int32Array.from(steps, (step, row) => biasCode((bias?.[row] ?? 0) / step)),
    factors: Array.from(steps, (step) => dyadicOf(step / scaleOf(output))),
    input,
    output,
    stored: values,
  };
}

const clamped = (code: number, bits: number): number => Math.min(Math.max(code, 0), 2 ** bits - 1);

/**
 * Output codes [tokens, out] by integers alone: products and sums of codes, the zero point of the input taken off, and one
 * multiplication by a dyadic number. They are those of {@link runSimulated} or one off where each factor is below 2.
 * (arXiv 1712.05877, section 2.3)
 * @throws RangeError if x has other columns than the layer, or naming the index of a NaN or infinity.
 */
export function runIntegers(x: Tensor, layer: IntegerLinear): Uint8Array {
  const {rows} = matrixSize(x);
  const {inputs, outputs, weights, bias, factors, input, output} = layer;
  requireLength("runIntegers", "x", x.data, rows * inputs);
  const {codes} = applySwitches(x, input);
  const zero = zeroOf(input);
  const {bits} = output.switches;
  const found = new Uint8Array(rows * outputs);
  for (let token = 0; token < rows; token++) {
    for (let row = 0; row < outputs; row++) {
      let sum = bias[row];
      for (let i = 0; i < inputs; i++)
        sum = (sum + (codes[token * inputs + i] - zero) * weights[row * inputs + i]) | 0;
      found[token * outputs + row] = clamped(requantize(sum, factors[row]) + zeroOf(output), bits);
    }
  }
  return found;
}

/**
 * Output codes of the same layer simulated: inputs and weights rounded and back in floats, the product in float64, the bias
 * as it is, and the result rounded to the output's levels.
 * @throws RangeError as {@link runIntegers}.
 */
export function runSimulated(x: Tensor, layer: IntegerLinear, bias?: Float32Array): Uint8Array {
  const {rows} = matrixSize(x);
  const {inputs, outputs, stored, input, output} = layer;
  requireLength("runSimulated", "x", x.data, rows * inputs);
  const rounded = applySwitches(x, input).values.data;
  const y = new Float32Array(rows * outputs);
  for (let token = 0; token < rows; token++) {
    for (let row = 0; row < outputs; row++) {
      let sum = bias?.[row] ?? 0;
      for (let i = 0; i < inputs; i++) sum += rounded[token * inputs + i] * stored.data[row * inputs + i];
      y[token * outputs + row] = sum;
    }
  }
  return applySwitches({shape: [rows, outputs], data: y}, output).codes;
}
