import {describe, expect, test} from "vitest";
import {cacheChoices, combinedLast, longTextBytes} from "../../../src/lib/engine/cache/choices.js";
import {packedSize} from "../../../src/lib/engine/cache/packed-size.js";
import {type CacheRecord, cacheTechnique, readWhole} from "../../../src/lib/engine/cache/technique.js";
import {fp16} from "../../../src/lib/formats/float/float.js";
import {packedBytes} from "../../../src/lib/formats/format.js";
import {int} from "../../../src/lib/formats/int.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";

const params = {
  bits: {kind: "integer", label: "Bits", min: 1, max: 8, default: 4},
  isWhole: {kind: "flag", label: "Whole", default: false},
} as const;

/** Some bits a number, beside 100 bytes once. */
const record: CacheRecord<typeof params> = {
  id: "few",
  label: "Few bits",
  source: "nowhere",
  family: "int",
  params,
  needs: [],
  kindOf: ({isWhole}) => (isWhole ? "combined" : "fewer-bits"),
  labelOf: ({bits}) => `few ${bits}`,
  formulaOf: () => "bits",
  comesBackOf: () => "as it was",
  bytes: ({widths}, tokens, {bits}) => readWhole((widths.length * tokens * bits) / 8 + 100),
  open: () => null,
  lossless: "There is none.",
  parts: "agree",
  presets: [
    {id: "both", params: {isWhole: true}},
    {id: "few-2", params: {bits: 2}, isByChoice: true},
  ],
};

describe("cacheTechnique", () => {
  test("fills in defaults, and refuses what a parameter may not be", () => {
    const few = cacheTechnique(record);
    expect(few.labelOf({})).toBe("few 4");
    expect(few.bytes({widths: [8]}, 2, {bits: 8}).kept).toBe(102);
    expect(() => few.labelOf({bits: 9})).toThrow(
      new RangeError("few: bits must be an integer from 1 to 8, got 9"),
    );
    expect(() => few.labelOf({bite: 2})).toThrow(/must be one of bits, isWhole, got "bite"$/);
    expect(() => few.bytes({widths: [8]}, Number.NaN, {})).toThrow(
      new RangeError("few: tokens must be an integer of at least 0, got NaN"),
    );
  });

  test("refuses a wrong preset at once", () => {
    expect(() => cacheTechnique({...record, presets: [{id: "none", params: {bits: 0}}]})).toThrow(
      /bits must be an integer from 1 to 8, got 0$/,
    );
  });

  test("lists presets, two things at once last, and gives the bytes of a further token", () => {
    const choices = combinedLast(cacheChoices([cacheTechnique(record)]));
    expect(choices.map(({id, isShownFirst}) => [id, isShownFirst])).toEqual([
      ["few-2", false],
      ["both", true],
    ]);
    expect(longTextBytes(choices[0], {widths: [8, 8]})).toEqual({kept: 0.5, read: 0.5});
  });
});

test.each([fp16, int({bits: 3}), int({bits: 4, groupSize: 4}), nvfp4()])(
  "packedSize of $id is what is packed",
  (format) => {
    const size = packedSize(format);
    for (const [rows, width] of [
      [0, 5],
      [1, 5],
      [7, 16],
      [16, 3],
      [45, 5],
      [64, 32],
    ] as const) {
      const data = new Float32Array(rows * width);
      const bytes = rows === 0 ? 0 : packedBytes(format.encode({shape: [rows, width], data}));
      expect(size(rows, width)).toBe(bytes);
    }
  },
);
