import {describe, expect, test} from "vitest";
import {tableTiles} from "../../../src/lib/experiments/accel/table-tiles.js";
import {lutTensorCoreClaims} from "../../../src/lib/experiments/claims/arithmetic/lut-tensor-core.js";
import {type MixedRows, mixpeClaims} from "../../../src/lib/experiments/claims/arithmetic/mixpe.js";
import {trainedClaims} from "../../../src/lib/experiments/claims/arithmetic/trained.js";
import {between, number, testOutcomes} from "./outcomes.js";

const rivals = (...values: number[]) => values.map((value, i) => number(`rival ${i}`, value));
const widths = (...values: number[]) => values.map((value) => number("times", value));

const gains = (...ends: (readonly [number, number])[]) =>
  ends.map(([low, high]) => between("pictures right", low, high));

testOutcomes([...mixpeClaims, ...lutTensorCoreClaims, ...trainedClaims], {
  "dense-shift-order": [
    ["agrees", gains([1, 4], [2, 3])],
    ["open", gains([-1, 4], [-3, 1])],
    ["differs", gains([1, 4], [-3, -1])],
  ],
  "dense-shift-accuracy": [
    ["agrees", gains([-1, 4], [-2, 3])],
    ["open", gains([-3, 4])],
    ["differs", gains([-9, -3])],
  ],
  "qfx-accuracy": [
    ["agrees", [...gains([1, 4]), between("with weights trained alike", -5, -1)]],
    ["same direction", gains([1, 4], [-1, 3])],
    ["differs", gains([1, 4], [-3, -1])],
  ],
  "mixpe-speed": [
    ["agrees", rivals(2.6, 3)],
    ["open", rivals(1.1, 11)],
    ["differs", rivals(1.1, 2.5)],
  ],
  "mixpe-energy": [
    ["agrees", rivals(1.5, 6)],
    ["open", rivals(1.3, 6)],
    ["differs", rivals(1.1, 1.3)],
  ],
  "lut-tensor-core-density": [
    ["agrees", widths(40, 20, 10)],
    ["same direction", widths(40, 20, 9)],
    ["differs", widths(40, 20, 0.9)],
  ],
  "lut-tensor-core-energy": [
    ["agrees", widths(12, 11, 10)],
    ["same direction", widths(12, 6, 3)],
    ["differs", widths(12, 6, 1)],
  ],
});

describe("evidence", () => {
  test("of MixPE compares groups of 128 alone", () => {
    const row = (element: string, groupSize: number, cycles: number) => ({element, groupSize, cycles});
    const mixed = [
      row("mixpe-w4a8", 32, 1),
      row("mixpe-w4a8", 128, 4),
      row("int8", 128, 6),
      row("dequantized", 128, 40),
    ] as unknown as MixedRows;
    expect(mixpeClaims[0].ours({mixed}).map(({value}) => value)).toEqual([1.5, 10]);
  });

  test("of LUT Tensor Core shrinks with every bit of a weight", async () => {
    const tiles = await tableTiles.run({});
    for (const claim of lutTensorCoreClaims) {
      const found = claim.ours({tiles}).map(({value}) => value ?? Number.NaN);
      expect(found).toHaveLength(3);
      for (let i = 1; i < 3; i++) expect(found[i]).toBeLessThan(found[i - 1]);
      expect(found[2]).toBeGreaterThan(1);
    }
  });
});
