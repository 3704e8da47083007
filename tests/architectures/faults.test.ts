import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {kvElements} from "../../src/lib/architectures/cache-elements.js";
import {parameterCount} from "../../src/lib/architectures/parameters.js";
import {modelRecordOfText} from "../../src/lib/architectures/read-model.js";

const read = (path: string) => readFileSync(`tests/architectures/faults/${path}`, "utf8");

interface Counted {
  readonly context: number;
  readonly parameters: number;
  readonly kv_elements: number;
}

describe.each(["window-in-some-layers", "some-layers-dense"])("layers that differ: %s", (folder) => {
  const expected = Object.entries<Counted>(JSON.parse(read(`${folder}/expected.json`)));

  test.each(expected)("%s", (name, {context, parameters, kv_elements}) => {
    const record = modelRecordOfText(read(`${folder}/${name}/config.json`));
    expect(parameterCount(record).total).toBe(parameters);
    expect(kvElements(record, context)).toBe(kv_elements);
  });
});

describe("sliding layers", () => {
  const {tokens, kvBytesFp16} = JSON.parse(read("sliding-layers/expected.json"));

  test.each(Object.entries<number>(kvBytesFp16))("%s", (name, bytes) => {
    expect(2 * kvElements(modelRecordOfText(read(`sliding-layers/${name}.json`)), tokens)).toBe(bytes);
  });
});

test("2^32 layers are refused with the most that may be", () => {
  expect(() => modelRecordOfText(read("four-billion-layers/config.json"))).toThrow(
    "modelRecord: config.json: num_hidden_layers must be at most 4096, got 4294967295",
  );
});
