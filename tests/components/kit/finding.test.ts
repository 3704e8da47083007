import {expect, test} from "vitest";
import {splitFinding} from "../../../src/components/kit/text/finding.js";

test("a finding is its first sentence and the others, and nothing is lost", () => {
  const finding =
    "Of 10 formats, nf4 loses 0.022 nats. Pareto-optimal are int3 (3.2), razer (4.5). Lines are 95 % intervals.";
  const [lead, rest] = splitFinding(finding);
  expect(lead).toBe("Of 10 formats, nf4 loses 0.022 nats.");
  expect(`${lead} ${rest}`).toBe(finding);
});

test("a number, a name in small letters and a single sentence end nothing", () => {
  for (const finding of ["It takes 4.25 bits.", "With e.g. llama-3.1-8b it fits.", "Nothing fits"]) {
    expect(splitFinding(finding)).toEqual([finding, ""]);
  }
});
