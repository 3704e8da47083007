import {expect, test} from "vitest";
import type {ladderSize} from "../../../src/lib/experiments/regress/ladder-size.js";
import type {operatorGraphs} from "../../../src/lib/experiments/regress/operator-graphs.js";
import type {programs} from "../../../src/lib/experiments/regress/programs.js";
import {aspectPrograms, PROGRAM_ASPECTS} from "../../../src/lib/regress/programs/program-task.js";
import {keptRows} from "../../pages/kept.js";

test("names of operators cannot tell a graph from larger shapes, tokens with shapes can", () => {
  const rows = keptRows<typeof operatorGraphs>("regress/operator-graphs").filter(
    ({target}) => target === "cycles",
  );
  for (const {tokens, separated} of rows)
    if (tokens === "operators") expect(separated).toBe(0);
    else expect(separated).toBeGreaterThan(0.5);
  const errors = (tokens: string) =>
    rows
      .filter((row) => row.predictor === "convolution" && row.tokens === tokens)
      .map((row) => row.rangeError);
  for (const error of errors("shapes"))
    for (const other of errors("operators")) expect(error).toBeLessThan(other);
});

test("programs without loops are answered more often than nested ones", () => {
  const rows = keptRows<typeof programs>("regress/programs");
  for (const question of ["operations", "most bytes"]) {
    const [straight, nested] = ["straight", "nested"].map((aspect) =>
      rows.find(
        (row) => row.surrogate === "regression model" && row.question === question && row.aspect === aspect,
      ),
    );
    expect(straight?.exact).toBeGreaterThan(nested?.exact ?? 1);
  }
});

test("programs are drawn kind by kind, those that fail among them", () => {
  const drawn = aspectPrograms(2);
  for (const kind of PROGRAM_ASPECTS) expect(drawn.filter(({aspect}) => aspect === kind)).toHaveLength(2);
  for (const {aspect, run} of drawn) expect(run.failure !== null).toBe(aspect === "buggy");
});

test("boosted trees err less after more texts", () => {
  const rows = keptRows<typeof ladderSize>("regress/ladder-size").filter(({predictor}) =>
    predictor.startsWith("boosted"),
  );
  for (const {task, learned, logError} of rows)
    for (const other of rows)
      if (other.task === task && other.learned > learned) expect(other.logError).toBeLessThan(logError);
});
