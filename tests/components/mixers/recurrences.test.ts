import {describe, expect, test} from "vitest";
import {
  costsOf,
  type MemoryRow,
  type TileRow,
  tilesOf,
} from "../../../src/components/by-hand/mixers/mixer-tables.js";
import {ternaryRowOf} from "../../../src/components/by-hand/mixers/ternary-row.js";
import {type FormRow, formsFigure} from "../../../src/components/plots/mixers/flash-rnn.js";
import {type MatMulFreeRow, ternaryFigure} from "../../../src/components/plots/mixers/matmul-free.js";
import {parityFigure, type TrackingRow} from "../../../src/components/plots/mixers/state-tracking.js";
import {flashRnnExperiment} from "../../../src/lib/experiments/mixers/flash-rnn.js";
import {matMulFreeExperiment} from "../../../src/lib/experiments/mixers/matmul-free.js";
import {stateTracking} from "../../../src/lib/experiments/mixers/state-tracking.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

describe("models without products of matrices", () => {
  const row = (model: string, perplexity: number, weightBytes: number): MatMulFreeRow => ({
    ...{model, seed: "all", documents: 6, perplexity, perplexityLow: null, perplexityHigh: null},
    ...{answers: 0.5, answersLow: null, answersHigh: null, weightBytes, energy: weightBytes},
    ...{multiplications: weightBytes, additions: 7, provenance: "measured"},
  });
  const rows = [
    row("matmul-free-small", 15, 100),
    row("matmul-free-small-float", 12, 600),
    row("decoder-iso-flop", 7, 500),
  ];
  const memory = [128, 1024].map(
    (tokens): MemoryRow => ({
      model: "decoder-iso-flop",
      tokens,
      memoryBytes: 10 * tokens,
      provenance: "modelled",
    }),
  );

  test("stand beside a transformer by bytes and perplexity", () => {
    const {series, finding} = ternaryFigure.draw(rows, checkParams("test", matMulFreeExperiment.params, {}));
    expect(series.map(({name}) => name)).toEqual([
      "MatMul-free, ternary",
      "the same with plain matrices",
      "transformer",
    ]);
    expect(finding).toContain("take 5 times fewer bytes");
    expect(finding).toContain("perplexity of 15; without rounding it is 12, the transformer's 7");
  });

  test("cost what their rows say", () => {
    const {finding, head, body} = costsOf(rows, memory);
    expect(finding).toContain("multiplies 20 % as often");
    expect(body.map((cells) => cells.length)).toEqual(rows.map(() => head.length));
    expect(body[2][3].replace(/\s/g, "")).toBe("10240");
  });

  test("add by signs what a product gives", () => {
    for (let draw = 1; draw <= 20; draw++) {
      const {signs, codes, sum, output, dense} = ternaryRowOf(draw);
      expect(sum).toBe(signs.reduce((total, sign, i) => total + sign * codes[i], 0));
      expect(output).toBeCloseTo(dense, 12);
    }
  });
});

test("two kernels and one are lines of their own, up to the widest head that has tiles", () => {
  const row = (form: string, headDim: number, bytes: number, time: number | null): FormRow => ({
    ...{form, headDim, heads: 1, bytes, time, provenance: "modelled"},
  });
  const rows = [
    row("alternating", 64, 800, 8),
    row("fused", 64, 100, 1),
    row("alternating", 128, 900, 9),
    row("fused", 128, 90, null),
  ];
  const {series, finding} = formsFigure.draw(rows, checkParams("test", flashRnnExperiment.params, {}));
  expect(series.map(({name, points}) => [name, points.length])).toEqual([
    ["two kernels a step", 2],
    ["one kernel for all steps", 1],
  ]);
  expect(finding).toContain("up to 64 channels here, and moves 8 times fewer bytes");
});

test("a width without tiles names what is in the way", () => {
  const none = {
    blocksHeads: null,
    blocksGate: null,
    blocksBatch: null,
    warps: null,
    registerShare: null,
    sharedBytes: null,
  };
  const rows: TileRow[] = [
    {
      ...none,
      headDim: 64,
      heads: 12,
      blockedBy: "nothing",
      warps: 2,
      registerShare: 1,
      provenance: "modelled",
    },
    {...none, headDim: 4096, heads: 1, blockedBy: "registers, shared memory", provenance: "modelled"},
  ];
  const {finding, head, body} = tilesOf(rows);
  expect(finding).toContain("Heads of 4096 channels have none");
  expect(body.map((cells) => [cells.length, cells.at(-1)])).toEqual([
    [head.length, ""],
    [head.length, "registers, shared memory"],
  ]);
});

test("states are drawn by group, all trainings together", () => {
  const row = (model: string, right: number, more: Partial<TrackingRow> = {}): TrackingRow => ({
    ...{task: "parity", model, seed: "all", length: 512, words: 36, right, rightLow: null, rightHigh: null},
    ...{guess: 0.5, provenance: "measured", ...more},
  });
  const rows = [
    row("lstm", 1),
    row("transformer", 0.51),
    row("lstm", 0.2, {task: "s3"}),
    row("lstm", 0.3, {seed: "1"}),
  ];
  const {series, finding} = parityFigure.draw(rows, checkParams("test", stateTracking.params, {}));
  expect(series.map(({points}) => points.length)).toEqual([1, 1]);
  expect(finding).toContain(
    "the LSTM has 100 % of the states right, the transformer 51 %; guessing gives 50 %",
  );
});
