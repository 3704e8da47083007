import {expect, test} from "vitest";
import {wrongKernels} from "../../../src/lib/experiments/accel/wrong-kernels.js";

test("more tests find more, every class is there, and what is found of a kernel is what its mutants show", async () => {
  const {rows, kernels, hardest} = await wrongKernels.runTables({tests: 6, series: 2}, {});
  expect(rows.filter(({bugs}) => bugs === "narrow").map(({tests}) => tests)).toEqual([1, 2, 4, 6]);
  for (const [i, row] of rows.entries()) {
    if (row.tests > 1) expect(row.found).toBeGreaterThanOrEqual(rows[i - 1].found);
    expect(row.low! <= row.found && row.found <= row.high!).toBe(true);
  }
  const last = rows.filter(({tests}) => tests === 6);
  const sum = (of: readonly {mutants: number; found: number}[]) =>
    of.reduce((total, {mutants, found}) => total + mutants * found, 0);
  expect(sum(kernels)).toBeCloseTo(sum(last), 9);
  expect(hardest.every(({found}, i) => found < 1 && (i === 0 || found >= hardest[i - 1].found))).toBe(true);
});
