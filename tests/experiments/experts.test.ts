import {readFile} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {loadedFinding, qualityFinding} from "../../src/components/plots/experts/loaded.js";
import {storeFinding} from "../../src/components/plots/experts/store.js";
import {loadData} from "../../src/data/data-sets.js";
import {decoderConfig} from "../../src/lib/engine/decoder/config.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {loadedExperts} from "../../src/lib/experiments/experts/loaded.js";
import {
  MIXTURE_TECHNIQUES,
  MIXTURES,
  mixtureNeed,
  openedMixture,
} from "../../src/lib/experiments/experts/mixture-models.js";
import {expertsOfSentence} from "../../src/lib/experiments/experts/one-sentence.js";
import {expertStore} from "../../src/lib/experiments/experts/store.js";
import {mixtures} from "../../src/lib/experts/registry.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../src/lib/io/json-file.js";

const decoded = (b64: string) => new Float64Array(Uint8Array.from(Buffer.from(b64, "base64")).buffer);

describe.each(MIXTURE_TECHNIQUES)("the mixture of %s", (id) => {
  const folder = `src/data/models/${mixtures.byId(id).model}`;

  test("is what its config.json says", async () => {
    const limits = {reader: "test", field: "config.json", limits: SIDE_FILE_LIMITS};
    const file = decoderConfig(parseJsonObject(await readFile(`${folder}/config.json`), limits));
    expect(MIXTURES[mixtures.byId(id).model]).toEqual(file);
  });

  test("gives the logits that PyTorch gave", async () => {
    const expected = JSON.parse(await readFile(`${folder}/expected.json`, "utf8"));
    const model = await openedMixture(id, await loadData([mixtureNeed(id)]));
    expect(model.unused).toEqual([]);
    const {data} = forward(model, expected.input_ids);
    const wanted = decoded(expected.logits.b64);
    const worst = data.reduce((most, logit, i) => Math.max(most, Math.abs(logit - wanted[i])), 0);
    expect(worst).toBeLessThan(expected.tolerance);
  });
});

test("experts/one-sentence: weights are those of the rule, and what is fresh adds up", async () => {
  const data = await loadData(expertsOfSentence.needs);
  const {rows, tokens} = await expertsOfSentence.runTables({mixture: "mixtral"}, {data});
  for (const {token, experts} of tokens) {
    const own = rows.filter((row) => row.token === token);
    expect(own).toHaveLength(experts);
    expect(own.reduce((sum, {weight}) => sum + weight, 0)).toBeCloseTo(1, 5);
  }
  expect(tokens.reduce((sum, {fresh}) => sum + fresh, 0)).toBe(tokens.at(-1)!.loaded);
  await expect(expertsOfSentence.run({prompt: "zebra zebra"}, {data})).rejects.toThrow("zebra");
});

test("experts/loaded: a chunk loads no less than a part of it, and the plain mixture two of eight for a token", async () => {
  const data = await loadData(loadedExperts.needs);
  const setting = {mixtures: ["mixtral", "block-ffn"], documents: 2} as const;
  const {rows, kinds} = await loadedExperts.runTables(setting, {data});
  for (const id of setting.mixtures) {
    const shares = rows.filter(({mixture}) => mixture === id).map(({loaded}) => loaded);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  }
  expect(rows[0]).toMatchObject({mixture: "mixtral", chunk: 1, loaded: 0.25, perToken: 2, neurons: 1});
  expect(kinds.reduce((sum, {tokens}) => sum + tokens, 0)).toBe(2 * 6 * 128);
  expect(loadedFinding(rows)).toContain("8 consecutive tokens load");
  expect(qualityFinding(rows)).toContain("reads best");
});

test("experts/store: an early router is never slower, and more memory never either", async () => {
  for (const setting of expertStore.sweep) {
    const rows = await expertStore.run(setting, {data: new Map()});
    const [late, early, sparse] = Array.from(new Set(rows.map(({way}) => way)), (way) =>
      rows.filter((row) => row.way === way).map(({tokensPerSecond}) => tokensPerSecond),
    );
    for (const speeds of [late, early, sparse]) expect(speeds).toEqual(speeds.toSorted((a, b) => a - b));
    early.forEach((speed, i) => {
      expect(speed).toBeGreaterThanOrEqual(late[i]);
      expect(sparse[i]).toBeGreaterThan(speed);
    });
    expect(storeFinding(rows)).toContain("A router before attention");
  }
});
