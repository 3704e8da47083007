import {describe, expect, test} from "vitest";
import {lloydMax} from "../../../src/lib/formats/switches/lloyd-max.js";
import {quantizeSwitched} from "../../../src/lib/formats/switches/quantize-switched.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const {normal} = randomStream(4, "Lloyd-Max");
const x = tensor(draws(2 ** 15, normal), [2 ** 15]);

describe("lloydMax", () => {
  // Max 1960, table I; for 4 bits to more digits.
  test.each([
    [1, 0.3634],
    [2, 0.1175],
    [3, 0.03455],
    [4, 0.0095],
  ])("has the error of the optimum for a normal law at %i bits", (bits, mse) => {
    const found = tensorError(x.data, quantizeSwitched(x, {bits, levels: "lloyd"}).values.data).mse;
    expect(Math.abs(found / mse - 1)).toBeLessThan(0.02);
  });

  test("has levels of the optimum for a normal law at 2 bits", () => {
    const levels = lloydMax(x.data, 4);
    [-1.51, -0.4528, 0.4528, 1.51].forEach((level, i) => {
      expect(Math.abs(levels[i] - level)).toBeLessThan(0.02);
    });
  });

  test("keeps few different values exactly, gives a mean for one level, zeros for nothing", () => {
    const few = Float32Array.of(3, -1, 3, 3, -1, 7, 7);
    const levels = lloydMax(few, 16);
    expect([...levels]).toEqual([...levels].sort((a, b) => a - b));
    for (const value of few) expect(levels).toContain(value);
    expect([...lloydMax(Float32Array.of(1, 2, 6), 1)]).toEqual([3]);
    expect([...lloydMax(new Float32Array(0), 2)]).toEqual([0, 0]);
    expect(() => lloydMax(few, 0)).toThrow(/count/);
  });

  test("has no larger error than even levels over the same range, where tails are long", () => {
    const stream = randomStream(6, "tails");
    const tails = tensor(
      draws(2000, () => stream.studentT(2)),
      [2000],
    );
    for (const bits of [2, 4, 6, 8]) {
      const error = (levels: "lloyd" | "asymmetric") =>
        tensorError(tails.data, quantizeSwitched(tails, {bits, levels}).values.data).mse;
      expect(error("lloyd")).toBeLessThan(error("asymmetric"));
    }
  });
});
