import {describe, expect, test} from "vitest";
import {correctedSystolic} from "../../../src/lib/accel/systolic/corrected.js";
import {scaleSim} from "../../../src/lib/accel/systolic/scale-sim.js";
import {DATAFLOWS, systolic} from "../../../src/lib/experiments/accel/systolic.js";

type SystolicRow = Awaited<ReturnType<typeof systolic.run>>[number];
const keyOf = ({dataflow, side, rows}: SystolicRow) => `${dataflow} ${side} ${rows}`;
const SMALL = {terms: 96, columns: 80, sramKB: 16} as const;

describe("a row of accel/systolic", () => {
  test("is the count of the library for one product on one array", async () => {
    const rows = await systolic.run({...SMALL, side: 16, rows: 32, bytesPerCycle: 8});
    for (const row of rows) {
      const gemm = {type: "gemm", M: row.rows, N: 80, K: 96} as const;
      const dataflow = row.dataflow as (typeof DATAFLOWS)[number];
      const found = correctedSystolic(gemm, dataflow, {
        array: [row.side, row.side],
        sramBytes: 16 * 1024,
        bytesPerCycle: 8,
        overlap: false,
      });
      const {ifmap, filter, ofmap} = found.dramBytes;
      expect(row, keyOf(row)).toMatchObject({
        computeCycles: found.computeCycles,
        totalCycles: found.totalCycles,
        stallCycles: found.totalCycles - found.computeCycles,
        utilization: 100 * found.utilization,
        dramBytes: ifmap + filter + ofmap,
        overLowerBound: found.overLowerBound,
        provenance: "modelled",
      });
    }
  });

  test("has SCALE-Sim's cycles beside ours, which never exceed them before waiting", async () => {
    const rows = await systolic.run({...SMALL, side: 16, rows: 32});
    for (const row of rows) {
      const gemm = {type: "gemm", M: row.rows, N: 80, K: 96} as const;
      const published = scaleSim(gemm, row.dataflow as (typeof DATAFLOWS)[number], {
        array: [row.side, row.side],
        sramKB: [1024, 1024, 1024],
      });
      expect(row.scaleSimCycles, keyOf(row)).toBe(published.totalCycles);
      // SCALE-Sim charges an edge fold as a whole one.
      expect(row.computeCycles, keyOf(row)).toBeLessThanOrEqual(row.scaleSimCycles + 1);
    }
  });

  test("keeps its parts in order: never busier than whole, never below the least traffic", async () => {
    for (const bytesPerCycle of [2, 64, 1024]) {
      for (const row of await systolic.run({...SMALL, bytesPerCycle})) {
        expect(row.totalCycles).toBe(row.computeCycles + row.stallCycles);
        expect(row.stallCycles).toBeGreaterThanOrEqual(0);
        expect(row.utilization).toBeGreaterThan(0);
        expect(row.utilization).toBeLessThanOrEqual(100);
        expect(row.overLowerBound).toBeGreaterThanOrEqual(1 - 1e-12);
        // All of both operands come once at least, and the result goes.
        expect(row.dramBytes).toBeGreaterThanOrEqual(row.rows * 96 + 96 * 80);
      }
    }
  });
});

describe("accel/systolic as a whole", () => {
  test("filling one fold while another drains costs no cycles and saves some", async () => {
    const [plain, overlapped] = [await systolic.run(SMALL), await systolic.run({...SMALL, overlap: true})];
    plain.forEach((row, i) => {
      expect(keyOf(overlapped[i])).toBe(keyOf(row));
      expect(overlapped[i].computeCycles).toBeLessThanOrEqual(row.computeCycles);
    });
    expect(plain.some((row, i) => overlapped[i].computeCycles < row.computeCycles)).toBe(true);
  });

  test("more rows take at least as many cycles of computing on the same array", async () => {
    const rows = await systolic.run(SMALL);
    for (const dataflow of DATAFLOWS) {
      const own = rows.filter((row) => row.dataflow === dataflow && row.side === 32);
      const sorted = own.toSorted((a, b) => a.rows - b.rows);
      sorted.slice(1).forEach((row, i) => {
        expect(row.computeCycles, keyOf(row)).toBeGreaterThanOrEqual(sorted[i].computeCycles);
      });
    }
  });

  test("a larger buffer moves no more bytes", async () => {
    const [small, large] = [
      await systolic.run({...SMALL, sramKB: 4}),
      await systolic.run({...SMALL, sramKB: 4096}),
    ];
    small.forEach((row, i) => {
      expect(large[i].dramBytes, keyOf(row)).toBeLessThanOrEqual(row.dramBytes);
    });
  });

  test("says again what it said, and refuses what is no side of an array", async () => {
    expect(await systolic.run(SMALL)).toEqual(await systolic.run(SMALL));
    await expect(systolic.run({side: 24 as 32})).rejects.toThrow(
      "run accel/systolic: side must be one of 8, 16, 32, 64, 128, 256, got 24",
    );
    await expect(systolic.run({terms: 0})).rejects.toThrow("terms must be an integer from 1 to 16384, got 0");
  });
});
