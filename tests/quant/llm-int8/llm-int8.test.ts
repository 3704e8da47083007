import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {int} from "../../../src/lib/formats/int.js";
import {int8Rows, outlierColumns} from "../../../src/lib/formats/llm-int8/decompose.js";
import {llmInt8Inputs} from "../../../src/lib/formats/llm-int8/llm-int8-inputs.js";
import {LONGEST_EXACT, llmInt8Product} from "../../../src/lib/quant/llm-int8/product.js";
import {linear} from "../../../src/lib/tensor/dense.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {gaussian} from "../helpers.js";

const x = gaussian(1, [5, 48]);
const w = gaussian(2, [7, 48]);
/** Columns 3 and 20 hold outliers. */
const wide = tensor(
  x.data.map((value, i) => (i % 48 === 3 || i % 48 === 20 ? 40 * value : value)),
  [5, 48],
);

describe("outlier columns", () => {
  test("are those with a magnitude of the threshold or more in any row", () => {
    const values = tensor([1, -6, 5.99, 0, 2, 0, 6.5, 0], [2, 4]);
    expect([...outlierColumns(values, 6)]).toEqual([1, 2]);
    expect([...outlierColumns(values, 6.5)]).toEqual([2]);
    expect([...outlierColumns(values, 100)]).toEqual([]);
    expect([...outlierColumns(values, 0)]).toEqual([]);
  });

  test("refuse a threshold below 0", () => {
    expect(() => outlierColumns(x, -1)).toThrow("outlierColumns: threshold must be");
  });
});

describe("rows in 8 bits", () => {
  test("have codes of ±127, and scale 1 where all is zero", () => {
    const {codes, scales} = int8Rows(tensor([2, -1, 0.5, 0, 0, 0], [2, 3]));
    expect([...codes]).toEqual([127, -64, 32, 0, 0, 0]);
    expect([...scales]).toEqual([2, 1]);
  });
});

describe("the product", () => {
  test("without an outlier is vector-wise int8 to the last bit", () => {
    expect(x.data.every((value) => Math.abs(value) < 6)).toBe(true);
    expect(llmInt8Product(x, w).y).toEqual(llmInt8Product(x, w, {threshold: 0}).y);
    expect([...llmInt8Product(x, w).columns]).toEqual([]);
  });

  test("is the sum of integers times both scales over 127 squared", () => {
    const [xq, wq] = [int8Rows(x), int8Rows(w)];
    const {y} = llmInt8Product(x, w);
    for (let t = 0; t < 5; t++) {
      for (let k = 0; k < 7; k++) {
        let sum = 0n;
        for (let j = 0; j < 48; j++) sum += BigInt(xq.codes[t * 48 + j]) * BigInt(wq.codes[k * 48 + j]);
        expect(y.data[t * 7 + k]).toBe(Math.fround((Number(sum) * xq.scales[t] * wq.scales[k]) / 16129));
      }
    }
  });

  test("with all columns as outliers and exact weights is the product of floats", () => {
    const {y, columns} = llmInt8Product(x, w, {threshold: 1e-9, outlierWeights: "exact"});
    expect(columns.length).toBe(48);
    // Sums of 48 products in float64, rounded once on both sides.
    expect(y.data).toEqual(linear(x.data, w.data, 48, null));
  });

  test("errs far less than plain int8 where columns hold outliers, and stored weights cost a little", () => {
    const exact = linear(wide.data, w.data, 48, null);
    const error = (options: Parameters<typeof llmInt8Product>[2]) =>
      llmInt8Product(wide, w, options).y.data.reduce((sum, y, i) => sum + (y - exact[i]) ** 2, 0);
    expect([...llmInt8Product(wide, w).columns]).toEqual([3, 20]);
    expect(error({})).toBeLessThan(error({threshold: 0}) / 3);
    expect(error({outlierWeights: "exact"})).toBeLessThan(error({}));
  });

  test("sums integers exactly up to the longest rows, and refuses longer ones", () => {
    expect(LONGEST_EXACT).toBe(133_144);
    const ones = tensor(new Float32Array(LONGEST_EXACT).fill(1), [1, LONGEST_EXACT]);
    expect(llmInt8Product(ones, ones).y.data[0]).toBe(LONGEST_EXACT);
    const longer = tensor(new Float32Array(LONGEST_EXACT + 1), [1, LONGEST_EXACT + 1]);
    expect(() => llmInt8Product(longer, longer)).toThrow("rows must hold at most 133144 values, got 133145");
    expect(() => llmInt8Product(x, gaussian(1, [2, 3]))).toThrow("w must have the 48 columns of x, got 3");
  });

  test("of zeros is zeros", () => {
    const zeros = tensor(new Float32Array(96), [2, 48]);
    expect(llmInt8Product(zeros, w).y.data.every((value) => value === 0)).toBe(true);
    expect(
      llmInt8Product(x, tensor(new Float32Array(48), [1, 48])).y.data.every((value) => value === 0),
    ).toBe(true);
  });
});

describe("packed inputs", () => {
  const format = llmInt8Inputs();

  test("take a byte a value, a scale a row, and two bytes for each value of an outlier's column", () => {
    expect(packedBytes(format.encode(x))).toBe(5 * 48 + 5 * 4);
    expect(packedBytes(format.encode(wide))).toBe(5 * 48 + 5 * 4 + 2 * (4 + 5 * 2));
  });

  test("come back as the product has them", () => {
    const back = format.decode(format.encode(wide));
    for (const i of [3, 20, 51]) expect(Math.abs(back.data[i] / wide.data[i] - 1)).toBeLessThan(2 ** -11);
    const product = llmInt8Product(wide, w).y.data;
    const int8 = int({bits: 8, granularity: "channel"});
    const again = linear(back.data, int8.decode(int8.encode(w)).data, 48, null);
    for (const [i, y] of product.entries()) expect(again[i]).toBeCloseTo(y, 1);
  });

  test("hold any finite values", () => {
    fc.assert(
      fc.property(fc.array(fc.float({noNaN: true, noDefaultInfinity: true}), {maxLength: 20}), (values) => {
        const back = format.decode(format.encode(tensor(values))).data;
        expect(back.length).toBe(values.length);
        expect(back.every(Number.isFinite)).toBe(true);
      }),
      {seed: 1, numRuns: 100},
    );
    expect(() => format.encode(tensor([Number.NaN]))).toThrow("llm_int8_inputs: x must be finite");
  });
});
