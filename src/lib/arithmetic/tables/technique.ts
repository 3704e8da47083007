import {type IntOptions, intQuantize} from "../../formats/int.js";
import type {Tensor} from "../../tensor/tensor.js";
import {
  type Arithmetic,
  type ArithmeticRun,
  type ArithmeticSetting,
  productSize,
  settingOf,
} from "../arithmetic.js";
import {bipolarRows} from "../bipolar-rows.js";
import {counted} from "../counts.js";
import {oddInteger, oddScale} from "./odd-integers.js";
import {quantizedTables, type SignTables, signTables, tableDot, tableIndices} from "./sign-tables.js";

/** Rows of odd integers under scales and zero points of their own: (odd - zero) scale. */
interface OddRows {
  readonly codes: ArrayLike<number>;
  readonly scales: Float64Array;
  readonly zeros: Float64Array;
}

/** Weights as unsigned integers with a zero point a row, read as odd ones; of one bit as bipolar integers. */
function oddRows(weights: Tensor, width: number, bits: number): OddRows {
  if (bits === 1) {
    const {codes, scales} = bipolarRows(weights, width, 1);
    return {codes, scales: Float64Array.from(scales), zeros: new Float64Array(scales.length)};
  }
  const options: IntOptions = {bits, scheme: "asym", granularity: "channel"};
  const {codes, scales, zeroPoints} = intQuantize(weights, options);
  const odd = Array.from(scales, (scale, row) => oddScale({scale, zero: zeroPoints?.[row] ?? 0}, bits));
  return {
    codes,
    scales: Float64Array.from(odd, ({scale}) => scale),
    zeros: Float64Array.from(odd, ({zero}) => zero),
  };
}

/** Makes the tables of a token's inputs. */
type TablesOf = (x: Float32Array, setting: ArithmeticSetting) => SignTables;

function tableProduct(
  weights: Tensor,
  inputs: Tensor,
  setting: ArithmeticSetting,
  tablesOf: TablesOf,
): ArithmeticRun {
  const {tokens, outputs, width} = productSize(weights, inputs);
  const {weightBits: bits, tableInputs} = setting;
  const {codes, scales, zeros} = oddRows(weights, width, bits);
  const indices = tableIndices(codes, width, bits, tableInputs);
  const perRow = bits * Math.ceil(width / tableInputs);
  const output = new Float64Array(tokens * outputs);
  let made = 0;
  for (let t = 0; t < tokens; t++) {
    const x = inputs.data.subarray(t * width, (t + 1) * width);
    const tables = tablesOf(x, setting);
    const sum = x.reduce((total, value) => total + value, 0);
    made += tables.additions + width - 1;
    for (let o = 0; o < outputs; o++) {
      const odd = tableDot(tables, indices.subarray(o * perRow, (o + 1) * perRow), bits);
      output[t * outputs + o] = scales[o] * (odd - zeros[o] * sum);
    }
  }
  const results = tokens * outputs;
  const counts = counted({
    lookups: results * perRow,
    additions: made + results * (perRow + 1),
    shifts: results * (bits - 1),
    multiplications: 2 * results,
  });
  const row = (i: number) => Math.floor(i / width);
  const values = Float64Array.from(
    codes,
    (code, i) => scales[row(i)] * (oddInteger(code, bits) - zeros[row(i)]),
  );
  return {output, weights: values, inputs: Float64Array.from(inputs.data), counts};
}

/** Weights' bits choose among sums that were made once for a few inputs: lookups and additions, for any width of a weight. */
export const lookupTables: Arithmetic = {
  id: "lookup-tables",
  label: "T-MAC",
  family: "machine",
  source: "T-MAC, arXiv:2407.00088, section 3",
  weightBits: [1, 8],
  exactness: "rounded",
  product: (weights, inputs, given) =>
    tableProduct(weights, inputs, settingOf(given), (x, {tableInputs}) => signTables(x, tableInputs, false)),
};

/** Tables of half the entries, since the other half mirrors them, in bytes: what a circuit of lookups holds. */
export const mirroredTables: Arithmetic = {
  id: "mirrored-tables",
  label: "LUT Tensor Core",
  family: "machine",
  source: "LUT Tensor Core, arXiv:2408.06003, section 3.1",
  weightBits: [1, 8],
  exactness: "approximate",
  product: (weights, inputs, given) =>
    tableProduct(weights, inputs, settingOf(given), (x, {tableInputs}) =>
      quantizedTables(signTables(x, tableInputs, true)),
    ),
};
