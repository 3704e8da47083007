import {int8Rows, ternaryProduct, wideProduct} from "../../../lib/engine/matmul-free/bit-linear.js";
import {denseOf, signedSums, ternaryMatrix} from "../../../lib/engine/matmul-free/ternary-matrix.js";
import {draws, randomStream} from "../../../lib/tensor/random.js";
import {numberText} from "../../kit/text/number-text.js";
import {numberTable} from "./number-table.js";

/** Weights of the row. */
const WIDTH = 8;

/** The controls of the row by hand. */
export const ternaryRowParams = {
  draw: {
    kind: "integer",
    label: "Numbers drawn",
    help: "Another draw of weights and inputs.",
    min: 1,
    max: 20,
    default: 1,
  },
} as const;

/** One row of a ternary matrix times one input, by additions and by products. */
export interface TernaryRow {
  readonly weights: readonly number[];
  readonly signs: readonly number[];
  readonly codes: readonly number[];
  readonly sum: number;
  readonly output: number;
  readonly dense: number;
  readonly unrounded: number;
}

/** Computes the row with drawn numbers. */
export function ternaryRowOf(draw: number): TernaryRow {
  const stream = randomStream(draw, "by-hand/ternary-row");
  const weight = {shape: [1, WIDTH], data: draws(WIDTH, () => stream.normal() / 2)};
  const x = Float64Array.from({length: WIDTH}, () => stream.normal());
  const matrix = ternaryMatrix(weight);
  const rows = int8Rows(x, WIDTH);
  const rounded = x.map((_, i) => rows.codes[i] / rows.scales[0]);
  return {
    weights: [...weight.data],
    signs: [...denseOf(matrix).map(Math.sign)],
    codes: [...rows.codes],
    sum: signedSums(matrix, rows.codes, 1)[0],
    output: ternaryProduct(matrix, rows)[0],
    dense: wideProduct(rounded, denseOf(matrix), WIDTH)[0],
    unrounded: wideProduct(x, weight.data, WIDTH)[0],
  };
}

/** The row as a table, and both ways to its output. */
export function ternaryRow({draw}: {readonly draw: number}): HTMLElement {
  const {weights, signs, codes, sum, output, dense, unrounded} = ternaryRowOf(draw);
  const sign = (value: number) => (value > 0 ? "+1" : value < 0 ? "−1" : "0");
  const added = signs.filter((value) => value !== 0).length;
  return numberTable({
    question: "How does a row multiply without multiplying?",
    finding: `${added} of ${WIDTH} inputs are added or subtracted, which gives ${numberText(sum)}; two factors make ${numberText(output, 4)} of it. The product of the rounded numbers is ${numberText(dense, 4)}, that of the numbers before ${numberText(unrounded, 4)}.`,
    label: "One row of a ternary matrix and its input",
    head: ["weight", ...weights.map((_, i) => `${i + 1}`)],
    body: [
      ["weight", ...weights.map((value) => numberText(value, 2))],
      ["its sign, or none", ...signs.map(sign)],
      ["input in 8 bits", ...codes.map((value) => numberText(value))],
      ["added", ...codes.map((value, i) => (signs[i] === 0 ? "" : numberText(signs[i] * value)))],
    ],
  });
}
