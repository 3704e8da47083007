import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {compileKernel} from "../../src/lib/verification/compile.js";
import {
  type Expression,
  greatestOf,
  leastOf,
  OPERATOR_LEVELS,
  wrapped,
} from "../../src/lib/verification/kernel.js";
import {kernelText} from "../../src/lib/verification/print.js";
import {readKernel} from "../../src/lib/verification/read.js";
import {plus, unrolled} from "../../src/lib/verification/unroll.js";

/** What a kernel of one number and one result gives. */
function resultOf(text: string, x = 0): number | string {
  const machine = compileKernel(readKernel(`kernel one(in i32 x, out i32 y) { ${text} }`));
  return machine.run({x: Int32Array.of(x)}) ?? machine.outputs.y[0];
}

const expressions = fc.letrec<{any: Expression}>((tie) => ({
  any: fc.oneof(
    {depthSize: "small"},
    fc.integer({min: -40, max: 40}),
    fc.constant({kind: "variable" as const, name: "x"}),
    fc.record({
      kind: fc.constant("binary" as const),
      operator: fc.constantFrom(...OPERATOR_LEVELS.flat()),
      left: tie("any"),
      right: tie("any"),
    }),
  ),
})).any;

describe("types", () => {
  test("keep the last bits of what is stored, for every width", () => {
    for (const isSigned of [true, false]) {
      for (let bits = 1; bits <= (isSigned ? 32 : 31); bits++) {
        const type = {isSigned, bits};
        expect(wrapped(type, greatestOf(type))).toBe(greatestOf(type));
        expect(wrapped(type, leastOf(type))).toBe(leastOf(type));
        expect(wrapped(type, (greatestOf(type) + 1) | 0)).toBe(leastOf(type));
      }
    }
  });
});

describe("expressions", () => {
  test("mean what they mean in C", () => {
    fc.assert(
      fc.property(expressions, fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1}), (value, x) => {
        const kernel = readKernel("kernel one(in i32 x, out i32 y) { y = 0; }");
        const machine = compileKernel({...kernel, body: [{kind: "assign", name: "y", value}]});
        machine.run({x: Int32Array.of(x)});
        const printed = kernelText({...kernel, body: [{kind: "assign", name: "y", value}]});
        const source = /y = (.*);/.exec(printed)![1];
        // Products of C's int wrap; JavaScript's own are rounded above 2^53.
        const isPlain = !source.includes("*");
        if (isPlain)
          expect(machine.outputs.y[0]).toBe(Number(new Function("x", `return (${source}) | 0`)(x)));
        const again = compileKernel(readKernel(printed));
        again.run({x: Int32Array.of(x)});
        expect(again.outputs.y[0]).toBe(machine.outputs.y[0]);
      }),
    );
  });

  test("wrap in 32 bits, products too", () => {
    expect(resultOf("y = x * x;", 65537)).toBe(131073);
    expect(resultOf("y = x + 1;", 2 ** 31 - 1)).toBe(-(2 ** 31));
  });

  test("are summed as short as can be", () => {
    const n: Expression = {kind: "variable", name: "n"};
    expect(plus(plus(n, -3), 1)).toEqual(plus(n, -2));
    expect(plus(plus(n, 1), -1)).toEqual(n);
    expect(plus(4, 1)).toBe(5);
  });
});

describe("a loop", () => {
  test("runs the same unrolled by any number, whatever its ends and its step", () => {
    const numbers = fc.integer({min: 0, max: 12});
    fc.assert(
      fc.property(
        numbers,
        numbers,
        fc.integer({min: 1, max: 3}),
        fc.integer({min: 1, max: 5}),
        (from, to, step, by) => {
          const text = (end: string) =>
            `kernel sums(in u4 n, out i32 y) { y = 0; for (i = ${from}; i < ${end}; i += ${step}) unroll ${by} { y = y * 3 + i; } }`;
          for (const kernel of [readKernel(text("n")), readKernel(text(String(to)))]) {
            const [plain, flat] = [compileKernel(kernel), compileKernel(unrolled(kernel))];
            const inputs = {n: Int32Array.of(to)};
            expect([plain.run(inputs), flat.run(inputs)]).toEqual([null, null]);
            expect(flat.outputs).toEqual(plain.outputs);
          }
        },
      ),
    );
  });

  test("is not unrolled where its body declares", () => {
    const kernel = readKernel(
      "kernel k(out i8 y) { for (i = 0; i < 4; i += 1) unroll 2 { i8 v = i; y = v; } }",
    );
    expect(() => unrolled(kernel)).toThrow(
      "unrolled: a loop that is unrolled must declare nothing in its body, got v",
    );
  });

  test("that does not end is stopped", () => {
    const kernel = readKernel("kernel k(out i32 y) { for (i = 0; i < 1; i += 1) { i = 0 - 1; } y = 0; }");
    expect(compileKernel(kernel, {maxSteps: 100}).run({})).toBe("k: runs longer than 100 steps");
  });
});

describe("memory", () => {
  const beside = "kernel k(in i8 a[2], in i8 b[1], out i8 y) { y = a[2]; }";
  const inputs = {a: Int32Array.of(1, 2), b: Int32Array.of(3)};

  test("beside an array stops a kernel, with its name and the statement, or is read", () => {
    expect(compileKernel(readKernel(beside)).run(inputs)).toBe("k: a[2] lies outside of a[2], in y = a[2];");
    const machine = compileKernel(readKernel(beside), {outside: "reaches what lies beside"});
    expect(machine.run(inputs)).toBeNull();
    expect(machine.outputs.y[0]).toBe(3);
  });

  test("beside everything gives 0 and takes nothing", () => {
    const kernel = readKernel("kernel k(out i8 y[1]) { y[90] = 5; y[0 - 1] = 5; y[0] = y[90] + y[0 - 1]; }");
    const machine = compileKernel(kernel, {outside: "reaches what lies beside"});
    expect(machine.run({})).toBeNull();
    expect([...machine.outputs.y]).toEqual([0]);
  });

  test("keeps what one run leaves for a variable without a value", () => {
    const machine = compileKernel(readKernel("kernel k(in i8 x, out i8 y) { i8 sum; sum += x; y = sum; }"));
    machine.run({x: Int32Array.of(5)});
    expect(machine.outputs.y[0]).toBe(5);
    machine.run({x: Int32Array.of(5)});
    expect(machine.outputs.y[0]).toBe(10);
    machine.fill(() => 300);
    machine.run({x: Int32Array.of(0)});
    expect(machine.outputs.y[0]).toBe(44);
  });

  test("is given inputs of the right length", () => {
    const machine = compileKernel(readKernel(beside));
    expect(() => machine.run({a: Int32Array.of(1)})).toThrow("k: a must have 2 numbers, got 1");
    expect(() => machine.run({a: inputs.a})).toThrow("k: b must have 1 numbers, got none");
  });
});

test.each([
  ["kernel k() {}", "readKernel: in or out must stand in line 1, got )"],
  ["kernel k(in i33 x) {}", "readKernel: a type of i1 .. i32 or u1 .. u31 must stand in line 1, got i33"],
  ["kernel k(in i8 x) {\n  y = ;\n}", "readKernel: a number, a name or ( must stand in line 2, got ;"],
  ["kernel k(in i8 x) {\n  y = 1\n}", "readKernel: ; must stand in line 3, got }"],
  ["kernel k(in i8 x) {", "readKernel: a name must stand in line 1, got the end"],
  [
    "kernel k(in i8 x) { for (i = 0; j < 3; i += 1) {} }",
    "readKernel: a loop must compare its counter i, got j",
  ],
  [
    "kernel k(in i8 x) { for (i = 0; i < 3; i += 0) {} }",
    "readKernel: the step of i must be at least 1, got 0",
  ],
  ["kernel k(in i8 x) {} more", "readKernel: a kernel must end with its block, got more"],
])("the text %j is refused", (text, message) => {
  expect(() => readKernel(text)).toThrow(message);
});

test.each([
  ["y = z;", "k: z must be declared, in y = z;"],
  ["y = x[0];", "k: x must be an array, in y = x[0];"],
  ["y = a;", "k: a must not be an array, in y = a;"],
  ["x = 1;", "k: x must not be written, it is an input, in x = 1;"],
  ["i8 x = 1;", "k: names must be unique, got x twice"],
  ["i8 v = 1; i8 v = 2;", "k: names must be unique, got v twice"],
])("the kernel with %j is refused", (body, message) => {
  expect(() => compileKernel(readKernel(`kernel k(in i8 x, in i8 a[2], out i8 y) { ${body} }`))).toThrow(
    message,
  );
});
