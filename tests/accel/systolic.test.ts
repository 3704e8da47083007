import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {correctedSystolic, edgeCycles, lowerBoundBytes} from "../../src/lib/accel/systolic/corrected.js";
import {dramReads} from "../../src/lib/accel/systolic/dram-reads.js";
import {
  type Dataflow,
  foldCycles,
  type Gemm,
  gemmOf,
  type Layer,
  mappingOf,
} from "../../src/lib/accel/systolic/layer.js";
import {scaleSim} from "../../src/lib/accel/systolic/scale-sim.js";
import {type Matrix, simulateSystolic, systolicFrames} from "../../src/lib/accel/systolic/simulate.js";
import {bestTiling} from "../../src/lib/accel/systolic/tiling.js";

const FLOWS: readonly Dataflow[] = ["os", "ws", "is"];
const side = fc.integer({min: 1, max: 9});
const sizes = fc.record({
  M: side,
  N: side,
  K: side,
  R: fc.integer({min: 1, max: 4}),
  C: fc.integer({min: 1, max: 4}),
});
const gemm = (M: number, N: number, K: number): Gemm => ({type: "gemm", M, N, K});

/** Small integers, so that every sum is exact in any order. */
const filled = (rows: number, columns: number, seed: number): Matrix => ({
  rows,
  columns,
  data: Array.from({length: rows * columns}, (_, i) => ((i * 7 + seed * 13) % 31) - 15),
});

function product(A: Matrix, B: Matrix): number[] {
  return Array.from({length: A.rows * B.columns}, (_, x) => {
    const [m, n] = [Math.floor(x / B.columns), x % B.columns];
    let sum = 0;
    for (let k = 0; k < A.columns; k++) sum += A.data[m * A.columns + k] * B.data[k * B.columns + n];
    return sum;
  });
}

describe("the simulated array", () => {
  for (const flow of FLOWS) {
    test(`${flow}: results are the matrix product, cycles the formula, work every pair once`, () => {
      fc.assert(
        fc.property(sizes, ({M, N, K, R, C}) => {
          const [A, B] = [filled(M, K, 1), filled(K, N, 2)];
          const {output, cycles, macs} = simulateSystolic(A, B, flow, [R, C]);
          expect([...(output.data as Float64Array)]).toEqual(product(A, B));
          const {rows, columns, time} = mappingOf(gemm(M, N, K), flow);
          const folds = Math.ceil(rows / R) * Math.ceil(columns / C);
          expect(cycles).toBe(folds * foldCycles(flow, time, R, C));
          expect(macs).toBe(M * N * K);
        }),
        {seed: 12, numRuns: 150},
      );
    });

    test(`${flow}: SCALE-Sim reports one cycle less than the array takes`, () => {
      const {cycles} = simulateSystolic(filled(5, 7, 1), filled(7, 6, 2), flow, [3, 4]);
      const {totalCycles} = scaleSim(gemm(5, 6, 7), flow, {array: [3, 4], sramKB: [64, 64, 64]});
      expect(totalCycles).toBe(cycles - 1);
    });
  }

  test("frames are numbered through all folds and show the array as it fills", () => {
    const frames = [...systolicFrames(filled(3, 2, 1), filled(2, 3, 2), "os", [2, 2])];
    expect(frames.map(({cycle}) => cycle)).toEqual(frames.map((_, i) => i));
    expect(frames[0].fromLeft.filter((x) => x !== null)).toHaveLength(1);
    expect(frames[0].active).toBe(1);
    const load = [...systolicFrames(filled(3, 2, 1), filled(2, 3, 2), "ws", [2, 2])].slice(0, 2);
    expect(load.map(({phase}) => phase)).toEqual(["load", "load"]);
    expect(load[1].held).toEqual(
      [0, 1, 2, 3].map((x) => filled(2, 3, 2).data[Math.floor(x / 2) * 3 + (x % 2)]),
    );
  });

  test("refuses matrices that do not meet", () => {
    expect(() => simulateSystolic(filled(2, 3, 1), filled(2, 3, 1), "os", [2, 2])).toThrow(
      "simulateSystolic: B must have 3 rows, the columns of A, got 2",
    );
    expect(() => simulateSystolic({rows: 2, columns: 2, data: [1]}, filled(2, 2, 1), "os", [2, 2])).toThrow(
      "simulateSystolic: A must hold 4 numbers, got 1",
    );
    expect(() => simulateSystolic(filled(1, 1, 1), filled(1, 1, 1), "os", [0, 2])).toThrow(
      "simulateSystolic: R must be an integer of at least 1, got 0",
    );
  });
});

describe("SCALE-Sim's counts", () => {
  const big = {array: [16, 16], sramKB: [64, 64, 64]} as const;

  test("64 x 64 x 64 on 16 x 16 takes 1503 cycles output-stationary and 1759 weight-stationary", () => {
    const os = scaleSim(gemm(64, 64, 64), "os", big);
    expect(os.totalCycles).toBe(1503);
    expect(os.overallUtilPct).toBeCloseTo(68.13, 2);
    expect(os.mappingEffPct).toBe(100);
    expect(scaleSim(gemm(64, 64, 64), "ws", big).totalCycles).toBe(1759);
  });

  test("input-stationary is weight-stationary with the operands exchanged", () => {
    fc.assert(
      fc.property(sizes, ({M, N, K, R, C}) => {
        const machine = {array: [R, C], sramKB: [64, 64, 64]} as const;
        const is = scaleSim(gemm(M, N, K), "is", machine);
        const ws = scaleSim(gemm(N, M, K), "ws", machine);
        expect(is.totalCycles).toBe(ws.totalCycles);
        expect(is.ifmapSramReads).toBe(ws.filterSramReads);
        expect(is.filterSramReads).toBe(ws.ifmapSramReads);
      }),
      {seed: 3},
    );
  });

  test("cycles never fall below the work, and grow with every side", () => {
    fc.assert(
      fc.property(sizes, ({M, N, K, R, C}) => {
        for (const flow of FLOWS) {
          const cycles = (m: number, n: number, k: number) =>
            scaleSim(gemm(m, n, k), flow, {array: [R, C], sramKB: [1, 1, 1]}).totalCycles + 1;
          expect(cycles(M, N, K)).toBeGreaterThanOrEqual(Math.ceil((M * N * K) / (R * C)));
          expect(cycles(M + 1, N, K)).toBeGreaterThanOrEqual(cycles(M, N, K));
          expect(cycles(M, N + 1, K)).toBeGreaterThanOrEqual(cycles(M, N, K));
          expect(cycles(M, N, K + 1)).toBeGreaterThanOrEqual(cycles(M, N, K));
        }
      }),
      {seed: 4},
    );
  });

  test("weight-stationary filter reads do not depend on M", () => {
    expect(scaleSim(gemm(1, 64, 64), "ws", big).filterSramReads).toBe(
      scaleSim(gemm(999, 64, 64), "ws", big).filterSramReads,
    );
  });

  test("a single row keeps a weight-stationary array about 1 / (2 R + C - 1) busy", () => {
    const {overallUtilPct} = scaleSim(gemm(1, 256, 256), "ws", big);
    expect(overallUtilPct / 100).toBeCloseTo(1 / (2 * 16 + 16 - 1), 3);
  });

  test("a buffer that holds everything reads each element once, a small one never less", () => {
    const buffer = (kb: number) => ({elements: 1024 * kb, activeFraction: 0.5});
    for (const flow of FLOWS) {
      const reads = (kb: number) =>
        dramReads(gemm(40, 50, 60), flow, [8, 8], {ifmap: buffer(kb), filter: buffer(kb)});
      expect(reads(64)).toEqual({ifmap: 2400, filter: 3000});
      for (const kb of [1, 2, 4]) {
        expect(reads(kb).ifmap).toBeGreaterThanOrEqual(2400);
        expect(reads(kb).filter).toBeGreaterThanOrEqual(3000);
      }
    }
  });

  test("windows that hang over the edge ask for nothing there", () => {
    const conv = {type: "conv", ih: 5, iw: 5, fh: 2, fw: 2, cin: 1, cout: 1, stride: 2} as const;
    expect(gemmOf(conv)).toEqual(gemm(9, 1, 4));
    const buffer = {elements: 65_536, activeFraction: 0.5};
    expect(dramReads(conv, "os", [4, 4], {ifmap: buffer, filter: buffer}).ifmap).toBe(25);
  });

  test("sizes that are no counts are refused by name", () => {
    expect(() => gemmOf(gemm(0, 1, 1))).toThrow("gemmOf: M must be an integer of at least 1, got 0");
    expect(() => gemmOf({type: "conv", ih: 2, iw: 9, fh: 3, fw: 3, cin: 1, cout: 1, stride: 1})).toThrow(
      "gemmOf: fh x fw must be at most ih x iw = 2 x 9, got 3 x 3",
    );
    expect(() => scaleSim(gemm(1, 1, 1), "os", {array: [4, 0], sramKB: [1, 1, 1]})).toThrow(
      "scaleSim: C must be a finite number above 0, got 0",
    );
  });
});

describe("random layers that SCALE-Sim itself was run on", () => {
  const {rows} = JSON.parse(readFileSync(new URL("./scale-sim-rows.json", import.meta.url), "utf8")) as {
    rows: {
      layer: Layer;
      dataflow: Dataflow;
      array: [number, number];
      sramKB: [number, number, number];
      result: Record<string, number>;
    }[];
  };

  test("agree in cycles, utilisation and traffic, windows over the edge and uneven arrays included", () => {
    expect(rows.length).toBe(100);
    for (const {layer, dataflow, result, ...machine} of rows) {
      const ours = scaleSim(layer, dataflow, machine) as unknown as Record<string, number>;
      for (const [field, theirs] of Object.entries(result)) {
        const close = Math.abs(ours[field] - theirs) <= 1e-12 * Math.abs(theirs);
        if (!close)
          expect([layer, dataflow, machine, field, ours[field]]).toEqual([
            layer,
            dataflow,
            machine,
            field,
            theirs,
          ]);
      }
    }
  });
});

describe("the buffer SCALE-Sim reads through", () => {
  /** The same rule with sets, written as its text says: forget the oldest sets when the active share is full. */
  function naiveReads(requests: readonly number[], elements: number): number {
    const size = Math.floor(elements / 100);
    let sets: Set<number>[] = [];
    let current = new Set<number>();
    let reads = 0;
    for (const address of requests) {
      if (current.has(address) || sets.some((set) => set.has(address))) continue;
      reads++;
      current.add(address);
      if (current.size < size) continue;
      sets.push(current);
      current = new Set();
      if (sets.length === 50) sets = [];
    }
    return reads;
  }

  test("counts what a list of sets counts, request by request", () => {
    const sizesOf = fc.record({
      M: fc.integer({min: 1, max: 60}),
      N: fc.integer({min: 1, max: 60}),
      K: fc.integer({min: 1, max: 60}),
      R: fc.integer({min: 1, max: 9}),
      C: fc.integer({min: 1, max: 9}),
    });
    fc.assert(
      fc.property(sizesOf, ({M, N, K, R, C}) => {
        const requests: number[] = [];
        for (let j = 0; j < N; j += C) {
          for (let i = 0; i < M; i += R) {
            for (let t = 0; t < K + R - 1; t++) {
              for (let r = 0; r < R && i + r < M; r++) {
                const k = t - r;
                if (k >= 0 && k < K) requests.push((i + r) * K + k);
              }
            }
          }
        }
        const buffer = {elements: 700, activeFraction: 0.5};
        const {ifmap} = dramReads(gemm(M, N, K), "os", [R, C], {ifmap: buffer, filter: buffer});
        expect(ifmap).toBe(naiveReads(requests, 700));
      }),
      {seed: 14},
    );
  });

  test("too small for a hundred sets, it forgets nothing", () => {
    const buffer = {elements: 99, activeFraction: 0.5};
    expect(dramReads(gemm(40, 50, 60), "os", [8, 8], {ifmap: buffer, filter: buffer})).toEqual({
      ifmap: 2400,
      filter: 3000,
    });
  });
});

describe("the corrected model", () => {
  const machine = {array: [16, 16], sramBytes: 64 * 1024, bytesPerCycle: 16} as const;
  const layers = fc.record({
    M: fc.integer({min: 1, max: 300}),
    N: fc.integer({min: 1, max: 300}),
    K: fc.integer({min: 1, max: 300}),
  });

  test("folds that fill the array take what the formula says, edge folds less", () => {
    for (const flow of FLOWS) {
      const {rows, columns, time} = mappingOf(gemm(64, 32, 48), flow);
      const folds = (rows / 16) * (columns / 16);
      expect(edgeCycles(gemm(64, 32, 48), flow, [16, 16])).toBe(folds * foldCycles(flow, time, 16, 16));
      expect(edgeCycles(gemm(17, 17, 17), flow, [16, 16])).toBeLessThan(4 * foldCycles(flow, 17, 16, 16));
    }
  });

  test("overlapping folds never takes longer", () => {
    fc.assert(
      fc.property(layers, ({M, N, K}) => {
        for (const flow of FLOWS) {
          const apart = edgeCycles(gemm(M, N, K), flow, [16, 16]);
          const together = edgeCycles(gemm(M, N, K), flow, [16, 16], true);
          expect(together).toBeLessThanOrEqual(apart);
          expect(together).toBeGreaterThanOrEqual(Math.ceil((M * N * K) / 256));
        }
      }),
      {seed: 9},
    );
  });

  test("total is computing plus stalls, and never less with less bandwidth or a smaller buffer", () => {
    fc.assert(
      fc.property(layers, ({M, N, K}) => {
        const full = correctedSystolic(gemm(M, N, K), "ws", machine);
        const {ifmap, filter, ofmap} = full.stallCycles;
        expect(full.totalCycles).toBeCloseTo(full.computeCycles + ifmap + filter + ofmap, 6);
        expect(full.utilization).toBeLessThanOrEqual(1);
        const slow = correctedSystolic(gemm(M, N, K), "ws", {...machine, bytesPerCycle: 2});
        expect(slow.totalCycles).toBeGreaterThanOrEqual(full.totalCycles);
        const bytes = (sramBytes: number) => {
          const {dramBytes: d} = correctedSystolic(gemm(M, N, K), "ws", {...machine, sramBytes});
          return d.ifmap + d.filter + d.ofmap;
        };
        expect(bytes(2048)).toBeGreaterThanOrEqual(bytes(64 * 1024));
      }),
      {seed: 10},
    );
  });

  test("no tiling moves less than the lower bound", () => {
    fc.assert(
      fc.property(layers, fc.integer({min: 64, max: 100_000}), ({M, N, K}, sram) => {
        const {traffic, m, n, k} = bestTiling(gemm(M, N, K), sram, [1, 1, 1]);
        expect(2 * (m * k + k * n + m * n)).toBeLessThanOrEqual(sram);
        expect(traffic.ifmap + traffic.filter + traffic.ofmap).toBeGreaterThanOrEqual(M * K + K * N + M * N);
        expect(
          correctedSystolic(gemm(M, N, K), "os", {...machine, sramBytes: sram, bytes: [1, 1, 1]})
            .overLowerBound,
        ).toBeGreaterThanOrEqual(1);
      }),
      {seed: 11},
    );
  });

  test("everything on chip moves every operand once", () => {
    const {traffic} = bestTiling(gemm(32, 32, 32), 1e6, [1, 1, 4]);
    expect(traffic).toEqual({ifmap: 1024, filter: 1024, ofmap: 4096});
    expect(lowerBoundBytes(gemm(32, 32, 32), 1e6, [1, 1, 4])).toBe(6144);
  });

  test("weight-stationary sums are read back once less than they are written", () => {
    const {sram} = correctedSystolic(gemm(10, 20, 64), "ws", machine);
    expect(sram.ofmapWrites).toBe(10 * 20 * 4);
    expect(sram.ofmapReads).toBe(10 * 20 * 3);
  });

  test("a buffer too small for anything is refused", () => {
    expect(() => bestTiling(gemm(2, 2, 2), 5, [1, 1, 4])).toThrow(
      "bestTiling: sramBytes must be at least 12, got 5",
    );
  });
});
