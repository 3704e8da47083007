import {describe, expect, test} from "vitest";
import {decodeValue} from "../../../src/lib/formats/cast.js";
import {e3m2, f16} from "../../../src/lib/formats/element.js";
import {scaledFloat} from "../../../src/lib/formats/float/float-scaled.js";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {placedBits, SHIFT_FACTOR, SHIFTED_VALUES} from "../../../src/lib/formats/fp6/bit-shift.js";
import {fp6} from "../../../src/lib/formats/fp6/fp6.js";
import {FP6_SPLITS, joinCodes, splitCodes, splitLengths} from "../../../src/lib/formats/fp6/split.js";
import {tensorError} from "../../../src/lib/tensor/error.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(3, "fp6");

describe("the bit shift", () => {
  test("places s eee mm as s 00eee mm00000000", () => {
    expect(placedBits(0b110111).toString(2)).toBe("1001011100000000");
    expect(placedBits(0b000001).toString(2)).toBe("100000000");
  });

  test("gives the value of the table for each of the 64 codes, subnormals and both zeros included", () => {
    expect([...SHIFTED_VALUES]).toEqual([...e3m2.values]);
    for (let code = 0; code < 64; code++) {
      expect(Object.is(decodeValue(f16, placedBits(code)) * SHIFT_FACTOR, e3m2.values[code])).toBe(true);
    }
  });
});

describe.each(FP6_SPLITS)("the split %s", (split) => {
  test("comes back for every length", () => {
    for (let count = 0; count < 40; count++) {
      const codes = Uint8Array.from({length: count}, () => stream.integer(64));
      const parts = splitCodes(codes, split);
      expect(parts.upper.length + parts.lower.length).toBe(
        splitLengths(count, split).upper + splitLengths(count, split).lower,
      );
      expect(joinCodes(parts, split, count)).toEqual(codes);
    }
  });

  test("takes six bits an element and a scale a row, and has the values of codes that cross words", () => {
    const x = tensor(draws(16 * 64, stream.normal), [16, 64]);
    const format = fp6({split});
    const packed = format.encode(x);
    expect(packedBytes(packed)).toBe((16 * 64 * 6) / 8 + 16 * 4);
    const whole = scaledFloat({element: e3m2, granularity: "channel"});
    expect(format.decode(packed)).toEqual(whole.decode(whole.encode(x)));
  });
});

test("where the bits of a code go", () => {
  const codes = Uint8Array.of(0b110111, 0b000001);
  expect(splitCodes(codes, "4+2")).toEqual({upper: Uint8Array.of(0b00001101), lower: Uint8Array.of(0b0111)});
  expect(splitCodes(codes, "2+4")).toEqual({upper: Uint8Array.of(0b0011), lower: Uint8Array.of(0b00010111)});
});

test.each([
  [32, 0.00229],
  [256, 0.0027],
])("the error of normal values in groups of %i is %f", (groupSize, wanted) => {
  const format = fp6({groupSize, scaleType: "f32"});
  const x = tensor(draws(2 ** 18, stream.normal));
  const {mse} = tensorError(x.data, format.decode(format.encode(x)).data);
  // A sample of 2^18 agrees within about 1 %, the number is rounded to its last digit.
  expect(Math.abs(mse / wanted - 1)).toBeLessThan(0.015);
});

test("refuses a split that it does not have, a missing stream and what is not finite", () => {
  expect(() => fp6({split: "3+3" as "4+2"})).toThrow("fp6: split must be one of 4+2, 2+4, got 3+3");
  expect(() => fp6().encode(tensor([Number.NaN]))).toThrow("fp6_4p2: x must be finite, got NaN at index 0");
  const packed = fp6().encode(tensor([1, 2, 3]));
  expect(() => fp6().decode({...packed, parts: {...packed.parts, lower: new Uint8Array(5)}})).toThrow(
    "fp6_4p2.decode: lower must hold 1 bytes",
  );
});

test("holds the largest and the smallest numbers", () => {
  const x = tensor([3.4e38, -3.4e38, 1e-45, 0]);
  const back = fp6().decode(fp6().encode(x)).data;
  expect([...back].every(Number.isFinite)).toBe(true);
  expect(Math.abs(back[0] / 3.4e38 - 1)).toBeLessThan(1e-6);
});
