import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {blockView} from "../../../src/components/by-hand/formats/block-view.js";
import {mxfp4Scale, nvfp4Scale, razerScale} from "../../../src/components/by-hand/formats/scale-story.js";
import type {Format} from "../../../src/lib/formats/format.js";
import {mx} from "../../../src/lib/formats/mx/mx.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import {razer} from "../../../src/lib/formats/razer/razer.js";

const values = [0.1, -0.2, 0.3, 1.5, -5, 0, 2.5, 5, 0.25, -0.75, 3.2, 1, -1, 4.9, 0.6, -2];
const told = (format: Format, tell: typeof mxfp4Scale, of: readonly number[] = values) =>
  tell(blockView(format, of).packed, of);

describe("how a scale came about", () => {
  test("MX says the power of two of the largest magnitude, and the byte that holds it", () => {
    expect(told(mx({blockSize: 16}), mxfp4Scale).lines).toEqual([
      "largest magnitude 5, at least 2^2; 6, the largest code, is at least 2^2",
      "scale = 2^(2 − 2) = 1",
      "stored as E8M0: 01111111 = 127, for 2^(127 − 127)",
    ]);
  });

  test("the power that MX names is the largest that is not above the largest magnitude", () => {
    const block = fc.array(fc.float({min: Math.fround(0.001), max: 100, noNaN: true}), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(block, (block) => {
        const power = Number(/2\^(-?\d+);/.exec(told(mx({blockSize: 16}), mxfp4Scale, block).lines[0])![1]);
        const largest = Math.max(...block);
        expect(2 ** power).toBeLessThanOrEqual(largest);
        expect(2 ** (power + 1)).toBeGreaterThan(largest);
      }),
      {seed: 6, numRuns: 60},
    );
  });

  test("NVFP4 says both scales, the block's with its bits", () => {
    const {lines} = told(nvfp4(), nvfp4Scale);
    expect(lines[0]).toContain("5 / (6 × 448) = 0.00186");
    expect(lines[1]).toContain("01111110 = 448");
    expect(lines[2]).toMatch(/= 0\.833$/);
  });

  test("RaZeR says what it tried, and the one it took has the least error, which is that of the packed block", () => {
    const {lines, tried} = told(razer(), razerScale);
    expect(tried!.map(([special]) => special)).toEqual(["5", "−5", "8", "−8"]);
    const [chosen, ...others] = tried!.filter((each) => each[3]);
    expect(others).toEqual([]);
    expect(chosen[2]).toBe(Math.min(...tried!.map(([, , error]) => error)));
    const {squaredError} = blockView(razer(), values);
    expect(chosen[2]).toBeCloseTo(squaredError, 5);
    expect(lines[2]).toMatch(/: [01]{2} [01]{6}$/);
  });

  test("a block of zeros has a story too", () => {
    const zeros = Array(16).fill(0);
    for (const [format, tell] of [
      [mx({blockSize: 16}), mxfp4Scale],
      [nvfp4(), nvfp4Scale],
      [razer(), razerScale],
    ] as const) {
      expect(told(format, tell, zeros).lines.length).toBeGreaterThan(2);
    }
  });
});
