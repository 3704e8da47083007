import {expect, test} from "vitest";
import {numbers, readTargets} from "../../../src/lib/experiments/regress/numbers.js";

test("rows hold what comes back of a number and the part that is lost", async () => {
  const rows = await numbers.run({numbers: "72.5, invalid, 12345", digits: 3});
  const p10 = rows.filter(({scheme}) => scheme === "p10");
  expect(p10.map(({tokens}) => tokens?.join(""))).toEqual([
    "<+><7><2><5><E-1>",
    "<INVALID>".repeat(5),
    "<+><1><2><3><E2>",
  ]);
  expect(p10.map(({decoded}) => decoded)).toEqual(["72.5", "INVALID", "12300"]);
  expect(p10[2].loss).toBeCloseTo(45 / 12345, 12);
  const normalized = rows.filter(({scheme}) => scheme === "normalized");
  expect(normalized.map(({note}) => note !== null)).toEqual([true, false, true]);
});

test("texts that are no numbers are refused", () => {
  expect(() => readTargets("1, two")).toThrow(
    "readTargets: a number must be like 72.5, 1e-9, NaN or INVALID, got two",
  );
  expect(() => readTargets(" , ")).toThrow("readTargets: numbers must hold at least one number, got none");
  expect(readTargets("-inf NaN").map(({target}) => target)).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
});
