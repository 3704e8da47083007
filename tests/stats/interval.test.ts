import {describe, expect, test} from "vitest";
import {bootstrap} from "../../src/lib/stats/bootstrap.js";
import {
  influenceInterval,
  normalInterval,
  scaleInterval,
  studentHalfWidth,
  studentInterval,
  Z95,
} from "../../src/lib/stats/interval.js";
import {estimateMean, mean} from "../../src/lib/stats/moments.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** Samples of `size` normal values around 0. */
function samples(count: number, size: number, seed: number): Float64Array[] {
  const stream = randomStream(seed, "interval test");
  return Array.from({length: count}, () => Float64Array.from({length: size}, () => stream.normal()));
}

const holdsZero = ({low, high}: {low: number; high: number}) => low <= 0 && 0 <= high;

describe("studentInterval", () => {
  test("of 1, 2, 3 is 2 ± 4.303 / sqrt(3)", () => {
    const {value, low, high} = studentInterval(estimateMean([1, 2, 3]), 3);
    expect(value).toBe(2);
    expect(high - value).toBeCloseTo(4.30265272974946 / Math.sqrt(3), 10);
    expect(value - low).toBeCloseTo(high - value, 12);
  });

  test("holds the truth in 95 of 100 samples of four; the normal law is too sure of itself", () => {
    const all = samples(2000, 4, 1);
    const share = (of: (values: Float64Array) => {low: number; high: number}) =>
      all.filter((values) => holdsZero(of(values))).length / all.length;
    // Three standard deviations of a share of 2000 at 0.95 are 0.0146.
    expect(Math.abs(share((values) => studentInterval(estimateMean(values), 4)) - 0.95)).toBeLessThan(0.0146);
    expect(share((values) => normalInterval(estimateMean(values)))).toBeLessThan(0.9);
  });

  test("has no known width from one value, and narrows to the normal one", () => {
    expect(studentHalfWidth(1, 1)).toBeNaN();
    expect(studentHalfWidth(1, 100_001)).toBeCloseTo(Z95, 4);
    expect(studentHalfWidth(1, 5, 0.99)).toBeGreaterThan(studentHalfWidth(1, 5, 0.9));
  });
});

test("influenceInterval of a mean from its own values is Student's interval, from six values on", () => {
  const [values] = samples(1, 6, 2);
  expect(influenceInterval(mean(values), values)).toMatchObject(studentInterval(estimateMean(values), 6));
  expect(influenceInterval(1, values.subarray(1)).high).toBeNaN();
});

test("scaleInterval changes the unit", () => {
  expect(scaleInterval({value: 0.5, low: 0.25, high: 1}, 100)).toEqual({value: 50, low: 25, high: 100});
});

describe("bootstrap", () => {
  const meanOf = (values: Float64Array) => (indices: Int32Array) =>
    mean(Float64Array.from(indices, (i) => values[i]));

  test("agrees with the normal interval of a mean, within a tenth of its width", () => {
    const [values] = samples(1, 200, 3);
    const expected = normalInterval(estimateMean(values));
    const {value, low, high} = bootstrap(values.length, meanOf(values));
    expect(value).toBeCloseTo(expected.value, 12);
    const width = expected.high - expected.low;
    expect(Math.abs(low - expected.low)).toBeLessThan(width / 10);
    expect(Math.abs(high - expected.high)).toBeLessThan(width / 10);
  });

  test("is the same for the same seed, and wider at a higher level", () => {
    const [values] = samples(1, 30, 4);
    const of = (options: object) => bootstrap(30, meanOf(values), {resamples: 200, ...options});
    expect(of({seed: 5})).toEqual(of({seed: 5}));
    expect(of({seed: 5})).not.toEqual(of({seed: 6}));
    expect(of({level: 0.99}).low).toBeLessThan(of({level: 0.5}).low);
    expect(of({level: 0.99}).high).toBeGreaterThan(of({level: 0.5}).high);
  });

  test("refuses one document and a level of 1", () => {
    expect(() => bootstrap(1, () => 0)).toThrow(
      "bootstrap: documents must be an integer of at least 2, got 1",
    );
    expect(() => bootstrap(2, () => 0, {level: 1})).toThrow(
      "bootstrap: level must be between 0 and 1, got 1",
    );
  });
});
