import {describe, expect, test} from "vitest";
import {byteTables, tableMatrix, tableVector} from "../../src/lib/arithmetic/tables/table-matrix.js";
import {wasmTableProducts} from "../../src/lib/arithmetic/tables/wasm-tables.js";
import {bipolar} from "../../src/lib/formats/codebook/bipolar.js";
import {int} from "../../src/lib/formats/int.js";
import {linear} from "../../src/lib/tensor/dense.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const stream = randomStream(3, "table matrix");
const product = await wasmTableProducts();

const ROWS = 37;
const CASES = [
  ...[1, 2, 3, 4].flatMap((bits) =>
    [32, 128].map((groupSize) => [bits, bipolar(bits, {groupSize})] as const),
  ),
  ...[2, 3, 4].map((bits) => [bits, int({bits, scheme: "full", groupSize: 32})] as const),
];

describe.each(CASES)("%i bits", (bits, format) => {
  const columns = 256;
  const packed = format.encode({shape: [ROWS, columns], data: draws(ROWS * columns, () => stream.normal())});
  const matrix = tableMatrix(format.levels!(packed)!, bits);
  const x = draws(columns, () => stream.normal());
  const exact = linear(x, format.decode(packed).data, columns);
  const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  test(`${format.id}: tables in bytes are near the product of the weights`, () => {
    for (const [row, value] of tableVector(matrix, x).entries()) {
      expect(Math.abs(value - exact[row])).toBeLessThan(0.02 * largest);
    }
  });

  test(`${format.id}: the kernel gives what its definition gives`, () => {
    const expected = tableVector(matrix, x);
    for (const [row, value] of product(matrix)(x).entries()) {
      expect(Math.abs(value - expected[row])).toBeLessThan(1e-5 * largest);
    }
  });

  test(`${format.id}: takes the bits of its weights and no more`, () => {
    expect(matrix.codes.length).toBe((48 * columns * bits) / 8);
  });
});

test("tables hold every sum of whole inputs exactly where the largest sum is 127", () => {
  const x = Float32Array.of(100, -20, 5, 2, 1, 2, 3, 4);
  const {entries, scales, sums} = byteTables(x, 8);
  expect([scales[0], sums[0]]).toEqual([1, 97]);
  for (let index = 0; index < 16; index++) {
    const sign = (j: number) => ((index >> j) & 1 ? 1 : -1);
    expect(entries[index]).toBe(sign(0) * 100 - sign(1) * 20 + sign(2) * 5 + sign(3) * 2);
    expect(entries[16 + index]).toBe(sign(0) + sign(1) * 2 + sign(2) * 3 + sign(3) * 4);
  }
});

test("zeros give zeros", () => {
  const format = int({bits: 4, groupSize: 32});
  const matrix = tableMatrix(format.levels!(format.encode({shape: [2, 32], data: new Float32Array(64)}))!, 4);
  expect([...product(matrix)(new Float32Array(32))]).toEqual([0, 0]);
});

test("refuses what it cannot pack or multiply", () => {
  const levels = (bits: number) => {
    const format = int({bits, groupSize: 32});
    return format.levels!(format.encode({shape: [2, 32], data: draws(64, () => stream.normal())}))!;
  };
  expect(() => tableMatrix(levels(4), 3)).toThrow("tableMatrix: levels must fit into 3 bits");
  expect(() => tableMatrix(levels(4), 5)).toThrow("tableMatrix: bits must be");
  expect(() => tableMatrix({...levels(4), offsets: new Float32Array(2)}, 4)).toThrow(
    "tableMatrix: groups must",
  );
  expect(() => product(tableMatrix(levels(4), 4))(new Float32Array(31))).toThrow("wasmTableProducts: x must");
  expect(() => tableVector(tableMatrix(levels(4), 4), new Float32Array(31))).toThrow("tableVector: x must");
});
