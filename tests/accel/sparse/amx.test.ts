import {describe, expect, test} from "vitest";
import {
  type AmxMachine,
  sumOfTileCosts,
  type TileProduct,
  tileCost,
} from "../../../src/lib/accel/sparse/amx.js";

const machine: AmxMachine = {cores: 32, gigahertz: 2, bandwidthGBs: 300, cyclesPerRow: 3};
const product: TileProduct = {
  outputs: 4096,
  inputs: 4096,
  batch: 1,
  type: "bf16",
  weightBytes: 1.125 * 2 ** 24,
  isExpanded: true,
};

describe("tileCost", () => {
  test("counts tiles of 16 outputs by 32 or 64 inputs, those at the ends whole", () => {
    const counts = (change: Partial<TileProduct>) => {
      const {tileProducts, expandedRows} = tileCost({...product, ...change}, machine);
      return [tileProducts, expandedRows];
    };
    expect(counts({})).toEqual([256 * 128, 256 * 128 * 16]);
    expect(counts({type: "int8"})).toEqual([256 * 64, 256 * 64 * 16]);
    expect(counts({outputs: 17, inputs: 33})).toEqual([4, 64]);
    expect(counts({outputs: 16, inputs: 32, batch: 33})).toEqual([3, 32]);
    expect(counts({outputs: 16, inputs: 32, isExpanded: false})).toEqual([1, 0]);
  });

  test("is the longest of reading, multiplying and expanding, by hand", () => {
    const {memory, products, expand, seconds, bound} = tileCost(product, machine);
    expect(memory).toBeCloseTo((1.125 * 2 ** 24) / 3e11, 12);
    expect(products).toBeCloseTo((2 ** 15 * 16) / 6.4e10, 12);
    expect(expand).toBeCloseTo((2 ** 15 * 16 * 3) / 6.4e10, 12);
    expect([seconds, bound]).toEqual([memory, "memory"]);
    expect(tileCost(product, {...machine, cores: 8}).bound).toBe("expand");
    expect(tileCost({...product, batch: 2048, isExpanded: false}, machine).bound).toBe("products");
  });

  test("reaches the compute peak of the datasheet where nothing else counts", () => {
    const {products} = tileCost({...product, batch: 2048}, machine);
    const macs = 2048 * 4096 * 4096;
    expect(macs / products).toBeCloseTo(512 * 32 * 2e9, -6);
  });

  test("never takes longer with more of anything, nor less with more to do", () => {
    const seconds = (change: Partial<TileProduct>, other: Partial<AmxMachine> = {}) =>
      tileCost({...product, ...change}, {...machine, ...other}).seconds;
    for (const batch of [1, 16, 17, 200, 2000]) {
      for (const name of ["cores", "gigahertz", "bandwidthGBs"] as const) {
        expect(seconds({batch}, {[name]: 2 * machine[name]})).toBeLessThanOrEqual(seconds({batch}));
      }
      expect(seconds({batch}, {cyclesPerRow: 6})).toBeGreaterThanOrEqual(seconds({batch}));
      expect(seconds({batch: batch + 1})).toBeGreaterThanOrEqual(seconds({batch}));
      expect(seconds({batch, isExpanded: false})).toBeLessThanOrEqual(seconds({batch}));
      expect(seconds({batch, weightBytes: 2 ** 25})).toBeGreaterThanOrEqual(seconds({batch}));
    }
  });

  test("refuses a machine without cores and a product without rows", () => {
    expect(() => tileCost(product, {...machine, cores: 0})).toThrow("tileCost: cores must be");
    expect(() => tileCost({...product, batch: 0}, machine)).toThrow("tileCost: batch must be");
  });
});

test("sumOfTileCosts is bound by what has the most of the time", () => {
  const small = tileCost({...product, weightBytes: 0}, machine);
  const large = tileCost({...product, weightBytes: 2 ** 30}, machine);
  const sum = sumOfTileCosts([small, small, large]);
  expect(small.bound).toBe("expand");
  expect(sum.bound).toBe("memory");
  expect(sum.seconds).toBeCloseTo(2 * small.seconds + large.seconds, 12);
});
