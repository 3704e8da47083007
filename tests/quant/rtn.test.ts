import {expect, test} from "vitest";
import {mxfp4, mxint8} from "../../src/lib/formats/mx/mx.js";
import {roundToNearest} from "../../src/lib/quant/rtn.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {gaussian, meanSquare} from "./helpers.js";

test("gives the packed weight and exactly what it decodes to", () => {
  const {packed, weight} = roundToNearest(gaussian(1, [5, 48]), mxfp4);
  expect(packed.format).toBe("mxfp4");
  expect(weight).toEqual(mxfp4.decode(packed));
  expect(weight.shape).toEqual([5, 48]);
});

test("leaves a weight alone that the format holds exactly", () => {
  const w = tensor([6, -3, 0.5, 0, 1.5, -4, 2, 1], [1, 8]);
  expect(roundToNearest(w, mxfp4).weight.data).toEqual(w.data);
});

test("errs less with more bits", () => {
  const w = gaussian(2, [16, 64]);
  const error = (format: typeof mxfp4) => meanSquare(roundToNearest(w, format).weight.data, w.data);
  expect(error(mxint8)).toBeLessThan(error(mxfp4) / 100);
});

test("takes an empty weight", () => {
  expect(roundToNearest(tensor([], [0, 32]), mxfp4).weight.data).toHaveLength(0);
});
