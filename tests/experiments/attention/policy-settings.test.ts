import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {attentionLogits, softmaxRows} from "../../../src/lib/attention/logits.js";
import {policyHooks} from "../../../src/lib/attention/policy-use.js";
import {policies as registered} from "../../../src/lib/attention/registry.js";
import type {Decoder} from "../../../src/lib/engine/decoder/load-decoder.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {sweepSettings} from "../../../src/lib/experiment/sweep.js";
import {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import {meetLayers} from "../../../src/lib/experiments/attention/met-layers.js";
import {policies} from "../../../src/lib/experiments/attention/policies.js";
import {attentionPrompt, FULL} from "../../../src/lib/experiments/attention/prompt.js";
import {ALL_SEEDS} from "../../../src/lib/experiments/models/formats-on-model.js";
import {openedDecoder, testTexts} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {PREDICTED_DECODERS, predictorOf} from "../../../src/lib/experiments/shared/predictors.js";
import {promptIds} from "../../../src/lib/experiments/shared/prompt.js";

let data: DataSets;
let model: Decoder;
let predictor: ReturnType<typeof predictorOf>;
beforeAll(async () => {
  data = await loadData(["weights/decoder-small", "predictor/decoder-small"]);
  model = await openedDecoder("decoder-small", data);
  predictor = predictorOf("decoder-small", data);
});

/** Keys of a text that a policy shows after the prompt, by plain loops over the masks of the pass. */
function readOf(policy: string, keepFraction: number, from: number, documents: number) {
  const knobs = {keepFraction, sinks: 4, pageSize: 8, window: 8};
  let [shown, visible, keys, tokens, all] = [0, 0, 0, 0, 0];
  for (const {tokens: text} of testTexts(model.config, {documents})) {
    const ids = text.slice(0, -1);
    const {layers} = meetLayers(model, ids, policyHooks(registered.byId(policy), knobs, {predictor}));
    for (let i = from; i < ids.length; i++) {
      tokens++;
      for (const {layer, mask} of layers) {
        const union = [new Set<number>(), new Set<number>()];
        for (let h = 0; h < mask.heads; h++) {
          for (let j = 0; j <= i; j++) {
            if (!mask.data[(h * mask.queries + i) * mask.keys + j]) continue;
            union[Math.floor(h / 2)].add(j);
            if (layer > 0) shown++;
          }
          if (layer > 0) visible += i + 1;
        }
        keys += union[0].size + union[1].size;
        all += 2 * (i + 1);
      }
    }
  }
  return {shownShare: shown / visible, keys: keys / tokens, all: all / tokens};
}

describe("rows of policies", () => {
  test.each([
    ["streaming-llm", 0.25],
    ["oracle", 0.1],
    ["quest", 0.25],
    ["token-butler", 0.5],
  ] as const)(
    "of %s at %f count the keys that its masks show, those of a key head once",
    async (id, share) => {
      const [row] = await policies.run(
        {policies: [id], keepFractions: [share], documents: 1, prompt: 0.75},
        {data},
      );
      const expected = readOf(id, share, 96, 1);
      expect(row.seed).toBe(ALL_SEEDS);
      expect(row.keysShown).toBeCloseTo(expected.shownShare, 12);
      // A key and a value of 16 channels in float32.
      expect(row.bytesReadKv).toBeCloseTo(expected.keys * 2 * 16 * 4, 6);
      expect(row.bytesReadShare).toBeCloseTo(row.bytesRead / (expected.all * 2 * 16 * 4), 12);
      expect(row.bytesRead).toBe(row.bytesReadKv + row.bytesReadMethod + row.bytesReadWeights);
      expect(row.documents).toBe(3);
      expect(row.tokens).toBe(3 * 32);
    },
  );

  test("read a predictor's weights for TokenButler alone, and page bounds for Quest", async () => {
    const rows = (
      await policies.run(
        {policies: ["token-butler", "quest", "streaming-llm", "random"], keepFractions: [0.25], documents: 1},
        {data},
      )
    ).filter(({seed}) => seed === ALL_SEEDS);
    const of = (id: string) => rows.find(({policy}) => policy === id)!;
    expect(of("token-butler").bytesReadWeights).toBeGreaterThan(0);
    for (const id of ["quest", "streaming-llm", "random"]) expect(of(id).bytesReadWeights, id).toBe(0);
    expect(of("quest").bytesReadMethod).toBeGreaterThan(0);
    expect(of("streaming-llm").bytesReadMethod).toBe(0);
    for (const {policy, label, kind} of rows) {
      expect({label, kind}).toEqual({
        label: registered.byId(policy).label,
        kind: registered.byId(policy).kind,
      });
    }
  });

  test("stand policy by policy and share by share in the order of the options, whatever was asked", async () => {
    const rows = (
      await policies.run(
        {policies: ["random", "streaming-llm"], keepFractions: [0.1, 1], documents: 1, prompt: 0.9},
        {data},
      )
    ).filter(({seed}) => seed === ALL_SEEDS);
    const order = registered.ids.filter((id) => id === "random" || id === "streaming-llm");
    expect(rows.map(({policy, keepFraction}) => [policy, keepFraction])).toEqual(
      order.flatMap((id) => [
        [id, 1],
        [id, 0.1],
      ]),
    );
  });
});

describe("rows of a prompt", () => {
  const prompt = "fact otter amber plum . quiet river carries light . query otter";

  test("are what the masks of the pass keep, and the attention that its head pays, key by key", async () => {
    const ids = promptIds(prompt);
    const rows = await attentionPrompt.run(
      {prompt, policies: ["oracle"], layer: 2, head: "1", keep: 0.3, words: 1},
      {data},
    );
    const knobs = {keepFraction: 0.3, sinks: 4, pageSize: 4, window: 4};
    const {layers} = meetLayers(model, ids, policyHooks(registered.byId("oracle"), knobs, {predictor}));
    const {mask, queries} = layers[2];
    const attention = softmaxRows(attentionLogits(queries));
    const keys = rows.filter(({policy, part}) => policy === "oracle" && part === "key");
    let kept = 0;
    for (const {step, position, kept: share, importance} of keys) {
      const at = (1 * mask.queries + step) * mask.keys + position!;
      expect(share).toBe(mask.data[at]);
      expect(importance).toBeCloseTo(attention.data[at], 12);
      kept += share;
    }
    // No key that is kept is left out.
    const all = mask.data.subarray(mask.queries * mask.keys, 2 * mask.queries * mask.keys);
    expect(kept).toBe(all.reduce((sum, flag) => sum + flag, 0));
    expect(rows.filter(({policy, part}) => policy === FULL && part === "word")).toHaveLength(ids.length);
  });

  test("leave out keys that are dropped and hardly matter, and no others", async () => {
    const rows = await attentionPrompt.run({prompt, policies: ["oracle", "quest"], words: 1}, {data});
    for (const {part, kept, importance} of rows) {
      if (part === "key") expect(kept > 0 || importance! >= 0.01).toBe(true);
    }
    const full = rows.filter(({policy, part}) => policy === FULL && part === "key");
    const length = promptIds(prompt).length;
    expect(full).toHaveLength((length * (length + 1)) / 2);
  });

  test.each([
    [{keep: 0}, "run attention/prompt: keep must be a number from 0.05 to 1, got 0"],
    [{words: 7}, "run attention/prompt: words must be an integer from 1 to 6, got 7"],
    [{sinks: -1}, "run attention/prompt: sinks must be an integer from 0 to 8, got -1"],
    [{pageSize: 3}, "run attention/prompt: pageSize must be one of 2, 4, 8, 16, got 3"],
    [{head: "9"}, /^run attention\/prompt: head must be one of all, 0, 1, .*, got "9"$/],
    [{policies: ["lru"]}, /^run attention\/prompt: policies must be .*, got \["lru"\]$/],
  ] as const)("are refused where a parameter is wrong: %j", async (setting, message) => {
    await expect(attentionPrompt.run(setting as never, {data})).rejects.toThrow(message);
  });
});

describe.each([
  [attentionHeads.id, attentionHeads],
  [policies.id, policies],
  [attentionPrompt.id, attentionPrompt],
] as const)("the experiment %s", (_, one) => {
  test("offers the two models that have a predictor, and needs no more than their data", () => {
    expect(one.params.model.options).toEqual(PREDICTED_DECODERS);
    expect([...one.needs].sort()).toEqual(
      PREDICTED_DECODERS.flatMap((id) => [`predictor/${id}`, `weights/${id}`]).sort(),
    );
    for (const id of PREDICTED_DECODERS) {
      expect(one.needsOf({model: id})).toEqual([`weights/${id}`, `predictor/${id}`]);
    }
  });

  test("has settings that are valid, and numbers with a source", () => {
    expect(sweepSettings(one as never).length).toBe(one.sweep.length);
    const columns = Object.entries(one.columns) as [string, {type: string; provenance?: string}][];
    const bare = columns.filter(([, {type, provenance}]) => type === "number" && provenance === undefined);
    // The share that was asked for is a key of the row.
    expect(bare.map(([name]) => name).filter((name) => name !== "keepFraction")).toEqual([]);
  });
});

test("the shipped settings of policies have both frames and every policy of the small model", () => {
  const settings = sweepSettings(policies);
  const small = settings.filter((setting) => setting.model === "decoder-small");
  expect(small.map(({frame}) => frame)).toEqual(["masks", "eviction"]);
  for (const setting of small) {
    expect(setting.policies).toEqual(registered.ids);
    expect(setting.keepFractions).toEqual([1, 0.5, 0.25, 0.1, 0.05]);
  }
  const [large] = settings.filter((setting) => setting.model === "decoder-large");
  expect(large.policies).toEqual(registered.ids.filter((id) => registered.byId(id).isShownFirst));
  // Six documents at least: below there is no interval.
  for (const {documents} of settings) expect(3 * documents).toBeGreaterThanOrEqual(6);
});
