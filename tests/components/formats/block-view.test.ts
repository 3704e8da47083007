import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {blockView} from "../../../src/components/by-hand/formats/block-view.js";
import {mx, mxIntElement} from "../../../src/lib/formats/mx/mx.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";

const mxfp4b16 = mx({blockSize: 16});
const values = [0.1, -0.2, 0.3, 1.5, -6, 0, 2.5, 5, 0.25, -0.75, 3.2, 1, -1, 4.9, 0.6, -2];

describe("blockView", () => {
  test("shows what was packed: code, bits, element, value and error of every cell", () => {
    const {scale, cells, bitsPerElement} = blockView(mxfp4b16, values);
    expect(scale).toBe(1);
    expect(cells[4]).toEqual({
      x: -6,
      code: 15,
      bits: "1111",
      element: -6,
      decoded: -6,
      error: 0,
      special: false,
    });
    expect(cells[6]).toMatchObject({bits: "0100", element: 2, decoded: 2, error: -0.5});
    expect(bitsPerElement).toBe(4.5);
  });

  test("adds the squared errors of its cells", () => {
    const {cells, squaredError} = blockView(nvfp4(), values);
    expect(squaredError).toBe(cells.reduce((sum, {x, decoded}) => sum + (decoded - x) ** 2, 0));
  });

  test.each([mxfp4b16, nvfp4(), mx({element: mxIntElement(4), blockSize: 16})])(
    "element times scale is the decoded value, and no code of $id is special",
    (format) => {
      const block = fc.array(fc.float({min: -8, max: 8, noNaN: true}), {minLength: 16, maxLength: 16});
      fc.assert(
        fc.property(block, (block) => {
          const {scale, cells} = blockView(format, block);
          for (const {element, decoded, special} of cells) {
            expect(special).toBe(false);
            expect(Math.abs(element * scale - decoded)).toBeLessThanOrEqual(1e-5 * Math.abs(decoded));
          }
        }),
        {seed: 4, numRuns: 50},
      );
    },
  );

  test("a block of zeros has scale 0 and no error", () => {
    const {scale, squaredError} = blockView(mxfp4b16, Array(16).fill(0));
    expect([scale, squaredError]).toEqual([0, 0]);
  });
});
