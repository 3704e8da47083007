import fc from "fast-check";
import {expect, test} from "vitest";
import type {Format} from "../../../src/lib/formats/format.js";
import {bitsPerElement} from "../../../src/lib/formats/pack.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {binary, ternary} from "../../../src/lib/formats/sign/sign-formats.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(3, "rows of weights");
const rows = tensor(
  draws(64 * 4096, () => stream.normal()),
  [64, 4096],
);
const relativeMse = (format: Format) =>
  tensorError(rows.data, format.decode(format.encode(rows)).data).relativeMse;

test.each([
  [binary(), 1 - 2 / Math.PI],
  [ternary(), 0.1996],
  [ternary({rule: "survivors"}), 0.1918],
  [ternary({rule: "mean"}), 0.2636],
])("normal rows lose what the rule leaves of them", (format, published) => {
  expect(relativeMse(format)).toBeCloseTo(published, 2);
});

test("a row is its mean magnitude times signs, and zero counts as plus", () => {
  const w = tensor([1, -2, 0, 5, -1, -1, -1, -1], [2, 4]);
  expect([...binary().decode(binary().encode(w)).data]).toEqual([2, -2, 2, 2, -1, -1, -1, -1]);
});

test("ternary weights are zero up to two thirds of the mean, the tie included", () => {
  const w = tensor([3, -3, 2, -2, 2.25, 6, 0, -5.75], [1, 8]);
  const mean = w.data.reduce((sum, v) => sum + Math.abs(v), 0) / 8;
  expect(mean).toBe(3);
  const scale = Math.fround((4 * mean) / 3);
  expect([...ternary().decode(ternary().encode(w)).data]).toEqual(
    [1, -1, 0, 0, 1, 1, 0, -1].map((v) => (v === 0 ? 0 : v * scale)),
  );
});

test("no scale of a sign matrix is nearer than the mean magnitude", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: -50, max: 50}), {minLength: 1, maxLength: 40}),
      fc.double({min: 0.5, max: 2, noNaN: true}),
      (values, factor) => {
        const x = Float64Array.from(values);
        const {data} = binary().decode(binary().encode(tensor(values)));
        const loss = (times: number) => x.reduce((sum, v, i) => sum + (v - times * data[i]) ** 2, 0);
        expect(loss(1)).toBeLessThanOrEqual(loss(factor) * (1 + 1e-6) + 1e-6);
      },
    ),
  );
});

test("sizes: a bit or two, and 32 bits a row", () => {
  expect(bitsPerElement(binary().encode(rows))).toBe(1 + 32 / 4096);
  expect(bitsPerElement(ternary().encode(rows))).toBe(2 + 32 / 4096);
  expect(bitsPerElement(ternary({granularity: "group"}).encode(rows))).toBe(2 + 16 / 128);
});

test("ids name what is not the default, and those of papers are in the registry", () => {
  expect(ternary({granularity: "group", groupSize: 64}).id).toBe("ternary_g64");
  expect(binary({granularity: "tensor"}).id).toBe("binary_tensor");
  for (const id of ["binary", "ternary", "ternary_mean", "ternary_survivors"]) {
    expect(formatById(id).id).toBe(id);
  }
});

test("a rule that there is not is refused", () => {
  expect(() => ternary({rule: "median" as never})).toThrow(
    "ternary: rule must be one of four-thirds, mean, survivors, got median",
  );
  expect(() => binary().encode(tensor([1, Number.NaN]))).toThrow("got NaN at index 1");
});
