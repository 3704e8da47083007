import {describe, expect, test} from "vitest";
import {dividedPairs} from "../../../src/components/by-hand/ssm/divided-decay.js";
import {keyTarget} from "../../../src/components/by-hand/ssm/lever.js";
import {
  barParams,
  byHandFinding,
  byHandParams,
  byHandScan,
  SCENES,
  TOKENS,
} from "../../../src/components/by-hand/ssm/scan-by-hand.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const values = (changed: Readonly<Record<string, unknown>> = {}) =>
  checkParams("test", byHandParams, changed);

describe("the scan by hand", () => {
  test("every number is made of those beside it", () => {
    const {steps} = byHandScan(values({A: -1.5, b3: -0.5, c4: 2}));
    let before = 0;
    for (const step of steps) {
      expect(step.before).toBeCloseTo(before, 14);
      expect(step.decay).toBe(Math.exp(step.delta * -1.5));
      expect(step.input).toBeCloseTo(step.delta * step.b * step.x, 14);
      expect(step.state).toBeCloseTo(step.decay * before + step.input, 14);
      expect(step.output).toBeCloseTo(step.c * step.state, 14);
      before = step.state;
    }
  });

  test("the weights times the inputs are the outputs", () => {
    const {steps, weights} = byHandScan(values({c2: -1, b5: 0.3}));
    steps.forEach(({output}, i) => {
      const sum = steps.reduce((total, {x}, j) => total + weights[i * TOKENS + j] * x, 0);
      expect(sum).toBeCloseTo(output, 13);
    });
  });

  test.each([1, 4, 8])("what is remembered at token %i adds up to its state", (token) => {
    const {steps, remembered} = byHandScan(values({token}));
    expect(remembered).toHaveLength(token);
    expect(remembered.reduce((a, b) => a + b, 0)).toBeCloseTo(steps[token - 1].state, 13);
  });

  test("a time step of 0 lets a token pass: nothing is kept of it, nothing is lost", () => {
    const {steps, weights} = byHandScan(values({delta4: 0}));
    expect(steps[3].state).toBe(steps[2].state);
    expect(weights[7 * TOKENS + 3]).toBe(0);
  });

  test("every row of the weights is the row above, faded and read anew", () => {
    const {steps, weights} = byHandScan(values({c5: 0.5, c6: -2}));
    for (let i = 1; i < TOKENS; i++) {
      for (let j = 0; j < i; j++) {
        const faded = (weights[(i - 1) * TOKENS + j] / steps[i - 1].c) * steps[i].decay * steps[i].c;
        expect(weights[i * TOKENS + j]).toBeCloseTo(faded, 13);
      }
    }
  });

  test("as it opens one token with a long time step fills the state, and the finding says which", () => {
    const state = values();
    expect(byHandFinding(state)).toBe(
      "Token 3 makes up 89 % of the state at token 6: its time step of 2 kept 13.5 % of the state before and added 3.",
    );
    expect(byHandFinding({...state, token: 3})).toMatch(/^Token 3 makes up/);
    const silent = Object.fromEntries(
      Object.keys(state)
        .filter((name) => name.startsWith("x"))
        .map((name) => [name, 0]),
    );
    expect(byHandFinding({...state, ...silent})).toContain("the state is empty");
  });

  test("its bars and its examples are parameters that are allowed", () => {
    expect(barParams).toHaveLength(4 * TOKENS);
    for (const scene of Object.values(SCENES)) expect(values(scene)).toMatchObject(scene);
  });
});

describe("a lever", () => {
  const at = {value: 0.5, min: -2, max: 2, step: 0.1};

  test.each([
    ["ArrowUp", 0.6],
    ["ArrowRight", 0.6],
    ["ArrowDown", 0.4],
    ["PageUp", 1.5],
    ["PageDown", -0.5],
    ["Home", -2],
    ["End", 2],
  ])("%s moves it to %f", (key, expected) => {
    expect(keyTarget(key, at)).toBeCloseTo(expected, 12);
  });

  test("leaves all other keys alone", () => {
    expect(keyTarget("Tab", at)).toBeUndefined();
    expect(keyTarget("a", at)).toBeUndefined();
  });
});

describe("a decay by division", () => {
  test("is right while both factors have all their digits", () => {
    for (const {divided, direct} of dividedPairs(1, 16)) expect(divided / direct).toBeCloseTo(1, 6);
  });

  test("loses digits as its factor leaves the normal numbers, and then is infinite or none", () => {
    const off = ({divided, direct}: {divided: number; direct: number}) => Math.abs(divided / direct - 1);
    expect(off(dividedPairs(8.4, 12)[0])).toBeGreaterThan(1e-3);
    expect(dividedPairs(8, 12).at(-1)!.divided).toBe(Number.POSITIVE_INFINITY);
    expect(dividedPairs(10, 12).at(-1)!.divided).toBeNaN();
    expect(dividedPairs(10, 12).at(-1)!.direct).toBe(1);
  });
});
