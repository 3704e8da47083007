import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {encodeValues} from "../../../src/lib/formats/cast.js";
import {CHUNKS, codedBits, compressBf16, countExponents} from "../../../src/lib/formats/dfloat11/compress.js";
import {dfloat11} from "../../../src/lib/formats/dfloat11/dfloat11.js";
import {expandBf16, expandInTwoPhases} from "../../../src/lib/formats/dfloat11/expand.js";
import {canonicalCodes, codeLengths, isPrefixCode} from "../../../src/lib/formats/dfloat11/huffman.js";
import {bf16} from "../../../src/lib/formats/element.js";
import {bitsPerElement} from "../../../src/lib/formats/pack.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

const stream = randomStream(11, "compressed weights");
const normal = tensor(
  draws(2 ** 16, () => stream.normal()),
  [256, 256],
);
const normalWords = encodeValues(bf16, normal.data) as Uint16Array;
const everyWord = Uint16Array.from({length: 2 ** 16}, (_, i) => i);
const small = {bytesPerThread: 4, threadsPerBlock: 3};

/** Words whose exponents occur 1, 1, 2, 3, 5 … times, which makes the longest codes that so many words can have. */
function fibonacciWords(symbols: number): Uint16Array {
  const words: number[] = [];
  for (let [symbol, a, b] = [0, 1, 1]; symbol < symbols; symbol++, [a, b] = [b, a + b]) {
    for (let i = 0; i < a; i++) words.push((255 - symbol) << 7);
  }
  return Uint16Array.from(words);
}

describe.each([
  ["no words", new Uint16Array(0)],
  ["one word", Uint16Array.of(0x8000)],
  ["words of one exponent", new Uint16Array(1001).fill(0x3f80)],
  ["every word there is, NaN with every payload among them", everyWord],
  ["infinities, negative zero and subnormals", Uint16Array.of(0x7f80, 0xff80, 0x8000, 0, 1, 0x807f, 0x7fff)],
  ["codes of more than 8 and 16 bits", fibonacciWords(22)],
  ["normal weights", normalWords],
])("%s", (_, words) => {
  test.each([CHUNKS, small])("come back bit for bit, serially and in two phases %#", (chunks) => {
    const parts = compressBf16(words, chunks);
    expect(expandBf16(parts, words.length, chunks)).toEqual(words);
    expect(expandInTwoPhases(parts, words.length, chunks)).toEqual(words);
  });
});

test("any words come back", () => {
  fc.assert(
    fc.property(fc.uint16Array({maxLength: 300}), fc.integer({min: 4, max: 9}), (words, bytesPerThread) => {
      const chunks = {bytesPerThread, threadsPerBlock: 2};
      const parts = compressBf16(words, chunks);
      expect(expandBf16(parts, words.length, chunks)).toEqual(words);
      expect(expandInTwoPhases(parts, words.length, chunks)).toEqual(words);
    }),
    {numRuns: 60},
  );
});

test("normal weights take 2.6 bits of exponent, 10.6 in all with gaps and positions below 10.9", () => {
  const counts = countExponents(normalWords);
  const entropy = counts.reduce((sum, n) => (n > 0 ? sum - (n / 2 ** 16) * Math.log2(n / 2 ** 16) : sum), 0);
  const coded = codedBits(codeLengths(counts), counts) / 2 ** 16;
  expect(entropy).toBeCloseTo(2.54, 1);
  expect(coded).toBeGreaterThanOrEqual(entropy);
  expect(coded).toBeCloseTo(2.59, 1);
  const size = bitsPerElement(dfloat11().encode(normal));
  expect(size).toBeGreaterThan(10.59);
  expect(size).toBeLessThan(10.9);
});

test("Huffman's lengths are those of least cost, and a complete prefix code of at most 32 bits", () => {
  expect([...codeLengths([5, 9, 12, 13, 16, 45]).lengths]).toEqual([1, 3, 3, 3, 4, 4]);
  const steep = Array.from({length: 60}, (_, i) => 2 ** i);
  const code = codeLengths(steep);
  expect(Math.max(...code.lengths)).toBeLessThanOrEqual(32);
  expect(isPrefixCode(code)).toBe(true);
  const codes = canonicalCodes(code);
  const texts = Array.from(codes, (c, i) => c.toString(2).padStart(code.lengths[i], "0"));
  for (const a of texts) expect(texts.filter((b) => b.startsWith(a))).toEqual([a]);
});

test("as a format it gives what BF16 gives, NaN and infinities too", () => {
  const x = tensor([1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 3e38, 1e-40, 0.1], [7]);
  const format = dfloat11();
  const back = format.decode(format.encode(x)).data;
  const words = encodeValues(bf16, x.data, {overflow: "inf"});
  expect(encodeValues(bf16, back, {overflow: "inf"})).toEqual(words);
  expect(Object.is(back[1], -0)).toBe(true);
});

describe("bytes of a stranger", () => {
  const parts = compressBf16(normalWords.subarray(0, 999), small);
  const broken = (changes: Partial<typeof parts>) => ({...parts, ...changes}) as typeof parts;
  const changed = (bytes: Uint8Array, at: number, to: number) => bytes.with(at, to);

  test.each([
    ["a stream cut off", broken({exponents: parts.exponents.slice(0, -4)})],
    ["a stream too long", broken({exponents: new Uint8Array(parts.exponents.length + 4)})],
    ["a byte of mantissas missing", broken({signMantissas: parts.signMantissas.slice(1)})],
    ["a code of other lengths", broken({code: changed(parts.code, 1, 7)})],
    ["a code with a symbol twice", broken({code: changed(parts.code, 2, parts.code[0])})],
    ["no code", broken({code: new Uint8Array(0)})],
    ["half an entry", broken({code: parts.code.slice(1)})],
  ])("%s is refused", (_, bad) => {
    expect(() => expandBf16(bad, 999, small)).toThrow(RangeError);
    expect(() => expandInTwoPhases(bad, 999, small)).toThrow(RangeError);
  });

  test("gaps and positions that are not those of the stream are refused", () => {
    const gap = broken({gaps: changed(parts.gaps, 3, parts.gaps[3] ^ 8)});
    expect(() => expandInTwoPhases(gap, 999, small)).toThrow("gap of thread");
    const position = broken({positions: changed(parts.positions, 4, parts.positions[4] ^ 1)});
    expect(() => expandInTwoPhases(position, 999, small)).toThrow("position of block 1");
  });

  test("other bits give other words or an error, and never hang", () => {
    fc.assert(
      fc.property(fc.nat(parts.exponents.length - 1), fc.nat(255), (at, to) => {
        try {
          expect(expandBf16(broken({exponents: changed(parts.exponents, at, to)}), 999, small)).toHaveLength(
            999,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      {numRuns: 50},
    );
  });

  test("chunks in which a code need not begin are refused", () => {
    expect(() => dfloat11({bytesPerThread: 3})).toThrow("bytesPerThread must be");
    expect(() => dfloat11({threadsPerBlock: 0})).toThrow("threadsPerBlock must be");
    expect(dfloat11({bytesPerThread: 16}).id).toBe("dfloat11_t16");
  });
});
