import {describe, expect, test} from "vitest";
import {integerLevels, valuesOf} from "../../src/lib/formats/grouped-levels.js";
import {formats} from "../../src/lib/formats/registry.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const leveled = Object.values(formats).filter((format) => format.levels !== undefined);

describe.each(leveled.map((format) => [format.id, format] as const))("levels of %s", (_, format) => {
  test.each([
    [6, 512],
    [5, 40],
  ])("of a matrix [%i, %i] are its values to a unit in the last place", (rows, columns) => {
    const x = {shape: [rows, columns], data: draws(rows * columns, randomStream(rows, "levels").normal)};
    const packed = format.encode(x);
    const levels = format.levels!(packed);
    if (levels === null) {
      expect(columns % format.blockSize!).not.toBe(0);
      return;
    }
    const values = valuesOf(levels);
    const apart = format
      .decode(packed)
      .data.filter((value, i) => !(Math.abs(values[i] - value) <= 2 ** -23 * Math.abs(value)));
    expect(Array.from(apart)).toEqual([]);
  });
});

test("values are whole numbers of a power of two, or have no levels", () => {
  expect(integerLevels([0, 0.5, -1.5, 6])).toEqual({levels: Int8Array.of(0, 1, -3, 12), step: 0.5});
  expect(integerLevels([-128, 127])).toEqual({levels: Int8Array.of(-128, 127), step: 1});
  expect(integerLevels([0.1])).toBeNull();
  expect(integerLevels([0.5, 100])).toBeNull();
});
