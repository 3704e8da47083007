import {describe, expect, test} from "vitest";
import {
  eightFactsParams,
  factsInState,
  KEYS,
  SIZE,
  VALUES,
} from "../../../src/components/by-hand/ssm/eight-facts.js";

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);

describe("eight facts in four numbers", () => {
  test("keys of a half stand at right angles, and no two keys are the same line", () => {
    KEYS.forEach((a, i) => {
      expect(dot(a, a)).toBe(SIZE);
      KEYS.forEach((b, j) => {
        if (i === j) return;
        if (Math.floor(i / SIZE) === Math.floor(j / SIZE)) expect(dot(a, b)).toBe(0);
        expect(Math.abs(dot(a, b))).toBeLessThan(SIZE);
      });
    });
    expect(KEYS).toHaveLength(VALUES.length);
    expect(eightFactsParams.facts.max).toBe(VALUES.length);
  });

  test("up to four come back exactly from a state that keeps everything", () => {
    for (let facts = 1; facts <= 4; facts++) {
      expect(factsInState(facts, 1).read).toEqual(VALUES.slice(0, facts));
    }
  });

  test("by hand: a fifth moves each of the first four by half its value", () => {
    const {state, read} = factsInState(5, 1);
    expect(state).toEqual([7 - 4, 9 + 4, -5 + 4, 1 + 4]);
    VALUES.slice(0, 4).forEach((value, i) => {
      expect(Math.abs(read[i] - value)).toBe(Math.abs((VALUES[4] * dot(KEYS[i], KEYS[4])) / SIZE));
      expect(Math.abs(read[i] - value)).toBe(2);
    });
  });

  test("a state that fades gives back the last fact, and the ones before it shrunk", () => {
    const {read} = factsInState(3, 0.5);
    expect(read[2]).toBe(VALUES[2]);
    expect(read[1]).toBe(VALUES[1] / 2);
    expect(read[0]).toBe(VALUES[0] / 4);
  });
});
