import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {silvermanBandwidth, smoothedDensity} from "../../src/lib/regress/density.js";

const samples = fc.array(fc.double({min: -5, max: 5, noNaN: true}), {minLength: 1, maxLength: 20});
const bandwidths = fc.double({min: 0.05, max: 2, noNaN: true});

describe("a smoothed density", () => {
  test("integrates to one and is never negative", () => {
    fc.assert(
      fc.property(samples, bandwidths, (values, bandwidth) => {
        const density = smoothedDensity(values, bandwidth);
        const step = bandwidth / 8;
        const reach = 5 + 8 * bandwidth;
        let sum = 0;
        for (let x = -reach; x <= reach; x += step) {
          expect(density(x)).toBeGreaterThanOrEqual(0);
          sum += step * density(x);
        }
        expect(sum).toBeCloseTo(1, 6);
      }),
      {seed: 2, numRuns: 20},
    );
  });

  test("of one sample is the normal curve around it", () => {
    const density = smoothedDensity([3], 2);
    expect(density(3)).toBeCloseTo(1 / (2 * Math.sqrt(2 * Math.PI)), 12);
    expect(density(5)).toBeCloseTo(density(3) * Math.exp(-0.5), 12);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses the bandwidth %s", (bandwidth) => {
    expect(() => smoothedDensity([1], bandwidth)).toThrow("smoothedDensity: bandwidth must be above 0");
  });

  test("refuses no samples", () => {
    expect(() => smoothedDensity([], 1)).toThrow("samples must be at least one");
  });
});

describe("Silverman's bandwidth", () => {
  test("is in the samples' unit, whatever stands in their middle", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: -9, max: 9})), fc.integer({min: 1, max: 9}), (values, scale) => {
        const all = [...values, 1, 2, 4];
        const scaled = all.map((value) => 7 + scale * value);
        expect(silvermanBandwidth(scaled)).toBeCloseTo(scale * silvermanBandwidth(all), 9);
      }),
      {seed: 3},
    );
  });

  test("takes the spread of the middle where a wild sample widens the whole", () => {
    const values = [0, 1, 2, 3, 4, 5, 6, 7];
    const range = (5.25 - 1.75) / 1.34;
    expect(silvermanBandwidth([...values.slice(0, 7), 1e9])).toBeCloseTo(0.9 * range * 8 ** -0.2, 9);
    expect(silvermanBandwidth([1, 1, 1, 1, 1, 5])).toBeGreaterThan(0);
    expect(silvermanBandwidth([2, 2, 2])).toBe(0);
    expect(() => silvermanBandwidth([2])).toThrow("samples must be at least two");
  });
});
