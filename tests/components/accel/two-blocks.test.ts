import {describe, expect, test} from "vitest";
import {constantsOf, halvesOf, twoBlocks} from "../../../src/components/by-hand/accel/two-blocks.js";

describe("the circuit by hand", () => {
  test.each([
    {constants: "5, 11, 6, 13", bits: 4, compressed: 5, digits: "binary"},
    {constants: "255 254 0 1", bits: 8, compressed: 16, digits: "csd"},
    {constants: "0", bits: 1, compressed: 0, digits: "binary"},
  ] as const)("of $constants gives every sum, and its packings keep the limits of their blocks", (state) => {
    const {right, blocks, netlist, adderBits} = twoBlocks(state);
    expect(right).toBe(32);
    expect(blocks.flatMap(({faults}) => faults)).toEqual([]);
    expect(blocks[1].modules).toBeLessThanOrEqual(blocks[0].modules);
    for (const {packing} of blocks) {
      const halves = halvesOf(netlist, packing).flat(2);
      expect(halves.filter(({adder}) => adder !== "")).toHaveLength(adderBits);
    }
  });

  test("takes one to eight whole numbers of eight bits", () => {
    expect(constantsOf(" 1; 2,3 ")).toEqual([1, 2, 3]);
    for (const text of ["", "256", "-1", "1.5", "a", "1 2 3 4 5 6 7 8 9"]) {
      expect(() => constantsOf(text)).toThrow("Constants must be one to eight whole numbers from 0 to 255");
    }
  });
});
