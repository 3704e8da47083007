import {describe, expect, test} from "vitest";
import {flashRnnExperiment} from "../../../src/lib/experiments/mixers/flash-rnn.js";

const run = (processor: "h100" | "rtx3090", batch: number) =>
  flashRnnExperiment.runTables({cell: "lstm", processor, batch}, {data: new Map()});

describe("recurrent networks that keep their matrices", () => {
  test("move fewer bytes the wider their heads, and have no tiles where a processor is too small", async () => {
    const {rows, tiles} = await run("h100", 16);
    const bytes = (form: string) => rows.filter((row) => row.form === form).map((row) => row.bytes);
    const saved = bytes("alternating").map((all, i) => all / bytes("fused")[i]);
    expect(saved).toEqual([...saved].sort((a, b) => a - b));
    expect(rows.filter(({time}) => time === null).map(({headDim}) => headDim)).toEqual([3072, 4096]);
    const {tiles: small} = await run("rtx3090", 16);
    expect(small.find(({warps}) => warps === null)?.headDim).toBe(2048);
    for (const {blockedBy, warps, registerShare} of [...tiles, ...small]) {
      expect(warps === null).toBe(blockedBy !== "nothing");
      if (registerShare !== null) expect(registerShare).toBeLessThanOrEqual(1);
    }
  });

  test("give the same outputs in both forms", async () => {
    const {executed} = await run("h100", 1);
    expect(executed).toHaveLength(16);
    for (const {difference, alternatingNumbers, fusedNumbers} of executed) {
      expect(difference).toBe(0);
      expect(fusedNumbers).toBeLessThan(alternatingNumbers / 3);
    }
  });
});
