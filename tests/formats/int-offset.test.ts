import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {packedBytes} from "../../src/lib/formats/format.js";
import {intOffset} from "../../src/lib/formats/int-offset.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

const trip = (values: readonly number[], options = {}) => {
  const format = intOffset(options);
  return [...format.decode(format.encode(tensor(values))).data];
};

describe("integers with an offset", () => {
  test("hold the ends of a group and every step between", () => {
    expect(trip([1, 2, 3, 4], {bits: 2, groupSize: 4})).toEqual([1, 2, 3, 4]);
    expect(trip([-3, 0, 1.4, 12], {bits: 4, groupSize: 4})).toEqual([-3, 0, 1, 12]);
  });

  test("hold a group of one value, near 0 and far from it", () => {
    expect(trip([0, 0, 0])).toEqual([0, 0, 0]);
    expect(trip([1000, 1000])).toEqual([1000, 1000]);
    expect(trip([-0.25])).toEqual([-0.25]);
  });

  test("take four and a half bits an element in groups of 64", () => {
    const packed = intOffset().encode(tensor(new Float32Array(128), [1, 128]));
    expect(packedBytes(packed)).toBe((128 * 4.5) / 8);
  });

  test("err by half a step, and by the rounding of scale and offset", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({min: -50, max: 50, noNaN: true}), {minLength: 1, maxLength: 64}),
        (x) => {
          const range = Math.max(...x) - Math.min(...x);
          const size = Math.max(...x.map(Math.abs));
          const got = trip(x);
          // Near 0 scale and offset are multiples of 2^-24: fifteen steps of half of it, and the offset.
          const bound = (range / 15) * 0.5 + (range + size) * 2 ** -10 + 2 ** -21;
          for (const [i, value] of x.entries()) expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });

  test("refuse what is not finite by its index, options out of range, and a missing offset", () => {
    const format = intOffset();
    expect(() => format.encode(tensor([1, Number.NaN]))).toThrow(
      "intOffset: x must be finite, got NaN at index 1",
    );
    expect(() => intOffset({bits: 1})).toThrow("intOffset: bits must be an integer from 2 to 8, got 1");
    const {parts, ...packed} = format.encode(tensor([1, 2]));
    const {offsets: _, ...others} = parts;
    expect(() => format.decode({...packed, parts: others})).toThrow("offsets must hold 2 bytes");
  });
});
