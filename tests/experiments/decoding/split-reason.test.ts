import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {hardSteps} from "../../../src/lib/experiments/decoding/hard-steps.js";
import {oneProblem} from "../../../src/lib/experiments/decoding/one-problem.js";
import {splitReason} from "../../../src/lib/experiments/decoding/split-reason.js";
import {expressionProblem} from "../../../src/lib/tasks/arithmetic-expression.js";

let data: DataSets;
beforeAll(async () => {
  data = await loadData(splitReason.needs);
});

describe("decoding/split-reason", () => {
  test("has the two models alone at its ends, and what is written is what was handed over", async () => {
    const policies = [
      "small",
      "large",
      "learned",
      "learned-entropy",
      "learned-classifier",
      "oracle",
      "random-steps",
    ] as const;
    const {rows, places} = await splitReason.runTables(
      {policies: [...policies], shares: [0.5, 1], problems: 12},
      {data},
    );
    const of = (policy: string, share: number) =>
      rows.find((row) => row.policy === policy && row.share === share)!;
    expect(of("small", 0)).toMatchObject({largeShare: 0, largeWritten: 0, switches: 0, gain: 0});
    expect(of("large", 1)).toMatchObject({largeShare: 1, smallWritten: 0});
    for (const policy of ["learned", "oracle"]) {
      expect(of(policy, 1).largeShare).toBeGreaterThanOrEqual(of(policy, 0.5).largeShare);
      expect(of(policy, 1).seconds).toBeGreaterThan(of("small", 0).seconds);
    }
    expect(rows.map(({policy, share}) => `${policy} ${share}`)).not.toContain("random-steps 1");
    for (const {policy, share, coverage, labels} of rows) {
      expect(labels !== null, policy).toBe(policy.startsWith("learned"));
      expect(coverage > 0, policy).toBe(policy.startsWith("learned"));
      const own = places.filter((row) => row.policy === policy && row.share === share);
      expect(own.map(({tenth}) => tenth)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });
});

describe("decoding/one-problem", () => {
  const expression = "(47*86)-(915+(38*9))";

  test("hands over the truly hard steps where the difficulty is known", async () => {
    const {rows, steps} = await oneProblem.runTables({expression, policy: "oracle"}, {data});
    const {steps: right} = expressionProblem(expression);
    expect(steps.map(({step}) => step)).toEqual(right.map(({text}) => text));
    // One piece a step, and the answer.
    expect(rows.map(({writer}) => writer)).toEqual([
      ...right.map(({difficulty}) => (difficulty >= 4 ? "large" : "small")),
      "small",
    ]);
  });

  test("is one model's text without a break in it where that model writes alone", async () => {
    const {rows} = await oneProblem.runTables({expression, policy: "large"}, {data});
    expect(rows.map(({writer}) => writer)).toEqual(["large"]);
    expect(rows[0].text).toMatch(/;A:-?\d+\n$/);
  });

  test("refuses what is no problem", async () => {
    await expect(oneProblem.run({expression: "1/2"}, {data})).rejects.toThrow("must be an operator");
  });
});

describe("decoding/hard-steps", () => {
  test("ranks the true label first, and every signal above a coin", async () => {
    const rows = await hardSteps.run({problems: 60}, {data});
    const of = (signal: string) => rows.find((row) => row.signal === signal)!;
    expect(of("true").findsHard).toBe(1);
    for (const signal of ["loss", "entropy", "classifier"])
      expect(of(signal).findsHard, signal).toBeGreaterThan(0.5);
    expect(of("gap").findsMendable).toBeGreaterThan(0.5);
  });
});
