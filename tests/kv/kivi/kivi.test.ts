import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  kiviBitsPerValue,
  kiviBytes,
  kiviDequantize,
  kiviGroups,
  kiviQuantize,
  kiviValues,
} from "../../../src/lib/kv/kivi/kivi.js";
import {normals, relativeSquare} from "../random.js";

const AXES = ["tokens", "channels"] as const;

describe.each(AXES)("kivi along %s", (axis) => {
  test("errs by half a step at most, for any size", () => {
    fc.assert(
      fc.property(
        fc.record({
          tokens: fc.integer({min: 1, max: 20}),
          channels: fc.integer({min: 1, max: 20}),
          bits: fc.integer({min: 1, max: 8}),
          groupSize: fc.integer({min: 1, max: 9}),
          seed: fc.nat(999),
        }),
        ({tokens, channels, bits, groupSize, seed}) => {
          const x = normals(seed, tokens * channels);
          const block = kiviQuantize(x, channels, axis, {bits, groupSize, scaleType: "f32"});
          const range = Math.max(...x) - Math.min(...x);
          kiviDequantize(block).forEach((value, i) => {
            expect(Math.abs(value - x[i])).toBeLessThanOrEqual((range / (2 ** bits - 1)) * 0.5001 + 1e-6);
          });
        },
      ),
      {numRuns: 40, seed: 7},
    );
  });

  test("leaves a constant group as it is", () => {
    const x = new Float32Array(24).fill(-3.5);
    expect(kiviDequantize(kiviQuantize(x, 6, axis, {groupSize: 4}))).toEqual(x);
    expect(kiviDequantize(kiviQuantize(new Float32Array(24), 6, axis))).toEqual(new Float32Array(24));
  });

  test("takes no tokens", () => {
    const block = kiviQuantize(new Float32Array(0), 6, axis);
    expect(kiviBytes(block)).toBe(0);
    expect(kiviDequantize(block)).toHaveLength(0);
  });

  test("holds 3 bits a value at 2 bits in groups of 32", () => {
    const block = kiviQuantize(normals(1, 64 * 96), 96, axis);
    expect(kiviBytes(block)).toBe((64 * 96 * 3) / 8);
    expect(kiviBitsPerValue()).toBe(3);
    expect(kiviBitsPerValue({bits: 4, groupSize: 32, scaleType: "f32"})).toBe(6);
  });
});

test("ties go to the even code", () => {
  // Range 0 to 3 in 2 bits: a step of 1.
  const {codes, scales, minima} = kiviGroups(Float32Array.of(0, 0.5, 1.5, 2.5, 3), 5, {scaleType: "f32"});
  expect([...codes]).toEqual([0, 0, 2, 2, 3]);
  expect([...scales, ...minima]).toEqual([1, 0]);
  expect([...kiviValues({codes, scales, minima}, 5, 32)]).toEqual([0, 0, 2, 2, 3]);
});

test("per channel, keys that repeat a vector are exact; per token they are not", () => {
  const vector = normals(2, 16);
  const x = Float32Array.from({length: 32 * 16}, (_, i) => vector[i % 16]);
  const [channelwise, tokenwise] = AXES.map((axis) =>
    kiviDequantize(kiviQuantize(x, 16, axis, {scaleType: "f32"})),
  );
  expect(channelwise).toEqual(x);
  expect(relativeSquare(x, tokenwise)).toBeGreaterThan(1e-3);
});

test("an outlier channel destroys groups along channels and not those along tokens", () => {
  const x = normals(3, 64 * 32).map((value, i) => (i % 32 === 5 ? 100 * value : value));
  const others = (y: Float32Array) => y.filter((_, i) => i % 32 !== 5);
  const error = (axis: (typeof AXES)[number]) =>
    relativeSquare(others(x), others(kiviDequantize(kiviQuantize(x, 32, axis, {bits: 4}))));
  expect(error("tokens")).toBeLessThan(0.01);
  expect(error("channels")).toBeGreaterThan(0.5);
});

test.each([
  [{bits: 0}, /bits must be an integer from 1 to 8, got 0$/],
  [{bits: 9}, /bits must be an integer from 1 to 8, got 9$/],
  [{groupSize: 0}, /groupSize must be an integer of at least 1, got 0$/],
])("refuses %o", (options, message) => {
  expect(() => kiviQuantize(normals(1, 8), 4, "tokens", options)).toThrow(message);
});

test("refuses values that are not finite, and parts of a token", () => {
  expect(() => kiviQuantize(Float32Array.of(1, Number.POSITIVE_INFINITY), 1, "channels")).toThrow(
    /x must be finite, got Infinity at index 1$/,
  );
  expect(() => kiviQuantize(normals(1, 7), 4, "tokens")).toThrow(/whole tokens of 4 values, got 7$/);
});
