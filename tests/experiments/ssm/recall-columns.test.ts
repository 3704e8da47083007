import {describe, expect, test} from "vitest";
import type {Measured, PairedAccuracy} from "../../../src/lib/evaluate/evaluate.js";
import {recallCells, recallColumns} from "../../../src/lib/experiments/ssm/recall-columns.js";
import {documentChange, documentShare} from "../../../src/lib/stats/documents.js";

/** Accuracy over documents of one trial each. */
const accuracy = (trials: readonly (readonly [boolean, boolean])[]): PairedAccuracy => ({
  model: documentShare(trials.map(([own]) => ({right: Number(own), trials: 1}))),
  baseline: documentShare(trials.map(([, other]) => ({right: Number(other), trials: 1}))),
  difference: documentChange(
    trials.map(([own, other]) => ({won: Number(own && !other), lost: Number(!own && other), trials: 1})),
  ),
});
const measured = (parts: Partial<Measured>): Measured => ({
  comparison: null,
  answers: null,
  copies: null,
  tasks: {},
  ...parts,
});

describe("the cells of recall", () => {
  test("fill exactly their columns", () => {
    expect(Object.keys(recallCells(measured({})))).toEqual(Object.keys(recallColumns));
  });

  test("are empty where a text asked for nothing, and say that nothing was asked", () => {
    const {copyTrials, ...shares} = recallCells(measured({}));
    expect(copyTrials).toBe(0);
    expect(new Set(Object.values(shares))).toEqual(new Set([null]));
    for (const name of Object.keys(shares)) {
      expect(recallColumns[name as keyof typeof shares].nullable, name).toBe(true);
    }
  });

  test("are the shares and paired differences of answers and copies, each its own", () => {
    const answers = accuracy([
      [true, true],
      [false, true],
      [false, true],
      [true, true],
      [false, true],
      [true, true],
    ]);
    const copies = accuracy([
      [true, false],
      [true, true],
      [false, false],
    ]);
    expect(recallCells(measured({answers, copies}))).toEqual({
      retrievalDifference: -0.5,
      retrievalDifferenceLow: answers.difference.low,
      retrievalDifferenceHigh: answers.difference.high,
      copy: copies.model.share,
      // Three documents have no interval.
      copyLow: null,
      copyHigh: null,
      copyDifference: copies.difference.value,
      copyDifferenceLow: null,
      copyDifferenceHigh: null,
      copyTrials: 3,
    });
    expect(copies.difference.value).toBeCloseTo(1 / 3, 12);
  });

  test("keep a value within its interval", () => {
    const copies = accuracy(Array.from({length: 40}, (_, i) => [i % 3 > 0, i % 2 > 0] as const));
    const cells = recallCells(measured({copies}));
    expect(cells.copyLow!).toBeLessThanOrEqual(cells.copy!);
    expect(cells.copyHigh!).toBeGreaterThanOrEqual(cells.copy!);
    expect(cells.copyDifferenceLow!).toBeLessThanOrEqual(cells.copyDifference!);
    expect(cells.copyDifferenceHigh!).toBeGreaterThanOrEqual(cells.copyDifference!);
  });
});
