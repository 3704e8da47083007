import {expect, test} from "vitest";
import {taggedWork} from "../../../src/lib/decoding/split-reason/labels.js";
import {handedOver} from "../../../src/lib/decoding/split-reason/tags.js";
import {arithmeticProblem, HARD_STEP} from "../../../src/lib/tasks/arithmetic.js";

const problems = Array.from({length: 40}, (_, index) => arithmeticProblem("validation", index));

test("Chosen steps stand between tags, each by itself, and nothing else changes", () => {
  for (const problem of problems) {
    const hard = problem.steps.map(({difficulty}) => difficulty >= HARD_STEP);
    const text = taggedWork(problem, hard);
    const parts = handedOver(text).map(({from, to}) => text.slice(from, to).replaceAll(/<\/?bigmodel>/g, ""));
    expect(parts).toEqual(problem.steps.filter((_, i) => hard[i]).map((step) => step.text));
    expect(text.replaceAll(/<\/?bigmodel>/g, "")).toBe(problem.text);
  }
});
