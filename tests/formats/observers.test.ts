import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  minmaxObserver,
  observe,
  percentileObserver,
  quantizationParameters,
} from "../../src/lib/formats/observers.js";
import {randomStream, shuffled} from "../../src/lib/tensor/random.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {gaussian} from "../quant/helpers.js";

describe("minmaxObserver", () => {
  test("keeps the ends of all batches, and of |x| where symmetric", () => {
    const batches = [tensor([-3, 1]), tensor([2, -1])];
    expect(observe(minmaxObserver({symmetric: false}), batches)).toEqual({
      low: Float32Array.of(-3),
      high: Float32Array.of(2),
    });
    expect(observe(minmaxObserver(), batches).high).toEqual(Float32Array.of(3));
  });

  test("does not care for the order of batches or of values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.float({noNaN: true, noDefaultInfinity: true}), {minLength: 1}), {minLength: 1}),
        fc.boolean(),
        (batches, symmetric) => {
          const stream = randomStream(1, "order");
          const observer = minmaxObserver({symmetric});
          const plain = observe(
            observer,
            batches.map((batch) => tensor(batch)),
          );
          const mixed = observe(
            observer,
            shuffled(batches, stream).map((batch) => tensor(shuffled(batch, stream))),
          );
          expect([...mixed.low, ...mixed.high].map((v) => v + 0)).toEqual(
            [...plain.low, ...plain.high].map((v) => v + 0),
          );
        },
      ),
      {seed: 7},
    );
  });

  test("keeps groups of channels apart", () => {
    const found = observe(minmaxObserver({groupSize: 2}), [tensor([1, -2, 30, 4, -5, 6, 7, -80], [2, 4])]);
    expect(found.high).toEqual(Float32Array.of(6, 80));
  });

  test("gives a tensor of zeros a range that can be divided by", () => {
    const {scale} = quantizationParameters(observe(minmaxObserver(), [tensor([0, 0])]));
    expect(scale[0]).toBe(Math.fround(1e-6));
  });

  test("refuses groups that do not divide a row, NaN, and empty batches", () => {
    const row = tensor([1, 2, 3], [1, 3]);
    expect(() => observe(minmaxObserver({groupSize: 2}), [row])).toThrow(
      "minmaxObserver: groupSize must divide the row length 3, got 2",
    );
    expect(() => observe(minmaxObserver(), [tensor([0, Number.NaN])])).toThrow(
      "minmaxObserver: values must be finite, got NaN at index 1",
    );
    expect(() => observe(minmaxObserver(), [tensor([])])).toThrow("a batch must not be empty");
    expect(() => observe(minmaxObserver(), [])).toThrow(
      "observe: at least one batch must be given, got none",
    );
  });
});

describe("percentileObserver", () => {
  test("interpolates between order statistics: 0 .. 10 at 0.95 is 9.5", () => {
    const batch = tensor([10, -9, 8, 7, 6, 5, 4, 3, -2, 1, 0]);
    expect(observe(percentileObserver({alpha: 0.95}), [batch]).high).toEqual(Float32Array.of(9.5));
  });

  test("takes both tails where asymmetric", () => {
    const batch = tensor(Array.from({length: 101}, (_, i) => i));
    const {low, high} = observe(percentileObserver({alpha: 0.99, symmetric: false}), [batch]);
    expect(low[0]).toBeCloseTo(1, 5);
    expect(high[0]).toBeCloseTo(99, 5);
  });

  test("moves by sigma from the second batch on, so the first counts most", () => {
    const observer = percentileObserver({alpha: 1, sigma: 0.25});
    expect(observe(observer, [tensor([8])]).high[0]).toBe(8);
    expect(observe(observer, [tensor([8]), tensor([16])]).high[0]).toBe(10);
    expect(observe(observer, [tensor([16]), tensor([8])]).high[0]).toBe(14);
  });

  test("alpha 1 and sigma 1 is the largest magnitude of the last batch", () => {
    const observer = percentileObserver({alpha: 1, sigma: 1});
    expect(observe(observer, [tensor([-9, 3]), tensor([2, -5])]).high[0]).toBe(5);
  });

  test("clips an outlier that minmax keeps", () => {
    const batch = gaussian(1, [10_000]);
    batch.data[17] = 1000;
    expect(observe(percentileObserver({alpha: 0.9995}), [batch]).high[0]).toBeLessThan(5);
    expect(observe(minmaxObserver(), [batch]).high[0]).toBe(1000);
  });

  test("refuses options out of range", () => {
    expect(() => percentileObserver({alpha: 0.5})).toThrow("alpha must be above 0.5 and at most 1, got 0.5");
    expect(() => percentileObserver({alpha: Number.NaN})).toThrow(RangeError);
    expect(() => percentileObserver({sigma: 0})).toThrow("sigma must be above 0 and at most 1, got 0");
  });
});

describe("quantizationParameters", () => {
  const range = (low: number, high: number) => ({low: Float32Array.of(low), high: Float32Array.of(high)});

  test("symmetric: the largest magnitude is the largest code", () => {
    const found = quantizationParameters(range(0, 254));
    expect(found).toEqual({scale: Float32Array.of(2), base: Float32Array.of(0), low: -128, high: 127});
  });

  test("asymmetric: both ends are codes and zero is one", () => {
    const {scale, base, low, high} = quantizationParameters(range(-51, 204), {symmetric: false});
    expect([scale[0], base[0], low, high]).toEqual([1, 51, 0, 255]);
  });

  test("a range on one side of zero is widened to it, so that no value is clipped", () => {
    const positive = quantizationParameters(range(4.5, 5.1), {symmetric: false});
    expect([positive.scale[0], positive.base[0]]).toEqual([Math.fround(5.1 / 255), 0]);
    const negative = quantizationParameters(range(-5.1, -4.5), {symmetric: false});
    expect([negative.scale[0], negative.base[0]]).toEqual([Math.fround(5.1 / 255), 255]);
  });

  test("a range taken as it was observed keeps its zero point inside the codes", () => {
    const asObserved = {symmetric: false, zero: "observed"} as const;
    const {scale, base} = quantizationParameters(range(100, 355), asObserved);
    expect([scale[0], base[0]]).toEqual([1, 0]);
    expect(quantizationParameters(range(-200, -100), asObserved).base[0]).toBe(255);
  });

  test("the clip ratio shrinks the scale", () => {
    expect(quantizationParameters(range(0, 254), {clipRatio: 0.5}).scale[0]).toBe(1);
    expect(quantizationParameters(range(-100, 155), {clipRatio: 0.5, symmetric: false}).scale[0]).toBe(0.5);
  });

  test("refuses bits and ratios out of range", () => {
    expect(() => quantizationParameters(range(0, 1), {bits: 1})).toThrow("an integer from 2 to 16, got 1");
    expect(() => quantizationParameters(range(0, 1), {clipRatio: 0})).toThrow("above 0 and at most 1, got 0");
  });
});
