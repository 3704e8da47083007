import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {compose as composed} from "../../../src/lib/accel/compose.js";
import {modelById} from "../../../src/lib/accel/models.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {compose, compositionOf} from "../../../src/lib/experiments/accel/compose.js";
import {COSTS, composeFront} from "../../../src/lib/experiments/accel/compose-front.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const setting = (given: Record<string, unknown> = {}) => checkParams("test", compose.params, given);
const sum = <T>(rows: readonly T[], of: (row: T) => number | null) =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0);

describe("accel/compose", () => {
  test("its rows add up to the figures of the library", async () => {
    for (const given of [
      {},
      {batch: 8, kv: "int4", sparsity: "2:4", staticWatts: 20},
      {machine: "raspberry-pi-5"},
    ]) {
      const rows = await compose.run(given as never);
      const {figures} = composed(compositionOf(setting(given)));
      const of = (step: string) => rows.filter((row) => row.step === step);
      expect(sum(of("memory"), ({bytes}) => bytes)).toBeCloseTo(figures!.memory, 0);
      expect(sum(of("decode"), ({seconds}) => seconds)).toBeCloseTo(figures!.timePerToken, 12);
      expect(sum(of("prefill"), ({seconds}) => seconds)).toBeCloseTo(figures!.timeToFirstToken, 9);
      const {batch} = setting(given);
      expect(sum(of("decode"), ({joules}) => joules) / batch).toBeCloseTo(figures!.joulesPerToken, 9);
    }
  });

  test("has its figures in one row of a table of their own, or the reason why it cannot be", async () => {
    const {rows, figures} = await compose.runTables({weights: "int4", batch: 2});
    const seconds = sum(
      rows.filter(({step}) => step === "decode"),
      (row) => row.seconds,
    );
    expect(figures).toHaveLength(1);
    expect(figures[0]).toMatchObject({model: "llama-3.1-8b", weights: "int4", batch: 2, refused: null});
    expect(figures[0].perTokenMs).toBeCloseTo(1e3 * seconds, 9);
    const refused = await compose.runTables({weights: "fp16", batch: 64});
    expect(refused.figures[0]).toMatchObject({perTokenMs: null, refused: refused.rows[0].note});
  });

  test("takes a model as JSON, and costs it as the published one that it was", async () => {
    const published = modelById("tinyllama-1.1b");
    const modelJson = JSON.stringify({...published, id: "mine"});
    const [own, same] = await Promise.all([
      compose.runTables({modelJson}),
      compose.runTables({model: published.id}),
    ]);
    expect(own.rows).toEqual(same.rows);
    expect(own.figures).toEqual([{...same.figures[0], model: "mine"}]);
    await expect(compose.run({modelJson: "[]"})).rejects.toThrow("modelJson must hold a model, got none");
    await expect(compose.run({modelJson: "{"})).rejects.toThrow("modelJson must be JSON");
  });

  test("says what is free and how far it would reach: one token more does not fit", async () => {
    const rows = await compose.run({});
    const note = rows.find(({step}) => step === "free")!.note!;
    const most = Number(/up to (\d+) tokens/.exec(note)![1]);
    const at = (context: number) => composed(compositionOf(setting({context, output: 1}))).refused;
    expect(at(most - 1)).toBeNull();
    expect(at(most)).not.toBeNull();
  });

  test("an impossible composition is one row with its reason", async () => {
    const rows = await compose.run({weights: "fp16", batch: 64});
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({step: "refused", part: "does-not-fit", bytes: null});
    expect(rows[0].note).toContain("fits with a context of at most");
  });

  test("takes a config.json and a machine of a reader's own instead of the published ones", async () => {
    const config = JSON.stringify({
      model_type: "llama",
      hidden_size: 512,
      num_hidden_layers: 2,
      num_attention_heads: 8,
      intermediate_size: 1024,
      vocab_size: 1000,
    });
    const machineJson = JSON.stringify({
      id: "mine",
      title: "Mine",
      source: "a guess",
      peakTops: {fp16: 1},
      bandwidthGBs: 10,
      memoryGB: 1,
      memoryKind: "ddr",
    });
    const rows = await compose.run({config, machineJson, context: 64});
    expect(rows.find(({step}) => step === "free")!.part).toBe("mine");
    expect(rows.filter(({step}) => step === "decode").every(({runs}) => runs! <= 2)).toBe(true);
  });

  test.each([
    [{config: "{"}, "modelFromConfig: config.json must be"],
    [{config: "[]"}, "modelFromConfig: config.json must be a JSON object"],
    [{machineJson: '{"id": "x"}'}, "machinesFromJson: 0.title"],
    [{machineJson: "[]"}, "machineJson must hold a machine"],
  ])("%j is refused by name", async (given, message) => {
    await expect(compose.run(given)).rejects.toThrow(message);
  });
});

describe("accel/compose-front", () => {
  let data: DataSets;
  beforeAll(async () => {
    data = await loadData(composeFront.needs);
  });
  const few = {
    weightFormats: ["fp16", "int8", "int4", "mxfp4"],
    activationFormats: ["fp16", "int8"],
    kvFormats: ["fp16", "int4"],
    batches: [1, 8, 64],
  } as const;

  test("tries more than ten thousand combinations by default", () => {
    const {weightFormats, activationFormats, kvFormats, sparsities, batches} = composeFront.params;
    const sizes = [weightFormats, activationFormats, kvFormats, sparsities, batches].map(
      (p) => p.default.length,
    );
    expect(sizes.reduce((a, b) => a * b, 1)).toBeGreaterThanOrEqual(10_000);
  });

  test("accounts for every combination once, as possible or refused", async () => {
    const rows = await composeFront.run(few, {data});
    const of = (kind: string) =>
      sum(
        rows.filter((row) => row.kind === kind),
        ({combinations}) => combinations,
      );
    expect(of("other") + of("refused")).toBe(4 * 2 * 2 * 2 * 3);
    expect(of("refused")).toBeGreaterThan(0);
  });

  test.each(Object.keys(COSTS) as (keyof typeof COSTS)[])(
    "nothing beats what is on the front by %s, and the front is no worse than any other row",
    async (cost) => {
      const rows = (await composeFront.run({...few, cost}, {data})).filter(({kind}) => kind !== "refused");
      const front = rows.filter(({kind}) => kind === "front");
      const beats = (a: (typeof rows)[0], b: (typeof rows)[0]) =>
        a.cost! <= b.cost! &&
        a.relativeError! <= b.relativeError! &&
        (a.cost! < b.cost! || a.relativeError! < b.relativeError!);
      expect(front.length).toBeGreaterThan(0);
      for (const row of front) expect(rows.filter((other) => beats(other, row))).toEqual([]);
      for (const row of rows) {
        const reached = front.some(
          (other) => other.cost! <= row.cost! && other.relativeError! <= row.relativeError!,
        );
        expect(reached).toBe(true);
      }
    },
  );

  test("adds independent errors as squares: nothing rounded has none, pruning has its own", async () => {
    const one = {kvFormats: ["fp16"], activationFormats: ["fp16"], batches: [1]} as const;
    const error = async (given: object) =>
      (await composeFront.run({...one, sparsities: ["dense"], ...given}, {data}))[0].relativeError!;
    expect(await error({weightFormats: ["fp16"]})).toBe(0);
    const weights = await error({weightFormats: ["int4"]});
    const cache = await error({weightFormats: ["fp16"], kvFormats: ["int4"]});
    const both = await error({weightFormats: ["int4"], kvFormats: ["int4"]});
    expect(both).toBeCloseTo(Math.hypot(weights, cache), 10);
    const pruned = await error({weightFormats: ["fp16"], sparsities: ["2:4"]});
    expect(pruned).toBeGreaterThan(25);
    expect(pruned).toBeLessThan(50);
  });

  test("a tighter machine refuses all, and says so in one row", async () => {
    const machineJson = JSON.stringify({
      id: "tiny",
      title: "Tiny",
      source: "a guess",
      peakTops: {fp16: 1},
      bandwidthGBs: 10,
      memoryGB: 0.1,
      memoryKind: "ddr",
    });
    const rows = await composeFront.run({...few, machineJson}, {data});
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({kind: "refused", combinations: 96, cost: null});
    expect(rows[0].note).toContain("does-not-fit");
  });
});
