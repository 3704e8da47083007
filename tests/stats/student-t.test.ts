import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {studentTProbability, studentTQuantile} from "../../src/lib/stats/student-t.js";
import {randomStream} from "../../src/lib/tensor/random.js";

describe("studentTQuantile", () => {
  // Printed tables of the 97.5 % quantile, and of 99.5 % for 4 degrees.
  test.each([
    [1, 0.975, 12.7062047361747],
    [2, 0.975, 4.30265272974946],
    [3, 0.975, 3.18244630528371],
    [4, 0.975, 2.77644510519779],
    [10, 0.975, 2.22813885198627],
    [30, 0.975, 2.04227245630124],
    [1000, 0.975, 1.96233908082641],
    [4, 0.995, 4.60409487134999],
  ])("of %i degrees at %d is %d", (degrees, p, t) => {
    expect(studentTQuantile(p, degrees)).toBeCloseTo(t, 10);
  });

  test("of one degree is Cauchy's, tan(π (p - 1/2)); of two has a closed form", () => {
    fc.assert(
      fc.property(fc.double({min: 0.01, max: 0.99, noNaN: true}), (p) => {
        expect(studentTQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
        expect(studentTQuantile(p, 2)).toBeCloseTo((2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 10);
      }),
      {seed: 1},
    );
  });

  test("undoes the probability, mirrors, and shrinks with more degrees", () => {
    fc.assert(
      fc.property(
        fc.double({min: 0.001, max: 0.999, noNaN: true}),
        fc.integer({min: 1, max: 60}),
        (p, degrees) => {
          const t = studentTQuantile(p, degrees);
          expect(studentTProbability(t, degrees)).toBeCloseTo(p, 12);
          expect(studentTProbability(-t, degrees)).toBeCloseTo(1 - p, 12);
          expect(Math.abs(studentTQuantile(p, degrees + 1))).toBeLessThanOrEqual(Math.abs(t) + 1e-12);
        },
      ),
      {seed: 2},
    );
  });

  test("refuses probabilities that no t has, and degrees that are no count", () => {
    expect(() => studentTQuantile(1, 3)).toThrow("studentTQuantile: p must be between 0 and 1, got 1");
    expect(() => studentTQuantile(0.9, 0)).toThrow("degrees must be an integer of at least 1, got 0");
  });
});

test("the probability is that of the numbers which the stream of Student's t draws", () => {
  const stream = randomStream(3, "student t test");
  const draws = Array.from({length: 4000}, () => stream.studentT(5));
  for (const t of [-1.5, 0, 0.7, 2]) {
    const share = draws.filter((draw) => draw < t).length / draws.length;
    // Four standard deviations of a share of 4000.
    expect(Math.abs(share - studentTProbability(t, 5))).toBeLessThan(4 * Math.sqrt(0.25 / draws.length));
  }
});
