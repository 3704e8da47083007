import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {decodeCycles} from "../../src/lib/accel/hsa/decode-array.js";
import {type FedDecode, fedDecode} from "../../src/lib/accel/hsa/fed-decode.js";

const small: FedDecode = {
  K: 64,
  N: 48,
  array: [8, 12],
  weightBits: 4,
  bytesPerCycle: 48,
  bufferBytes: 96,
};

describe("an array that a memory feeds", () => {
  test("never waits where the memory sends a fold a cycle and every fold is whole", () => {
    expect(fedDecode(small)).toEqual({cycles: 32, stalls: 0, arrayUse: 1, memoryUse: 1});
  });

  test("is used in half where the memory sends half a fold a cycle, and the memory in full", () => {
    const {arrayUse, memoryUse, stalls} = fedDecode({...small, bytesPerCycle: 24});
    expect(arrayUse).toBe(0.5);
    expect(memoryUse).toBe(1);
    expect(stalls).toBe(32);
  });

  test("ends where a million sums of fractions of a byte come out a last bit short", () => {
    const long = {...small, K: 2048, N: 4096, weightBits: 4.25, bytesPerCycle: 51.2, bufferBytes: 262_144};
    const {cycles, arrayUse} = fedDecode(long);
    expect(cycles).toBeGreaterThanOrEqual((2048 / 8) * Math.ceil(4096 / 12));
    expect(arrayUse).toBeGreaterThan(0.99);
  });

  test("leaves elements idle at the edges, and the memory with them", () => {
    const {arrayUse, stalls} = fedDecode({...small, K: 60, N: 50});
    expect(stalls).toBe(0);
    expect(arrayUse).toBeCloseTo((60 * 50) / (8 * 5 * 8 * 12), 12);
  });

  test("takes at least the cycles of the array and of the memory, and no more than both together", () => {
    const sizes = fc.record({
      K: fc.integer({min: 1, max: 100}),
      N: fc.integer({min: 1, max: 60}),
      array: fc.tuple(fc.integer({min: 1, max: 16}), fc.integer({min: 1, max: 16})),
      weightBits: fc.constantFrom(4, 4.25, 8),
      bytesPerCycle: fc.double({min: 0.5, max: 200, noNaN: true}),
      bufferBytes: fc.integer({min: 256, max: 5000}),
    });
    fc.assert(
      fc.property(sizes, (given) => {
        const {cycles, stalls, arrayUse, memoryUse} = fedDecode(given);
        const ofArray = decodeCycles(given.K, given.N, given.array);
        const ofMemory = (given.K * given.N * given.weightBits) / 8 / given.bytesPerCycle;
        expect(cycles - stalls).toBe(ofArray);
        expect(cycles).toBeGreaterThanOrEqual(Math.floor(ofMemory));
        expect(cycles).toBeLessThanOrEqual(ofArray + Math.ceil(ofMemory) + 1);
        for (const use of [arrayUse, memoryUse]) {
          expect(use).toBeGreaterThan(0);
          expect(use).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      {seed: 7, numRuns: 200},
    );
  });

  test("refuses a buffer that holds no fold, and sizes that are none", () => {
    expect(() => fedDecode({...small, bufferBytes: 47})).toThrow(
      "fedDecode: bufferBytes must be at least a fold of 48, got 47",
    );
    expect(() => fedDecode({...small, K: 0})).toThrow("fedDecode: K must be an integer of at least 1, got 0");
    expect(() => fedDecode({...small, bytesPerCycle: 0})).toThrow(
      "fedDecode: bytesPerCycle must be a finite number above 0, got 0",
    );
  });
});
