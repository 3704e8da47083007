import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type ArithmeticProblem,
  arithmeticProblem,
  HARD_STEP,
  scoreArithmetic,
  splitOf,
  stepDifficulty,
} from "../../src/lib/tasks/arithmetic.js";

const SPLITS = ["train", "validation", "test"] as const;
const problems = Array.from({length: 400}, (_, index) => arithmeticProblem("train", index));

/** The value of an expression by repeated replacement of a bracket-free innermost part, left to right. */
function evaluate(expression: string): number {
  const value = (a: string, op: string, b: string) =>
    op === "*" ? Number(a) * Number(b) : op === "+" ? Number(a) + Number(b) : Number(a) - Number(b);
  let text = `(${expression})`;
  while (text.includes("(")) {
    text = text.replace(/\((-?\d+)([+*-])(-?\d+)\)/, (_, a, op, b) => `${value(a, op, b) + 0}`);
  }
  return Number(text);
}

/** Carries and borrows the slow way: by the digit sums of operands and result. */
function digitSum(x: number): number {
  return [...`${x}`].reduce((sum, digit) => sum + Number(digit), 0);
}

describe("a problem", () => {
  test("has the right answer and true steps in an order that can be done", () => {
    for (const {expression, answer, steps} of problems) {
      expect(answer).toBe(evaluate(expression));
      expect(steps.at(-1)?.value).toBe(answer);
      for (const {left, operator, right, value} of steps) {
        expect(value).toBe(evaluate(`${left}${operator}${right}`));
        expect(Object.is(value, -0)).toBe(false);
      }
    }
  });

  test("has the text Q, a line of work, A, and says where each step begins", () => {
    for (const {text, prompt, expression, answer, steps} of problems) {
      expect(prompt).toBe(`Q:${expression}=?\n`);
      expect(text).toBe(`${prompt}${steps.map((step) => step.text).join("")}A:${answer}\n`);
      for (const step of steps) expect(text.slice(step.start, step.start + step.text.length)).toBe(step.text);
    }
  });

  test("has 1 to 6 operators, each as often, and no value beyond 99,999", () => {
    const counts = new Array<number>(7).fill(0);
    for (const {steps} of problems) {
      counts[steps.length] += 1;
      for (const {value} of steps) expect(Math.abs(value)).toBeLessThanOrEqual(99_999);
    }
    expect(counts[0]).toBe(0);
    // Rejected large values thin out the long ones: every length is there, none dominates.
    for (const count of counts.slice(1)) expect(count).toBeGreaterThan(25);
  });

  test.each([1, 3, 6])("has %i operators when asked to", (operators) => {
    for (let index = 0; index < 30; index++) {
      const {steps, expression} = arithmeticProblem("test", index, {operators});
      expect(steps).toHaveLength(operators);
      expect(expression.match(/[+*-]/g)).toHaveLength(operators);
    }
  });

  test("has leaves of one, two and three digits in the shares 0.5, 0.35, 0.15 and no zero", () => {
    const single = Array.from({length: 2000}, (_, index) =>
      arithmeticProblem("train", index, {operators: 1}),
    );
    const leaves = single.flatMap(({expression}) => expression.match(/\d+/g) ?? []);
    expect(leaves.some((leaf) => leaf.startsWith("0"))).toBe(false);
    [0.5, 0.35, 0.15].forEach((share, i) => {
      const found = leaves.filter((leaf) => leaf.length === i + 1).length / leaves.length;
      expect(Math.abs(found - share)).toBeLessThan(0.03);
    });
  });

  test("repeats for the same arguments and differs for others", () => {
    const text = (seed: number, index: number) =>
      arithmeticProblem("train", index, {seed, operators: 6}).text;
    expect(text(1, 2)).toBe(text(1, 2));
    expect(new Set([text(1, 2), text(2, 2), text(1, 3)]).size).toBe(3);
  });

  test("belongs to the split that its expression hashes to, so that splits cannot share one", () => {
    for (const split of SPLITS) {
      for (let index = 0; index < 200; index++) {
        expect(splitOf(arithmeticProblem(split, index, {operators: 1}).expression)).toBe(split);
      }
    }
  });

  test("leaves 80 % of all expressions to training and 10 % to each other split", () => {
    const all = Array.from({length: 90}, (_, a) =>
      Array.from({length: 90}, (_, b) => splitOf(`${a + 10}*${b + 10}`)),
    ).flat();
    const share = (split: string) => all.filter((found) => found === split).length / all.length;
    expect(share("train")).toBeCloseTo(0.8, 1);
    expect(share("validation")).toBeCloseTo(0.1, 1);
    expect(share("test")).toBeCloseTo(0.1, 1);
  });

  test.each([
    [
      () => arithmeticProblem("train", -1),
      "arithmeticProblem: index must be an integer of at least 0, got -1",
    ],
    [
      () => arithmeticProblem("train", 0, {operators: 0}),
      "arithmeticProblem: operators must be an integer of 1 .. 6, got 0",
    ],
    [
      () => arithmeticProblem("train", 0, {operators: 7}),
      "arithmeticProblem: operators must be an integer of 1 .. 6, got 7",
    ],
    [
      () => arithmeticProblem("train", 0, {operators: 1.5}),
      "arithmeticProblem: operators must be an integer of 1 .. 6, got 1.5",
    ],
  ])("refuses a bad index or number of operators (%#)", (call, message) => {
    expect(call).toThrow(new RangeError(message));
  });
});

describe("the difficulty of a step", () => {
  test.each([
    [2, "+", 3, 0],
    [5, "+", 5, 1],
    [99, "+", 1, 2],
    [999, "+", 1, 3],
    [50, "+", 50, 1],
    [9, "-", 5, 0],
    [12, "-", 5, 1],
    [100, "-", 1, 2],
    [5, "-", 12, 1],
    [-5, "+", -5, 1],
    [5, "+", -12, 1],
    [-12, "+", 5, 1],
    [5, "-", -5, 1],
    [-5, "-", 5, 1],
    [-12, "-", -5, 1],
    [0, "+", 0, 0],
    [7, "*", 8, 2],
    [12, "*", 345, 12],
    [-12, "*", 3, 4],
    [0, "*", 55, 4],
  ] as const)("%i %s %i is %i", (left, operator, right, difficulty) => {
    expect(stepDifficulty(left, operator, right)).toBe(difficulty);
  });

  test("of a sum is its carries: each one takes 9 from the sum of the digits", () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(99_999), (a, b) => {
        expect(stepDifficulty(a, "+", b)).toBe((digitSum(a) + digitSum(b) - digitSum(a + b)) / 9);
      }),
      {seed: 3},
    );
  });

  test("of a difference is the carries of the sum that undoes it, whatever the order and the signs", () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(99_999), (a, b) => {
        const borrows = stepDifficulty(Math.abs(a - b), "+", Math.min(a, b));
        expect(stepDifficulty(a, "-", b)).toBe(borrows);
        expect(stepDifficulty(b, "-", a)).toBe(borrows);
        if (b > 0) expect(stepDifficulty(a, "+", -b)).toBe(borrows);
      }),
      {seed: 4},
    );
  });

  test("is mixed in the corpus: easy and hard steps are both common", () => {
    const all = problems.flatMap(({steps}) => steps.map(({difficulty}) => difficulty));
    const hard = all.filter((difficulty) => difficulty >= HARD_STEP).length / all.length;
    expect(hard).toBeGreaterThan(0.1);
    expect(hard).toBeLessThan(0.5);
  });
});

describe("the score of written work", () => {
  const problem = problems.find(({steps}) => steps.length === 3) as ArithmeticProblem;
  const work = problem.text.slice(problem.prompt.length);

  test("is full for the problem's own text, with or without its last line end", () => {
    for (const {text, prompt, steps, answer} of problems) {
      const own = {isCorrect: true, expectedSteps: steps.map(() => true), trueSteps: steps.map(() => true)};
      const problem = {text, prompt, steps, answer, expression: ""};
      expect(scoreArithmetic(problem, text.slice(prompt.length))).toEqual(own);
      expect(scoreArithmetic(problem, text.slice(prompt.length).trimEnd())).toEqual(own);
    }
  });

  test("tells a wrong step from a true one that was not due", () => {
    const [first, , last] = problem.steps.map(({text}) => text);
    const {isCorrect, expectedSteps, trueSteps} = scoreArithmetic(
      problem,
      `${first}1+1=2;${last}A:${problem.answer}\n`,
    );
    expect({isCorrect, expectedSteps, trueSteps}).toEqual({
      isCorrect: true,
      expectedSteps: [true, false, true],
      trueSteps: [true, true, true],
    });
    expect(scoreArithmetic(problem, "1+1=3;").trueSteps).toEqual([false]);
    expect(scoreArithmetic(problem, "-2*-3=6;-2--3=1;2--3=5;").trueSteps).toEqual([true, true, true]);
  });

  test("is nothing for an answer that is missing, wrong, or only begins right", () => {
    expect(scoreArithmetic(problem, "").isCorrect).toBe(false);
    expect(scoreArithmetic(problem, work.replace(/A:.*/, `A:${problem.answer + 1}`)).isCorrect).toBe(false);
    expect(scoreArithmetic(problem, work.replace(/A:.*/, `A:${problem.answer}0`)).isCorrect).toBe(false);
    expect(scoreArithmetic(problem, "")).toEqual({
      isCorrect: false,
      expectedSteps: [false, false, false],
      trueSteps: [],
    });
  });

  test("ignores what stands after the first line", () => {
    expect(scoreArithmetic(problem, `${work}Q:1+1=?\n1+1=3;A:3`)).toEqual(scoreArithmetic(problem, work));
  });

  test.each(["=;", "1+=1;", "a+b=c;", "1+1=2=2;", "１+1=2;"])("does not take %s for a true step", (step) => {
    expect(scoreArithmetic(problem, step).trueSteps).toEqual([false]);
  });
});
