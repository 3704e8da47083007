import {describe, expect, test} from "vitest";
import {drawProgram} from "../../src/lib/regress/programs/generate.js";
import {runProgram} from "../../src/lib/regress/programs/interpret.js";
import {failureText, programText} from "../../src/lib/regress/programs/print.js";
import type {Expression, Program, Statement} from "../../src/lib/regress/programs/program.js";
import {programAspect} from "../../src/lib/regress/programs/program-task.js";
import {readProgram} from "../../src/lib/regress/programs/read.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const variable = (name: string): Expression => ({kind: "variable", name});
const plus = (left: Expression, right: Expression): Expression => ({
  kind: "binary",
  operator: "+",
  left,
  right,
});
const program = (...body: Statement[]): Program => ({functions: [], body});
const print = (value: Expression): Statement => ({kind: "print", value});

describe("the interpreter", () => {
  test("counts every operation of a loop", () => {
    const found = runProgram(
      program(
        {kind: "let", name: "a", value: 1},
        {
          kind: "for",
          name: "i",
          from: 0,
          to: 4,
          body: [{kind: "assign", name: "a", value: plus(variable("a"), variable("i"))}],
        },
        print(variable("a")),
      ),
    );
    // One move, five tests of the loop, four sums and four moves.
    expect(found).toEqual({
      operations: 1 + 5 + 4 + 4,
      peakBytes: 16,
      printed: 7,
      failure: null,
      failedAt: null,
    });
  });

  test("counts bytes of arrays and scalars while their block lasts", () => {
    const array: Statement = {kind: "array", name: "p", size: 10};
    const block: Statement = {kind: "if", condition: 1, body: [array], otherwise: []};
    expect(runProgram(program(block, block)).peakBytes).toBe(80);
    expect(runProgram(program(array, {...array, name: "q"})).peakBytes).toBe(160);
  });

  test("takes a remainder of the divisor's sign, and calls functions", () => {
    const rest: Expression = {kind: "binary", operator: "%", left: -7, right: variable("x")};
    const f = {name: "f", parameter: "x", body: [{kind: "return", value: rest} as const]};
    const call: Expression = {kind: "call", name: "f", argument: 5};
    expect(runProgram({functions: [f], body: [print(call)]})).toMatchObject({printed: 3, operations: 2});
  });

  test.each([
    ["index 3 is outside of 3 elements", "let p=new(3);p[3]=1;"],
    ["b is not defined", "print(b);"],
    ["remainder of a division by zero", "print(1%0);"],
    ["too many operations", "let a=1;while(a<2){a=1;}"],
    ["calls are nested too deeply", "function f(x){return f(x);}print(f(1));"],
  ])("says why a program failed: %s", (failure, text) => {
    const found = runProgram(readProgram(text));
    expect(found).toMatchObject({operations: null, peakBytes: null, printed: null, failure});
    expect(programAspect(readProgram(text), found)).toBe("buggy");
  });
});

test.each([
  ["line 2, p[3]=1: index 3 is outside of 3 elements", "let p=new(3);\np[3]=1;"],
  ["line 3, b=c: c is not defined", "b=1\nfor i in range(0,2):\n  b=c"],
  ["line 2, while a<q: q is not defined", "a=1\nwhile a<q:\n  a=2"],
  ["line 1, return x%0: remainder of a division by zero", "function f(x){return x%0;}\nprint(f(1));"],
])("the line and the innermost statement that failed are named: %s", (said, text) => {
  expect(failureText(runProgram(readProgram(text)))).toBe(said);
});

test("a program that runs has no failure to name, and one that was not read has no line", () => {
  expect(failureText(runProgram(readProgram("print(1);")))).toBeNull();
  const drawn = program(print(variable("b")));
  expect(failureText(runProgram(drawn))).toBe("print(b): b is not defined");
});

describe("drawn programs", () => {
  const programs = Array.from({length: 150}, (_, i) => drawProgram(randomStream(i, "programs")));

  test("read back from either way of writing", () => {
    for (const drawn of programs)
      for (const syntax of ["braces", "indents"] as const) {
        const back = readProgram(programText(drawn, syntax));
        expect(programText(back, "braces")).toBe(programText(drawn, "braces"));
        // Only what was read has lines.
        expect({...runProgram(back), failedAt: null}).toEqual({...runProgram(drawn), failedAt: null});
      }
  });

  test("show every aspect but none too rarely", () => {
    const aspects = programs.map((drawn) => programAspect(drawn, runProgram(drawn)));
    expect(new Set(aspects).size).toBeGreaterThanOrEqual(6);
  });
});

test.each([
  ["let a=1;\nlet b=;", "an expression in line 2 must begin"],
  ["for(i=0;j<4;i++){}", "i"],
  ["if(1){print(2);", "}"],
  ["a=1\n\nb=2 3", "line 3 must end here"],
  ["a=1\n  b=2", "indent"],
])("a text that is no program is refused: %s", (text, part) => {
  expect(() => readProgram(text)).toThrow(part);
});
