import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {f16} from "../../src/lib/formats/element.js";
import {
  bitsPerElement,
  packCodes,
  packedLength,
  packScales,
  requirePart,
  storedScale,
  unpackCodes,
  unpackScales,
} from "../../src/lib/formats/pack.js";

describe("packCodes", () => {
  test("puts the even index of two 4-bit codes into the low nibble", () => {
    expect([...packCodes([1, 2, 3], 4)]).toEqual([0x21, 0x03]);
  });

  test("packs four 6-bit codes into three bytes", () => {
    const [c0, c1, c2, c3] = [0b110101, 0b001011, 0b101010, 0b010111] as const;
    expect([...packCodes([c0, c1, c2, c3], 6)]).toEqual([
      c0 | ((c1 & 3) << 6),
      (c1 >> 2) | ((c2 & 15) << 4),
      (c2 >> 4) | (c3 << 2),
    ]);
  });

  test("is undone by unpackCodes for any codes of any width, and takes the fewest bytes", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 16}), fc.array(fc.nat(65535), {maxLength: 70}), (bits, codes) => {
        const cut = codes.map((code) => code % 2 ** bits);
        const bytes = packCodes(codes, bits);
        expect(bytes.length).toBe(Math.ceil((codes.length * bits) / 8));
        expect([...unpackCodes(bytes, bits, codes.length)]).toEqual(cut);
      }),
      {seed: 11, numRuns: 500},
    );
  });

  test("does not care what kind of array the codes come in", () => {
    const codes = [5, 0, 7, 2];
    expect(packCodes(Uint8Array.from(codes), 3)).toEqual(packCodes(Uint16Array.from(codes), 3));
    expect(packCodes(Uint8Array.from(codes), 3)).toEqual(packCodes(codes, 3));
  });

  test("packs bytes of any width, higher bits cut, as it packs plain numbers", () => {
    const widths = fc.integer({min: 1, max: 8});
    fc.assert(
      fc.property(widths, fc.uint8Array({maxLength: 40}), (bits, codes) => {
        const bytes = packCodes(codes, bits);
        expect(bytes).toEqual(packCodes([...codes], bits));
        expect([...unpackCodes(bytes, bits, codes.length)]).toEqual(
          [...codes].map((code) => code % 2 ** bits),
        );
      }),
      {seed: 12, numRuns: 500},
    );
  });

  test("gives arrays of its own, even where nothing has to be done", () => {
    const codes = Buffer.from([1, 2, 3]);
    for (const copy of [packCodes(codes, 8), unpackCodes(codes, 8, 3)]) {
      expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype);
      copy[0] = 9;
    }
    expect([...codes]).toEqual([1, 2, 3]);
  });

  test("leaves unused bits at the end 0", () => {
    expect(packCodes([7, 7, 7], 3)[1]).toBe(0b1);
    expect(packedLength(3, 3)).toBe(2);
  });

  test("refuses widths and lengths that cannot be", () => {
    expect(() => packCodes([1], 0)).toThrow("packCodes: bits must be an integer from 1 to 16, got 0");
    expect(() => unpackCodes(new Uint8Array(2), 4, 5)).toThrow(
      "unpackCodes: bytes must hold 3 bytes for 5 codes of 4 bits, got 2",
    );
  });
});

describe("scales", () => {
  test("are rounded to the stored type and come back unchanged", () => {
    const scales = Float32Array.of(0, 0.1, 3, 1e-7, 65504).map((scale) => storedScale(scale, "f16"));
    expect(unpackScales(packScales(scales, "f16"), "f16")).toEqual(scales);
    const exact = Float32Array.of(0, 0.1, 3e38);
    expect(unpackScales(packScales(exact, "f32"), "f32")).toEqual(exact);
  });

  test("are little-endian", () => {
    expect([...packScales(Float32Array.of(1), "f16")]).toEqual([0x00, 0x3c]);
    expect([...packScales(Float32Array.of(1), "f32")]).toEqual([0, 0, 0x80, 0x3f]);
  });

  test("neither vanish nor overflow in the stored type", () => {
    expect(storedScale(1e-30, "f16")).toBe(f16.minSubnormal);
    expect(storedScale(1e30, "f16")).toBe(65504);
    expect(storedScale(1e-60, "f32")).toBe(2 ** -149);
    expect(storedScale(Number.POSITIVE_INFINITY, "f32")).toBe((2 - 3 * 2 ** -23) * 2 ** 127);
    expect(Math.fround(7 * storedScale(1e38, "f32", 7))).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(storedScale(0, "f16")).toBe(0);
  });
});

test("a missing or cut part is an error that names it", () => {
  const packed = {format: "mxfp4", shape: [4], parts: {codes: new Uint8Array(1)}};
  expect(() => requirePart(packed, "codes", 2)).toThrow(
    "mxfp4.decode: codes must hold 2 bytes for shape [4], got 1",
  );
  expect(() => requirePart(packed, "scales", 1)).toThrow(
    "mxfp4.decode: scales must hold 1 bytes for shape [4], got none",
  );
});

test("bits per element count every byte of every part", () => {
  const parts = {codes: new Uint8Array(16), scales: new Uint8Array(1)};
  expect(bitsPerElement({format: "mxfp4", shape: [32], parts})).toBe(4.25);
  expect(bitsPerElement({format: "mxfp4", shape: [0], parts: {}})).toBeNaN();
});
