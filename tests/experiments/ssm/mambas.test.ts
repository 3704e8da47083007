import {readFile} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import {mambaOf} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {MAMBA_IDS, MAMBAS, mambaWeights, needsOfMamba} from "../../../src/lib/experiments/ssm/mambas.js";
import {parseJsonObject, SIDE_FILE_LIMITS} from "../../../src/lib/io/json-file.js";
import {vocabulary} from "../../../src/lib/tasks/vocabulary.js";

describe.each(MAMBA_IDS)("the state-space model %s", (id) => {
  test("is what its config.json says", async () => {
    const text = await readFile(`src/data/models/${id}/config.json`);
    const limits = {reader: "test", field: "config.json", limits: SIDE_FILE_LIMITS};
    expect(MAMBAS[id]).toEqual(mambaConfig(parseJsonObject(text, limits)));
  });

  test("has words that are the vocabulary of the tasks", async () => {
    const {model} = JSON.parse(await readFile(`src/data/models/${id}/tokenizer.json`, "utf8"));
    expect(model.vocab).toEqual(Object.fromEntries(vocabulary.map((word, i) => [word, i])));
  });

  test("has a data set of weights that makes a model", async () => {
    const weights = mambaWeights(id, await loadData(needsOfMamba({model: id})));
    const model = await mambaOf(weights);
    expect(model.layers).toHaveLength(4);
    expect(model.unused).toEqual([]);
  });
});

test("weights that were not handed in are asked for by name", () => {
  expect(() => mambaWeights("mamba2-small", new Map())).toThrow(
    "mambaWeights: data must hold weights/mamba2-small, got none of this name",
  );
});
