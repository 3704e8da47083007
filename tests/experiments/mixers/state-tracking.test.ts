import {readFileSync} from "node:fs";
import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {stateTracking} from "../../../src/lib/experiments/mixers/state-tracking.js";
import {TRACKING_DATA, trackerOf} from "../../../src/lib/experiments/mixers/tracking-models.js";
import {groupTable, groupWord} from "../../../src/lib/tasks/group-words.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

let data: Awaited<ReturnType<typeof loadData>>;
beforeAll(async () => {
  data = await loadData([TRACKING_DATA]);
});

describe("following a state", () => {
  test("is learned by cells that read their state, and not by gates that do not, nor by attention", async () => {
    const setting = {tasks: ["parity"], models: ["lstm", "gated", "transformer"], words: 2} as const;
    const rows = await stateTracking.run(setting, {data});
    expect(rows).toHaveLength(3 * 4 * 6);
    const at = (model: string) =>
      rows.find((row) => row.model === model && row.seed === "all" && row.length === 256);
    expect(at("lstm")?.right).toBe(1);
    for (const model of ["gated", "transformer"]) expect(at(model)?.right).toBeLessThan(0.65);
    expect(at("lstm")).toMatchObject({words: 6, guess: 0.5});
  });

  test("of parity goes on for 2048 elements, 64 times as many as in training", async () => {
    for (const seed of [1, 2, 3]) {
      const tracker = await trackerOf(data, {task: "parity", model: "lstm", seed});
      const {elements, products} = groupWord(groupTable(2), 2048, randomStream(seed, "test/state-tracking"));
      const {data: logits} = await tracker(elements);
      expect(products.every((product, t) => logits[2 * t + product] > logits[2 * t + 1 - product])).toBe(
        true,
      );
    }
  });

  test("gives the logits of its float64 run in PyTorch", async () => {
    const runs: Record<string, {word: number[]; logits: number[][]}> = JSON.parse(
      readFileSync("src/data/recurrences/expected.json", "utf8"),
    );
    expect(Object.keys(runs)).toHaveLength(2 * 4 * 3);
    for (const [run, {word, logits}] of Object.entries(runs)) {
      const [task, model, seed] = run.split("/");
      const named = {task: task as "parity", model: model as "lstm", seed: Number(seed)};
      const {data: own} = await (await trackerOf(data, named))(word);
      const largest = logits.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      logits.flat().forEach((value, i) => {
        expect(Math.abs(own[i] - value)).toBeLessThan(1e-6 * largest);
      });
    }
  });

  test("needs its data set, by name", async () => {
    await expect(trackerOf(new Map(), {task: "s3", model: "gru", seed: 1})).rejects.toThrow(
      "trackerOf: data must hold recurrences/state-tracking with s3/gru/1/",
    );
  });
});
