import {describe, expect, test} from "vitest";
import {compressWords, DOT_ORDERS, digitDot} from "../../../src/lib/accel/bit-weight/digit-dot.js";
import {DIGIT_ENCODINGS, digitCounts} from "../../../src/lib/accel/bit-weight/digits.js";
import {lanesTime} from "../../../src/lib/accel/bit-weight/lanes.js";
import {areaEfficiencyGain, PUBLISHED_TERMS} from "../../../src/lib/accel/bit-weight/published.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const BYTES = Array.from({length: 256}, (_, i) => i - 128);
const encodings = DIGIT_ENCODINGS.map((encoding) => [encoding.id, encoding] as const);
const byId = (id: string) => DIGIT_ENCODINGS.find((encoding) => encoding.id === id)!;

/** Mean digits that are not zero of rounded normal numbers, over their distribution. */
function meanTerms(id: string, sigma: number): number {
  const counts = digitCounts(byId(id));
  const density = (x: number) => Math.exp(-((x / sigma) ** 2) / 2);
  // The area of each integer's interval by Simpson's rule; the ends take their tails.
  const weight = (x: number) => (density(x - 0.5) + 4 * density(x) + density(x + 0.5)) / 6;
  let [sum, all] = [0, 0];
  for (let x = -600; x <= 600; x++) {
    const byte = Math.min(127, Math.max(-128, x));
    sum += counts[byte + 128] * weight(x);
    all += weight(x);
  }
  return sum / all;
}

describe.each(encodings)("digits of %s", (_, encoding) => {
  test("are every integer of eight bits", () => {
    for (const value of BYTES) {
      const sum = encoding.digits(value).reduce((all, digit, i) => all + digit * encoding.radix ** i, 0);
      expect(sum, String(value)).toBe(value);
    }
  });

  test("of other numbers are refused", () => {
    for (const value of [128, -129, 0.5, Number.NaN]) {
      expect(() => encoding.digits(value)).toThrow(RangeError);
    }
  });

  test("give sums of products in both orders", () => {
    const stream = randomStream(7, "digit dot");
    for (const length of [0, 1, 7, 64]) {
      const draw = () => Math.floor(stream.uniform() * 256) - 128;
      const [a, b] = [Array.from({length}, draw), Array.from({length}, draw)];
      const plain = a.reduce((sum, x, k) => sum + x * b[k], 0);
      const [each, late] = DOT_ORDERS.map((order) => digitDot(a, b, encoding, order));
      expect([each.sum, late.sum]).toEqual([plain, plain]);
      expect([late.terms, each.fullAdditions, late.fullAdditions]).toEqual([each.terms, 1, 1]);
      if (length === 64) expect(late.shifts).toBeLessThan(each.shifts);
    }
  });
});

describe("the number of digits", () => {
  test("is least where no two neighbours are set, and EN-T's digits are -1 to 2", () => {
    const [csd, bits] = [digitCounts(byId("csd")), digitCounts(byId("bits"))];
    csd.forEach((count, i) => {
      expect(count).toBeLessThanOrEqual(bits[i]);
    });
    for (const value of BYTES.filter((each) => each > 0)) {
      const digits = byId("csd").digits(value);
      digits.slice(1).forEach((digit, i) => {
        expect(Math.abs(digit * digits[i]), String(value)).toBe(0);
      });
      for (const digit of byId("en-t").digits(value)) expect([-1, 0, 1, 2]).toContain(digit);
    }
  });

  // Computed once from the distribution for the specification.
  test.each([
    ["en-t", [1.762, 2.115, 2.335, 2.489, 2.593]],
    ["booth", [1.925, 2.294, 2.53, 2.672, 2.756]],
  ])("of normal operands is that of %s", (id, means) => {
    PUBLISHED_TERMS.sigma.forEach((sigma, i) => {
      expect(Math.abs(meanTerms(id, sigma) - means[i])).toBeLessThan(0.01);
    });
  });

  test("of EN-T is the published one within three per cent", () => {
    PUBLISHED_TERMS["K = 128"].forEach((published, i) => {
      expect(Math.abs(meanTerms("en-t", PUBLISHED_TERMS.sigma[i]) / published - 1)).toBeLessThan(0.03);
    });
  });
});

test("a compressor keeps the sum of three words in two, however they overflow", () => {
  const stream = randomStream(3, "words");
  const word = () => Math.floor(stream.uniform() * 2 ** 32) | 0;
  for (let i = 0; i < 200; i++) {
    const [a, b, c] = [word(), word(), word()];
    const [sum, carry] = compressWords([a, b], c);
    expect((sum + carry) | 0).toBe((a + b + c) | 0);
  }
});

describe("lanes", () => {
  const terms = [1, 4, 0, 2, 2, 2, 3, 0, 1];

  test("take as long as the slowest of those that wait for each other", () => {
    const time = (options: object) => lanesTime(terms, {lanes: 3, together: 1, zeroCycles: 0, ...options});
    expect(time({}).cycles).toBe(4 + 2 + 3);
    expect(time({together: Number.POSITIVE_INFINITY}).cycles).toBe(Math.max(1 + 2 + 3, 4 + 2 + 0, 0 + 2 + 1));
    expect(time({lanes: 1}).cycles).toBe(15);
    expect(time({lanes: 1, zeroCycles: 1}).cycles).toBe(17);
    expect(time({lanes: 1}).utilization).toBe(1);
    expect(time({}).utilization).toBeCloseTo(15 / 27, 12);
  });

  test("are never faster where they wait sooner, or where zeros cost a cycle", () => {
    const stream = randomStream(2, "lanes");
    const many = Array.from({length: 240}, () => Math.floor(stream.uniform() * 5));
    for (const lanes of [1, 4, 16]) {
      const cycles = [1, 5, Number.POSITIVE_INFINITY].map((together) =>
        ([0, 1] as const).map((zeroCycles) => lanesTime(many, {lanes, together, zeroCycles}).cycles),
      );
      expect(cycles[0][0]).toBeGreaterThanOrEqual(cycles[1][0]);
      expect(cycles[1][0]).toBeGreaterThanOrEqual(cycles[2][0]);
      for (const [skipped, counted] of cycles) expect(counted).toBeGreaterThanOrEqual(skipped);
    }
  });

  test("have nothing to do without operands, and refuse impossible numbers", () => {
    expect(lanesTime([], {lanes: 4, together: 1, zeroCycles: 1})).toEqual({
      cycles: 0,
      utilization: 1,
      cyclesPerOperand: 0,
    });
    expect(() => lanesTime([1], {lanes: 0, together: 1, zeroCycles: 0})).toThrow(/lanes must be .* got 0$/);
    expect(() => lanesTime([1], {lanes: 1, together: 0.5, zeroCycles: 0})).toThrow(/together must be/);
  });
});

test("the published array with carry-save sums does more than twice as much on its area", () => {
  expect(areaEfficiencyGain()).toBeCloseTo(2.17, 2);
});
