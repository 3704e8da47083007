import {describe, expect, test} from "vitest";
import {PICTURE_SIZE, picture} from "../../src/lib/tasks/pictures/picture.js";
import {PICTURE_CLASSES} from "../../src/lib/tasks/pictures/picture-classes.js";

/** A number that two different pictures hardly share. */
const sum = (pixels: Uint8Array) =>
  pixels.reduce((total, value, i) => (total * 31 + value + i) % 1_000_003, 7);

describe("pictures", () => {
  test("are the same for ever", () => {
    const seen = (["train", "validation", "test"] as const).map((split) => {
      const {label, pixels} = picture(split, 5);
      return [label, sum(pixels)];
    });
    expect(seen).toMatchInlineSnapshot(`
      [
        [
          5,
          100641,
        ],
        [
          8,
          392278,
        ],
        [
          3,
          96205,
        ],
      ]
    `);
  });

  test("have 32 x 32 grey values, and all classes come", () => {
    const labels = Array.from({length: 60}, (_, index) => {
      const {pixels, label} = picture("validation", index);
      expect(pixels).toHaveLength(PICTURE_SIZE * PICTURE_SIZE);
      return label;
    });
    expect(new Set(labels).size).toBe(PICTURE_CLASSES.length);
  });

  test("show their shape: its opacity differs from that of every other class at some point", () => {
    const points = Array.from(
      {length: 441},
      (_, i) => [(i % 21) / 10 - 1, Math.floor(i / 21) / 10 - 1] as const,
    );
    const drawn = PICTURE_CLASSES.map(({opacity}) => points.map(([u, v]) => opacity(u, v)).join());
    expect(new Set(drawn).size).toBe(PICTURE_CLASSES.length);
  });

  test("have a place in a split, from 0", () => {
    expect(() => picture("test", -1)).toThrow(RangeError);
    expect(() => picture("test", 0.5)).toThrow(RangeError);
  });
});
