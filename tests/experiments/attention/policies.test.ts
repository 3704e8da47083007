import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {policies} from "../../../src/lib/experiments/attention/policies.js";
import {ALL_SEEDS} from "../../../src/lib/experiments/models/formats-on-model.js";
import {PREDICTED_DECODERS, predictorOf} from "../../../src/lib/experiments/shared/predictors.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(policies.needs);
});

type Given = NonNullable<Parameters<typeof policies.run>[0]>;
const run = (given: Given) => policies.run({documents: 2, ...given}, {data});
const pooled = async (given: Given) => (await run(given)).filter(({seed}) => seed === ALL_SEEDS);

describe("attention/policies", () => {
  test("finds no difference at all where every key is kept, and counts all bytes", async () => {
    for (const row of await run({keepFractions: [1], documents: 1})) {
      expect(row).toMatchObject({keysShown: 1, difference: 0, klMean: 0, kl99: 0, sameTop: 1});
      // 96.5 keys in the mean after half of 128, 4 layers, 2 key heads of 16, key and value in float32.
      expect(row.bytesReadKv).toBe(96.5 * 4 * 2 * 2 * 16 * 4);
      expect(row.bytesRead).toBe(row.bytesReadKv + row.bytesReadMethod + row.bytesReadWeights);
    }
  });

  test("gives a row for all seeds and one for each of three, over the tokens after the prompt", async () => {
    const rows = await run({policies: ["quest"], keepFractions: [0.5], prompt: 0.75});
    expect(rows.map(({seed}) => seed)).toEqual([ALL_SEEDS, "4242", "999", "2718"]);
    expect(rows.map(({tokens}) => tokens)).toEqual([6 * 32, 2 * 32, 2 * 32, 2 * 32]);
  });

  test("ranks as a sound implementation does: the oracle, TokenButler, Quest, then what evicts", async () => {
    const rows = await pooled({
      policies: ["oracle", "token-butler", "quest", "quest-released", "h2o", "streaming-llm", "random"],
      keepFractions: [0.25],
    });
    const kl = Object.fromEntries(rows.map(({policy, klMean}) => [policy, klMean]));
    expect(kl.oracle).toBeLessThan(kl["token-butler"]);
    expect(kl["token-butler"]).toBeLessThan(kl.quest / 2);
    expect(kl.quest).toBeLessThan(kl.h2o / 2);
    expect(kl.quest).toBeLessThan(kl["streaming-llm"] / 2);
    expect(kl.h2o).toBeLessThan(kl.random);
    expect(kl["quest-released"]).toBeGreaterThan(5 * kl.quest);
    const answers = Object.fromEntries(rows.map(({policy, retrieval}) => [policy, retrieval]));
    expect(answers["token-butler"]).toBeGreaterThan(0.9);
    expect(answers.h2o).toBeLessThan(0.7);
  });

  test("reads and keeps fewer bytes with a smaller share; selecting keeps all and adds its own", async () => {
    const rows = await pooled({
      policies: ["quest", "streaming-llm"],
      keepFractions: [0.5, 0.1],
      documents: 1,
    });
    const of = (policy: string, keepFraction: number) =>
      rows.find((row) => row.policy === policy && row.keepFraction === keepFraction)!;
    for (const policy of ["quest", "streaming-llm"]) {
      expect(of(policy, 0.1).bytesRead).toBeLessThan(of(policy, 0.5).bytesRead);
      expect(of(policy, 0.1).keysShown).toBeLessThan(of(policy, 0.5).keysShown);
    }
    // 16 pages of 8 keys in each of 3 layers: two rows of bounds for each page beside two for each key.
    expect(of("quest", 0.1).bytesKeptShare).toBeCloseTo(1 + (3 / 4) * (1 / 8), 12);
    expect(of("streaming-llm", 0.5).bytesKeptShare).toBeLessThan(0.7);
    expect(of("streaming-llm", 0.1).bytesKeptShare).toBeLessThan(of("streaming-llm", 0.5).bytesKeptShare);
  });

  test("really evicts in the other frame, and does there what the masks foretell", async () => {
    const chosen = {policies: ["h2o", "streaming-llm"], keepFractions: [1, 0.25]} as const;
    const [masks, eviction] = [await pooled(chosen), await pooled({...chosen, frame: "eviction"})];
    expect(eviction.map(({policy, keepFraction}) => [policy, keepFraction])).toEqual(
      masks.map(({policy, keepFraction}) => [policy, keepFraction]),
    );
    eviction.forEach((row, n) => {
      const {keepFraction, klMean, bytesKeptShare} = row;
      if (keepFraction === 1) expect(klMean).toBeLessThan(1e-6);
      else {
        expect(bytesKeptShare).toBeLessThan(0.55);
        expect(klMean).toBeGreaterThan(masks[n].klMean / 2);
        expect(klMean).toBeLessThan(masks[n].klMean * 2);
      }
    });
  });

  test("refuses the eviction frame for policies that only select", async () => {
    await expect(run({frame: "eviction", policies: ["quest", "oracle"]})).rejects.toThrow(
      /policies must have one of h2o, snapkv, streaming-llm for frame eviction, got oracle,quest|got oracle, quest$/,
    );
  });

  test("reads the weights and the predictor of its model alone", () => {
    expect(policies.needsOf({model: "decoder-large"})).toEqual([
      "weights/decoder-large",
      "predictor/decoder-large",
    ]);
  });
});

test("predictorOf has a predictor for each model and says what is missing", () => {
  for (const id of PREDICTED_DECODERS) expect(predictorOf(id, data).site).toBe("mlp.input");
  expect(() => predictorOf("decoder-small", new Map())).toThrow(
    /data must hold predictor\/decoder-small, got none of this name$/,
  );
});
