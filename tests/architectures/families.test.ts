import {describe, expect, test} from "vitest";
import {kvElements, stateElements} from "../../src/lib/architectures/cache-elements.js";
import {parameterCount} from "../../src/lib/architectures/parameters.js";
import {modelRecordOfObject} from "../../src/lib/architectures/read-model.js";
import {FAMILIES} from "../../src/lib/architectures/registry.js";
import {CASES} from "./cases/all.js";

describe.each(CASES)("$name", ({config, parameters, published, active = parameters, cache, state = 0}) => {
  const record = modelRecordOfObject(config);

  test("has the parameters that were counted by hand", () => {
    expect(parameterCount(record)).toMatchObject({total: parameters, active});
    if (published !== null) expect(parameters).toBe(published);
  });

  test("caches what was counted by hand", () => {
    expect(cache.map(([tokens]) => [tokens, 2 * kvElements(record, tokens)])).toEqual(cache);
    expect(2 * stateElements(record)).toBe(state);
  });
});

test("every family has a model here", () => {
  const seen = new Set(CASES.map(({config}) => modelRecordOfObject(config).family));
  const without = FAMILIES.filter(({types}) => !types.some((type) => seen.has(type)));
  // The authors' files of Mamba are read as what they hold.
  expect(without.map(({types}) => types[0])).toEqual(["mamba_ssm"]);
});
