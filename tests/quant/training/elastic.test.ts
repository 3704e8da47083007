import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {elastic, elasticGradients, elasticStart} from "../../../src/lib/quant/training/elastic.js";

interface Vector {
  readonly bits: 1 | 2;
  readonly isSigned: boolean;
  readonly x: number[];
  readonly grad: number[];
  readonly scale: number;
  readonly values: number[];
  readonly xGrad: number[];
  readonly scaleGrad: number;
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL("elastic.json", import.meta.url), "utf8"));
const floats = (values: readonly number[]) => Float32Array.from(values);

test.each(vectors)(
  "$bits bits, signed $isSigned: values and gradients are those of the training code",
  (vector) => {
    const [x, grad] = [floats(vector.x), floats(vector.grad)];
    expect(elasticStart(x, vector)).toBeCloseTo(vector.scale, 5);
    const {values} = elastic(x, vector.scale, vector);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(vector.values[i], 5);
    const found = elasticGradients(grad, x, vector.scale, vector);
    expect([...found.x].map((value) => value + 0)).toEqual(
      vector.xGrad.map((value) => Math.fround(value) + 0),
    );
    expect(found.scale).toBeCloseTo(vector.scaleGrad, 4);
  },
);

test("a sign has no zero, and three levels have one", () => {
  const zeros = Float32Array.of(0, -0, 0.4, -0.6);
  expect([...elastic(zeros, 1, {bits: 1, isSigned: true}).levels]).toEqual([1, 1, 1, -1]);
  expect([...elastic(zeros, 1, {bits: 2, isSigned: true}).levels]).toEqual([0, 0, 0, -1]);
});

test("what is never negative has levels from its least value on", () => {
  const shares = Float32Array.of(0.25, 0.5, 1, 0.3);
  expect([...elastic(shares, 0.25, {bits: 2, isSigned: false}).values]).toEqual([0.25, 0.5, 0.75, 0.25]);
});

test("a scale of 0 is refused", () => {
  expect(() => elastic(Float32Array.of(1), 0, {bits: 1, isSigned: true})).toThrow(
    "scale must be above 0, got 0",
  );
});
