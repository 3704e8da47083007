import {expect, test} from "vitest";
import {wordCompressor} from "../../../src/lib/checkpoint/wasm/wasm-dfloat11.js";
import {compressBf16} from "../../../src/lib/formats/dfloat11/compress.js";
import {expandBf16} from "../../../src/lib/formats/dfloat11/expand.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

const compressor = await wordCompressor();
const stream = randomStream(5, "words");

/** Words of 20 exponents, each half as often as the one before: codes of up to 19 bits, more than a table's place has. */
const words = Uint16Array.from({length: 20_000}, () => {
  const exponent = 100 + Math.min(19, Math.floor(-Math.log2(1 - stream.uniform())));
  return (stream.integer(2) << 15) | (exponent << 7) | stream.integer(128);
});

test("codes longer than a place of the table come back", () => {
  const parts = compressBf16(words);
  expect(parts.code.length).toBeGreaterThan(2 * 12);
  expect(compressor.compress(words)).toEqual(parts);
  expect(compressor.expand(parts, words.length)).toEqual(words);
});

test("a stream that ends early or late is refused as the definition refuses it", () => {
  const parts = compressBf16(words);
  const refusal = (expand: () => unknown) => {
    try {
      return expand();
    } catch (error) {
      return String(error);
    }
  };
  const exponents = parts.exponents.map((byte, i) => (i > 1000 ? 255 : byte));
  for (const broken of [
    {...parts, exponents},
    {...parts, code: parts.code.subarray(2)},
  ]) {
    const said = refusal(() => expandBf16(broken, words.length));
    expect(said).toContain("RangeError");
    expect(refusal(() => compressor.expand(broken, words.length))).toBe(said);
  }
});
