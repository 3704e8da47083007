import {describe, expect, test} from "vitest";
import {modelFingerprint} from "../../src/lib/checkpoint/fingerprint.js";
import {parseRecipe, type Recipe, recipeText} from "../../src/lib/checkpoint/recipe.js";

const tensors = [
  {name: "a.weight", shape: [4, 8]},
  {name: "b.weight", shape: [8]},
];
const recipe: Recipe = {
  model: modelFingerprint(tensors),
  tensors: [
    {name: "a.weight", format: "q4_K"},
    {name: "__proto__", format: "keep"},
  ],
  cache: {technique: "kivi", params: {bits: 2, residual: 32, grouped: true, note: null}},
  command: "paretoscope plan model --memory 6GB",
};
const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const changed = (change: object) => bytes({...JSON.parse(recipeText(recipe)), ...change});

describe("the fingerprint of a model", () => {
  test("does not depend on the order of its tensors, and does on their names and shapes", () => {
    const first = modelFingerprint(tensors);
    expect(first).toMatchObject({tensors: 2, elements: 40});
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(modelFingerprint([...tensors].reverse())).toEqual(first);
    expect(modelFingerprint([{name: "a.weight", shape: [8, 4]}, tensors[1]]).digest).not.toBe(first.digest);
    expect(modelFingerprint([{name: "c.weight", shape: [4, 8]}, tensors[1]]).digest).not.toBe(first.digest);
  });

  test("is the published hash of an empty text for no tensors", () => {
    expect(modelFingerprint([]).digest).toBe("cbf29ce484222325");
  });
});

describe("a recipe", () => {
  test("reads back as it was written", () => {
    expect(parseRecipe(bytes(recipeText(recipe)))).toEqual(recipe);
    const {model, tensors: named} = recipe;
    expect(parseRecipe(bytes(recipeText({model, tensors: named})))).toEqual({model, tensors: named});
  });

  test.each([
    ["another file", bytes({a: 1}), "not-a-recipe", 'paretoscope must be "recipe", got none'],
    ["a later version", changed({version: 2}), "bad-version", "version must be 1, got 2"],
    ["no tensors", changed({tensors: {}}), "bad-value", "tensors must be a list, got an object"],
    ["a tensor without format", changed({tensors: [{name: "a"}]}), "bad-value", "tensors[0]: format must be"],
    [
      "a number for a name",
      changed({tensors: [{name: 1, format: "int4"}]}),
      "bad-value",
      "must be a text, got 1",
    ],
    [
      "a tensor named twice",
      changed({tensors: [...recipe.tensors, recipe.tensors[0]]}),
      "duplicate-name",
      "tensors[2]: name must be a name that occurs once, got a.weight",
    ],
    ["no fingerprint", changed({model: null}), "bad-value", "model must be an object, got none"],
    [
      "a wrong digest",
      changed({model: {...recipe.model, digest: "x"}}),
      "bad-value",
      "16 hexadecimal digits",
    ],
    ["a fraction of a tensor", changed({model: {...recipe.model, tensors: 1.5}}), "bad-value", "an integer"],
    [
      "a list as a parameter",
      changed({cache: {technique: "kivi", params: {a: [1]}}}),
      "bad-value",
      "params: a",
    ],
    ["no JSON", bytes("{"), "json-syntax", "parseRecipe: recipe must be"],
  ])("is refused for %s", (_, file, kind, message) => {
    expect(() => parseRecipe(file)).toThrow(
      expect.objectContaining({kind, message: expect.stringContaining(message)}),
    );
  });
});
