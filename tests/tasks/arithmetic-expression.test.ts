import {expect, test} from "vitest";
import {arithmeticProblem} from "../../src/lib/tasks/arithmetic.js";
import {expressionProblem} from "../../src/lib/tasks/arithmetic-expression.js";

test("An expression of the corpus is the problem that it came from", () => {
  for (let index = 0; index < 200; index++) {
    const problem = arithmeticProblem("test", index);
    expect(expressionProblem(problem.expression)).toEqual(problem);
  }
});

test("Products bind more than sums, and of equals the left one comes first", () => {
  expect(expressionProblem("9 - 4 - 2*3 + 1").expression).toBe("((9-4)-(2*3))+1");
  expect(expressionProblem("9-(4-(2))").answer).toBe(7);
});

test("What is no problem is refused, with its place", () => {
  expect(() => expressionProblem("7")).toThrow("text must have 1 to 6 operators, got 0");
  expect(() => expressionProblem("1+1+1+1+1+1+1+1")).toThrow("got 7");
  expect(() => expressionProblem("12/4")).toThrow('character 3 must be an operator, got "/"');
  expect(() => expressionProblem("(1+2")).toThrow("character 5 must be an operator or ), got the end");
  expect(() => expressionProblem("1+-2")).toThrow('character 3 must be a number or (, got "-"');
  expect(() => expressionProblem("1+1000")).toThrow('character 3 must be a number up to 999, got "1"');
  expect(() => expressionProblem("999*999")).toThrow("values must lie within ±99999, got 999*999=998001");
});
