import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {exactText, numberText} from "../../../src/components/kit/text/number-text.js";
import {
  binaryText,
  isBinary,
  isCount,
  makeScale,
  paddedExtent,
  tickText,
} from "../../../src/components/plots/places/scale.js";

describe("makeScale", () => {
  test("maps the ends of the domain to the ends of the range, linear and logarithmic", () => {
    const linear = makeScale([2, 6], [100, 300]);
    expect([linear(2), linear(4), linear(6)]).toEqual([100, 200, 300]);
    const log = makeScale([1e-4, 1], [0, 40], {log: true});
    expect(log(1e-2)).toBeCloseTo(20, 10);
    expect(log.ticks).toEqual([1e-4, 1e-3, 1e-2, 1e-1, 1]);
  });

  test("has round ticks inside its domain", () => {
    expect(makeScale([0.07, 0.52], [0, 1]).ticks).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  test("puts a single value in the middle", () => {
    expect(makeScale([3, 3], [0, 10])(3)).toBe(5);
  });

  test("never has more than twice the ticks that were asked for", () => {
    const ends = fc.tuple(
      fc.double({min: -1e6, max: 1e6, noNaN: true}),
      fc.double({min: 1e-3, max: 1e6, noNaN: true}),
    );
    fc.assert(
      fc.property(ends, fc.integer({min: 2, max: 10}), ([low, width], count) => {
        const {ticks} = makeScale([low, low + width], [0, 1], {count});
        expect(ticks.length).toBeLessThanOrEqual(2 * count);
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(low - 1e-6 * width - 1e-9 * Math.abs(low));
          expect(tick).toBeLessThanOrEqual(low + width * (1 + 1e-6) + 1e-9 * Math.abs(low));
        }
      }),
      {seed: 2},
    );
  });
});

describe("paddedExtent", () => {
  test("ignores what is no number, and what has no logarithm", () => {
    expect(paddedExtent([1, Number.NaN, 3, Number.POSITIVE_INFINITY], 0)).toEqual([1, 3]);
    expect(paddedExtent([0, -1, 10, 1000], 0, true)).toEqual([10, 1000]);
  });

  test("is something to draw on even for no values", () => {
    expect(paddedExtent([])).toEqual([0, 1]);
    expect(paddedExtent([], 0.1, true)).toEqual([1, 10]);
  });
});

test("numberText reads as a person writes numbers", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "−0"],
    [0.5, "0.5"],
    [-1234.5678, "−1235"],
    [4.140625, "4.141"],
    [0.00002881, "2.881·10⁻⁵"],
    [3e38, "3·10³⁸"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ];
  for (const [value, text] of cases) expect(numberText(value)).toBe(text);
});

test("exactText loses no digit", () => {
  expect(exactText(0.0625)).toBe("0.0625");
  expect(exactText(-57344)).toBe("−57344");
  expect(exactText(2 ** -127)).toContain("·10^−39");
});

test("a logarithmic scale within one decade has ticks at 1, 2 and 5 times a power of ten", () => {
  expect(makeScale([3, 30], [0, 100], {log: true}).ticks).toEqual([5, 10, 20]);
  expect(makeScale([90, 2500], [0, 100], {log: true}).ticks).toEqual([100, 200, 500, 1000, 2000]);
  expect(makeScale([0.012, 0.06], [0, 100], {log: true}).ticks).toEqual([0.02, 0.03, 0.04, 0.06]);
});

test("a scale names the ticks it is given, as far as they lie inside its domain", () => {
  const scale = makeScale([3, 17], [0, 100], {log: true, ticks: [2, 3, 4, 6, 8, 16, 32]});
  expect(scale.ticks).toEqual([3, 4, 6, 8, 16]);
  expect(scale.ends.map((end) => 10 ** end)).toEqual([expect.closeTo(3, 12), expect.closeTo(17, 12)]);
  expect(makeScale([0, 10], [0, 100], {ticks: [-1, 5, 11]}).ticks).toEqual([5]);
});

test("ticks have few characters", () => {
  const texts = [0.0001, 0.001, 500, 5000, 50_000, 1_000_000, 2_500_000, 65_536, 1e12].map(tickText);
  expect(texts).toEqual(["10⁻⁴", "0.001", "500", "5000", "50k", "1M", "2.5M", "65536", "10¹²"]);
});

test("an axis of powers of two is read in powers of two, 64k and not 65536", () => {
  const contexts = [1024, 8192, 65536, 1048576];
  expect(isBinary(contexts)).toBe(true);
  expect(isBinary([1000, 2048, 4096])).toBe(false);
  expect(isBinary([1, 2, 2])).toBe(false);
  const scale = makeScale([900, 70000], [0, 100], {log: true, binary: true});
  expect(scale.ticks.map(scale.tickText)).toEqual(["1k", "2k", "4k", "8k", "16k", "32k", "64k"]);
  expect([512, 2 ** 21].map(binaryText)).toEqual(["512", "2M"]);
});

test("an axis that counts things has no tick between them", () => {
  const counted = makeScale([0, 3], [0, 700], {count: 7, whole: isCount([0, 1, 2, 3])});
  expect(counted.ticks).toEqual([0, 1, 2, 3]);
  expect(makeScale([0, 3], [0, 700], {count: 7, whole: isCount([0, 0.5, 3])}).ticks).toContain(0.5);
  expect(isCount([0, 1])).toBe(false);
});
