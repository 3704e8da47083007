import {describe, expect, test} from "vitest";
import {machineById} from "../../../src/lib/accel/machines.js";
import {parameterCount} from "../../../src/lib/accel/model.js";
import {modelById} from "../../../src/lib/accel/models.js";
import {
  batchParam,
  contextParam,
  efficiencyParam,
  formatParam,
  machineOf,
  machineParam,
  modelOf,
  modelParam,
  outputParam,
  sparsityParam,
} from "../../../src/lib/experiments/accel/params.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const CONFIG = {
  model_type: "llama",
  hidden_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 8,
  intermediate_size: 1024,
  vocab_size: 1000,
};
const MACHINE = {
  id: "mine",
  title: "Mine",
  source: "a guess",
  peakTops: {fp16: 2},
  bandwidthGBs: 10,
  memoryGB: 4,
  memoryKind: "ddr",
};

describe("the model of a setting", () => {
  test.each(modelParam.options)("%s is the published one where no text is given", (model) => {
    expect(modelOf({model, config: ""})).toBe(modelById(model));
    expect(modelOf({model, config: " \n "})).toBe(modelById(model));
  });

  test("is that of a config.json if there is one, with its shapes", () => {
    const own = modelOf({model: "llama-3.1-8b", config: JSON.stringify(CONFIG)});
    expect(own.id).toBe("own-model");
    const twice = modelOf({
      model: "llama-3.1-8b",
      config: JSON.stringify({...CONFIG, num_hidden_layers: 4}),
    });
    const layer = (parameterCount(twice).total - parameterCount(own).total) / 2;
    // Query, key, value and output of 512 x 512; gate, up and down of 512 x 1024; norms beside them.
    expect(layer).toBeGreaterThanOrEqual(4 * 512 * 512 + 3 * 512 * 1024);
    expect(layer).toBeLessThanOrEqual(4 * 512 * 512 + 3 * 512 * 1024 + 4 * 512);
  });

  test.each([
    ["{", /^modelFromConfig: config.json must be /],
    ["3", "modelFromConfig: config.json must be a JSON object"],
    [JSON.stringify({...CONFIG, hidden_size: -1}), "hidden_size"],
  ])("%s is refused by name", (config, message) => {
    expect(() => modelOf({model: "llama-3.1-8b", config})).toThrow(message);
  });

  test("an unknown id is refused with those there are", () => {
    expect(() => modelOf({model: "llama-9", config: ""})).toThrow(RangeError);
  });
});

describe("the machine of a setting", () => {
  test.each(machineParam.options)("%s is the published one where no text is given", (machine) => {
    expect(machineOf({machine, machineJson: ""})).toBe(machineById(machine));
  });

  test("is that of a text if there is one, and the first if there are several", () => {
    const machineJson = JSON.stringify([MACHINE, {...MACHINE, id: "second"}]);
    expect(machineOf({machine: "rtx-4090", machineJson})).toMatchObject({id: "mine", bandwidthGBs: 10});
  });

  test.each([
    ["nonsense", /^machineJson must be JSON: /],
    ["[]", "machineJson must hold a machine, got none"],
    [JSON.stringify({...MACHINE, bandwidthGBs: -1}), "bandwidthGBs"],
    [JSON.stringify({...MACHINE, memoryKind: "clay"}), "memoryKind"],
  ])("%s is refused by name", (machineJson, message) => {
    expect(() => machineOf({machine: "rtx-4090", machineJson})).toThrow(message);
  });
});

describe("the shared parameters", () => {
  const shared = {
    model: modelParam,
    machine: machineParam,
    weights: formatParam("Weights", "mxfp4"),
    sparsity: sparsityParam,
    batch: batchParam,
    context: contextParam,
    output: outputParam,
    efficiency: efficiencyParam,
  };

  test("have defaults that they allow themselves", () => {
    expect(checkParams("test", shared, {})).toMatchObject({
      model: "llama-3.1-8b",
      weights: "mxfp4",
      batch: 1,
    });
  });

  test.each([
    [{batch: 0}, "test: batch must be an integer from 1 to 4096, got 0"],
    [{batch: 1.5}, "test: batch must be an integer from 1 to 4096, got 1.5"],
    [{context: 2 ** 21}, "test: context must be an integer from 1 to 1048576, got 2097152"],
    [{sparsity: "3:4"}, 'test: sparsity must be one of dense, 2:4, 1:4, got "3:4"'],
    [{weights: "mxfp4_axis0"}, "test: weights must be one of fp32"],
  ])("%j is refused with what is allowed", (given, message) => {
    expect(() => checkParams("test", shared, given)).toThrow(message);
  });
});
