import {correctedSystolic} from "../../accel/systolic/corrected.js";
import type {Dataflow} from "../../accel/systolic/layer.js";
import {scaleSim} from "../../accel/systolic/scale-sim.js";
import {experiment} from "../../experiment/experiment.js";

const SIDES = [8, 16, 32, 64, 128, 256] as const;
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] as const;
/** Dataflows of a systolic array: output, weight and input stationary. */
export const DATAFLOWS = ["os", "ws", "is"] as const satisfies readonly Dataflow[];

/** Cycles and traffic of a matrix product on a systolic array: every dataflow, size of array and number of rows. */
export const systolic = experiment({
  id: "accel/systolic",
  title: "The cycle surface of a systolic array",
  question: "Which dataflow keeps how large an array busy, for which product?",
  source:
    "SCALE-Sim, scalesim-project/SCALE-Sim at 1d62b68, for its counts; ours: edge folds as short as they are, partial sums read back, stalls under a real bandwidth",
  params: {
    side: {kind: "choice", label: "Array side", options: SIDES, default: 32},
    rows: {
      kind: "choice",
      label: "Matmul rows M",
      help: "1 is one token: a matrix times a vector.",
      options: ROWS,
      default: 1,
    },
    bytesPerCycle: {
      kind: "number",
      label: "DRAM",
      unit: "bytes a cycle",
      min: 1,
      max: 1024,
      log: true,
      default: 64,
    },
    overlap: {
      kind: "flag",
      label: "Fill the next fold while one drains",
      default: false,
    },
    terms: {
      kind: "integer",
      label: "Matmul inner size K",
      min: 1,
      max: 16384,
      log: true,
      default: 2048,
      advanced: true,
    },
    columns: {
      kind: "integer",
      label: "Matmul columns N",
      min: 1,
      max: 16384,
      log: true,
      default: 2048,
      advanced: true,
    },
    sramKB: {
      kind: "integer",
      label: "On-chip buffer",
      unit: "KiB",
      min: 4,
      max: 16384,
      log: true,
      default: 512,
      advanced: true,
    },
  },
  columns: {
    dataflow: {type: "string", label: "Dataflow"},
    side: {type: "integer", label: "Array side", unit: "elements"},
    rows: {type: "integer", label: "Matmul rows M"},
    computeCycles: {type: "number", label: "Cycles without waiting", provenance: "modelled"},
    stallCycles: {type: "number", label: "Cycles waited for DRAM", provenance: "modelled"},
    totalCycles: {type: "number", label: "Cycles", provenance: "modelled"},
    utilization: {type: "number", label: "Utilization", unit: "% of all cycles", provenance: "modelled"},
    dramBytes: {type: "number", label: "DRAM traffic", unit: "B", provenance: "modelled"},
    overLowerBound: {type: "number", label: "Traffic over its lower bound", provenance: "modelled"},
    scaleSimCycles: {type: "number", label: "Cycles as SCALE-Sim counts them", provenance: "modelled"},
  },
  needs: [],
  sweep: [{}, {rows: 512}, {overlap: true}, {rows: 512, overlap: true}],
  run({side, rows, bytesPerCycle, overlap, terms: K, columns: N, sramKB}) {
    const one = (dataflow: Dataflow, array: number, M: number) => {
      const gemm = {type: "gemm" as const, M, N, K};
      const result = correctedSystolic(gemm, dataflow, {
        array: [array, array],
        sramBytes: sramKB * 1024,
        bytesPerCycle,
        overlap,
      });
      // Buffers of SCALE-Sim hold everything: its cycles do not depend on them, and its reads are not shown.
      const all = Math.ceil(Math.max(M * K, K * N, M * N) / 256);
      const published = scaleSim(gemm, dataflow, {array: [array, array], sramKB: [all, all, all]});
      const {ifmap, filter, ofmap} = result.dramBytes;
      return {
        dataflow,
        side: array,
        rows: M,
        computeCycles: result.computeCycles,
        stallCycles: result.totalCycles - result.computeCycles,
        totalCycles: result.totalCycles,
        utilization: 100 * result.utilization,
        dramBytes: ifmap + filter + ofmap,
        overLowerBound: result.overLowerBound,
        scaleSimCycles: published.totalCycles,
        provenance: "modelled" as const,
      };
    };
    return DATAFLOWS.flatMap((dataflow) => [
      ...ROWS.map((M) => one(dataflow, side, M)),
      ...SIDES.filter((array) => array !== side).map((array) => one(dataflow, array, rows)),
    ]);
  },
});
