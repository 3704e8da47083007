import {parseRecipe, recipeText} from "../../../src/lib/checkpoint/recipe.js";
import type {FuzzTarget} from "../target.js";

const model = {tensors: 2, elements: 40, digest: "0123456789abcdef"};
const tensors = [
  {name: "a.weight", format: "q4_K"},
  {name: "b.weight", format: "keep"},
];
const cache = {technique: "kivi", params: {bits: 2, grouped: true, note: null, kind: "int"}};

/** Recipes: a format for each tensor, and the technique of the cache. */
export const recipe: FuzzTarget = {
  id: "recipe",
  seeds: async () =>
    [
      {model, tensors},
      {model, tensors, cache, command: "paretoscope plan"},
    ].map((each) => new TextEncoder().encode(recipeText(each))),
  read: (bytes) => parseRecipe(bytes),
};
