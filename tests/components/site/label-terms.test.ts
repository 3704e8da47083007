import {expect, test} from "vitest";
import {labelTerms} from "../../../scripts/label-terms.js";
import {mentionFinder} from "../../../src/components/frame/label-terms.js";

test("a label shows the technique that it names, else its first and longest term", () => {
  const find = mentionFinder({
    terms: {context: "length", "block scale": "shared", block: "few"},
    techniques: {Random: "policy"},
  });
  const defined = (label: string) => {
    const found = find(label);
    return found && [label.slice(found.from, found.to), found.definition];
  };
  expect(defined(" Random ")).toEqual(["Random", "policy"]);
  expect(defined("Random seed")).toBeUndefined();
  expect(defined("Context (tokens)")).toEqual(["Context", "length"]);
  expect(defined("bits of a Block scale")).toEqual(["Block scale", "shared"]);
  expect(defined("contextual")).toBeUndefined();
});

test("the names by which the field calls quantities and techniques have definitions", () => {
  const find = mentionFinder(labelTerms());
  for (const label of ["Perplexity", "TTFT", "KL divergence", "NVFP4", "h2o", "SQNR (dB)"]) {
    expect(find(label)?.definition, label).toMatch(/\w/);
  }
});
