import {describe, expect, test} from "vitest";
import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import type {GoldenTensor, Ops} from "../../src/cli/conformance/op.js";
import {f32, given, i32, numbers, stored, u8} from "./golden-file.js";

/** Test doubles: `echo` gives its inputs back by name, `double` twice x. */
const ops: Required<Ops> = mergeOps([
  {
    cases: {
      echo: (_args, inputs) =>
        Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, numbers(input)])),
      double: ({factor = 2}, {x}) => ({y: numbers(x).map((value) => value * (factor as number))}),
      sum: (_args, {parts}) => ({y: [(parts as GoldenTensor[]).flatMap(numbers).reduce((a, b) => a + b, 0)]}),
      broken: () => {
        throw new RangeError("broken: x must be whole");
      },
      names: (_args, inputs) => ({names: Object.keys(inputs)}),
    },
    rows: {
      area: ({width, height}, {unit = 1}) => ({
        area: (width as number) * (height as number) * (unit as number),
        facts: {
          isSquare: width === height,
          ratio: (width as number) / (height as number),
          sides: [width, height],
        },
      }),
      peek: (row) => ({seen: Object.keys(row)}),
    },
  },
]);

const check = (file: object) => checkGolden(JSON.stringify(file), ops);
const oneOutput = (got: readonly number[], expected: ReturnType<typeof f32>, rule: object, inputs = {}) =>
  given({y: got}, {y: {dtype: expected.dtype, shape: [null]}}, {y: expected}, {"*": rule}, inputs);

describe("a file of one case", () => {
  const declared = {y: {dtype: "f32", shape: [3]}};

  test("agrees where the op gives its outputs", () => {
    const report = check({
      op: "double",
      params: {outputs: declared},
      inputs: {x: f32(1, 2, 3)},
      outputs: {y: f32(2, 4, 6)},
    });
    expect(report.verdict).toBe("agrees");
    expect(report.comparisons).toEqual([{output: "y", agrees: true, maxAbs: 0, maxRel: 0, detail: ""}]);
    expect(report.result).toEqual({op: "double", outputs: {y: f32(2, 4, 6)}});
  });

  test("differs where a value does, and says which and by how much", () => {
    const report = check({
      op: "double",
      params: {outputs: declared},
      inputs: {x: f32(1, 2, 3)},
      outputs: {y: f32(2, 5, 6)},
    });
    expect(report).toMatchObject({verdict: "differs", comparisons: [{maxAbs: 1, maxRel: 0.2}]});
    expect(report.reason).toBe("y: 1 of 3 disagree: element 1 is 4, expected 5");
  });

  test("is computed only where it has no outputs", () => {
    const report = check({op: "double", params: {outputs: declared}, inputs: {x: f32(1, 2, 3)}});
    expect(report).toMatchObject({
      verdict: "computed",
      comparisons: [],
      result: {outputs: {y: f32(2, 4, 6)}},
    });
  });

  test("differs where an output is missing or of another length", () => {
    expect(given({}, declared, {y: f32(1, 2, 3)}).reason).toBe("y: was not computed");
    expect(given({y: [1, 2]}, {y: {dtype: "f32", shape: [null]}}, {y: f32(1, 2, 3)}).reason).toBe(
      "y: has shape [2], expected [3]",
    );
  });

  test("compares shapes apart from axes of length 1", () => {
    const expected = {y: stored("f32", Float32Array.of(1, 2), [2, 1])};
    expect(given({y: [1, 2]}, {y: {dtype: "f32", shape: [2]}}, expected).verdict).toBe("agrees");
    const turned = {y: stored("f32", Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2])};
    expect(given({y: [1, 2, 3, 4, 5, 6]}, {y: {dtype: "f32", shape: [2, 3]}}, turned).verdict).toBe(
      "differs",
    );
  });

  test("takes the shape from the op where the file leaves it open", () => {
    const report = given({y: {data: [1, 2, 3, 4], shape: [2, 2]}}, {y: {dtype: "i32", shape: [null, null]}});
    expect(report.result).toMatchObject({outputs: {y: {shape: [2, 2]}}});
  });

  test("fails where an output does not fit the integers the file declares", () => {
    const report = given({y: [256]}, {y: {dtype: "u8", shape: [1]}});
    expect(report).toMatchObject({
      verdict: "failed",
      reason: "y: element 0 must be an integer of u8, got 256",
    });
  });

  test("is unknown where no op has its name, even one that every object has", () => {
    for (const op of ["nothing", "constructor", "area"]) expect(check({op}).verdict).toBe("unknown");
    expect(check({op: "double", rows: [], computed: []}).verdict).toBe("unknown");
  });

  test("fails with the op's own words where that throws", () => {
    expect(check({op: "broken"})).toMatchObject({verdict: "failed", reason: "broken: x must be whole"});
  });

  test("does not hand masks of the comparison to the op", () => {
    const report = check({
      op: "names",
      params: {outputs: {names: {dtype: "utf8", shape: [null]}}},
      inputs: {x: f32(1), mask: u8(1)},
      tolerance: {names: {kind: "exact", skip: "mask"}},
    });
    expect(report.result).toMatchObject({outputs: {names: {values: ["x"]}}});
  });
});

describe("a file of several cases", () => {
  test("gives each case its own arguments, inputs and outputs", () => {
    const report = check({
      op: "double",
      params: {
        factor: 10,
        cases: [
          {name: "a", inputs: {x: "one"}, outputs: {y: "ten"}},
          {name: "b", factor: 3, inputs: {x: "one"}, outputs: {y: "three"}},
        ],
        outputs: {ten: {dtype: "f32", shape: [1]}, three: {dtype: "f32", shape: [1]}},
      },
      inputs: {one: f32(1)},
      outputs: {ten: f32(10), three: f32(3)},
    });
    expect(report.verdict).toBe("agrees");
  });

  test("hands a role with several inputs over in order", () => {
    const report = check({
      op: "sum",
      params: {
        cases: [{name: "all", inputs: {parts: ["a", "b"]}, outputs: {y: "total"}}],
        outputs: {total: {dtype: "i32", shape: [1]}},
      },
      inputs: {a: i32(1, 2), b: i32(4)},
      outputs: {total: i32(7)},
    });
    expect(report.verdict).toBe("agrees");
  });

  test("fails where a case names an input that is not there", () => {
    const cases = [{name: "a", inputs: {x: "gone"}, outputs: {}}];
    expect(check({op: "double", params: {cases}}).reason).toBe("inputs: gone is not there");
  });
});

describe("a table", () => {
  const row = {width: 2, height: 4, area: 8};

  test("computes the computed columns from the others and keeps the rows' order", () => {
    const report = check({op: "area", computed: ["area"], rows: [row, {width: 1, height: 1, area: 1}]});
    expect(report.verdict).toBe("agrees");
    expect(report.result).toEqual({
      op: "area",
      computed: ["area"],
      rows: [row, {width: 1, height: 1, area: 1}],
    });
  });

  test("hides the expected columns from the op", () => {
    const report = check({op: "peek", computed: ["seen"], rows: [{given: 1, seen: ["anything"]}]});
    expect(report.result).toMatchObject({rows: [{given: 1, seen: ["given"]}]});
    expect(report.verdict).toBe("differs");
  });

  test("is computed only where the computed columns are not there", () => {
    expect(check({op: "area", computed: ["area"], rows: [{width: 2, height: 4}]}).verdict).toBe("computed");
  });

  test("compares the fields of a column each by its own rule and leaves out the ignored ones", () => {
    const facts = {isSquare: false, ratio: 0.51, sides: [2, 9]};
    const table = (tolerance: object) =>
      check({op: "area", computed: ["facts"], rows: [{...row, facts}], tolerance});
    const loose = {"facts/ratio": {kind: "rel", rel: 0.02}};
    expect(table({facts: {kind: "exact", ignore: ["sides"]}, ...loose}).verdict).toBe("agrees");
    expect(table({facts: {kind: "exact", ignore: ["sides"]}}).reason).toBe(
      "facts: 1 of 2 disagree: row 0 ratio is 0.5, expected 0.51",
    );
    expect(table(loose).reason).toContain("facts: 1 of 3 disagree: row 0 sides is 4, expected 9");
  });

  test("differs where a field is missing and takes no notice of one more", () => {
    const table = (facts: object) =>
      check({op: "area", computed: ["facts"], rows: [{...row, facts}]}).verdict;
    expect(table({isSquare: false})).toBe("agrees");
    expect(table({isSquare: false, colour: "red"})).toBe("differs");
  });
});

describe("the rules", () => {
  test.each([
    ["exact", {kind: "exact"}, 1, true],
    ["exact", {kind: "exact"}, 1.0000001, false],
    ["abs", {kind: "abs", abs: 0.5}, 1.5, true],
    ["abs", {kind: "abs", abs: 0.5}, 1.501, false],
    ["rel", {kind: "rel", rel: 0.25}, 0.75, true],
    ["rel", {kind: "rel", rel: 0.25}, 0.74, false],
    ["absrel", {kind: "absrel", abs: 0.1, rel: 0.25}, 1.25, true],
    ["absrel", {kind: "absrel", abs: 0.4, rel: 0.25}, 1.4, true],
    ["absrel", {kind: "absrel", abs: 0.1, rel: 0.25}, 1.26, false],
  ])("%s: %j takes %d for 1: %s", (_kind, rule, value, agrees) => {
    const report = oneOutput([value], stored("f64", Float64Array.of(1)), rule);
    expect(report.verdict).toBe(agrees ? "agrees" : "differs");
  });

  test("NaN equals NaN and the zeros are equal; infinities must be the same under every rule", () => {
    const all = [Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect(oneOutput(all, f32(Number.NaN, 0, ...all.slice(2)), {kind: "exact"}).verdict).toBe("agrees");
    const loose = {kind: "absrel", abs: 1e300, rel: 1e300};
    expect(oneOutput([Number.POSITIVE_INFINITY], f32(1), loose).verdict).toBe("differs");
    expect(oneOutput([Number.NEGATIVE_INFINITY], f32(Number.POSITIVE_INFINITY), loose).verdict).toBe(
      "differs",
    );
    expect(oneOutput([Number.NaN], f32(0), loose).verdict).toBe("differs");
  });

  test("fraction wants at least that share, equal or within its bound", () => {
    const rule = {kind: "fraction", fraction: 0.75};
    expect(oneOutput([1, 2, 3, 0], f32(1, 2, 3, 4), rule).verdict).toBe("agrees");
    expect(oneOutput([1, 2, 0, 0], f32(1, 2, 3, 4), rule).verdict).toBe("differs");
    expect(oneOutput([1, 2, 2, 0], f32(1, 2, 3, 4), {...rule, abs: 1}).verdict).toBe("agrees");
  });

  test("a share that no binary number is exactly is met by exactly that share", () => {
    const got = Array.from({length: 1000}, (_, i) => (i < 5 ? -1 : i));
    const expected = f32(...Array.from({length: 1000}, (_, i) => i));
    expect(oneOutput(got, expected, {kind: "fraction", fraction: 0.995}).verdict).toBe("agrees");
    expect(
      oneOutput([...got.slice(0, 5), -1, ...got.slice(6)], expected, {kind: "fraction", fraction: 0.995})
        .verdict,
    ).toBe("differs");
  });

  test("skips flat indices, and the runs that elements of an input mask cover", () => {
    expect(oneOutput([1, 9], f32(1, 2), {kind: "exact", skip: [1]}).verdict).toBe("agrees");
    const mask = {mask: u8(0, 1)};
    const rule = {kind: "exact", skip: "mask"};
    expect(oneOutput([1, 2, 9, 9], f32(1, 2, 3, 4), rule, mask).verdict).toBe("agrees");
    expect(oneOutput([9, 2, 9, 9], f32(1, 2, 3, 4), rule, mask).verdict).toBe("differs");
    expect(oneOutput([1, 2, 3], f32(1, 2, 3), rule, mask)).toMatchObject({
      verdict: "failed",
      reason: "skip: mask must be an input mask that divides 3 elements",
    });
  });

  test("the longest prefix that has a rule decides, then the one of *", () => {
    const declared = {a: {dtype: "f32", shape: [1]}, b: {dtype: "f32", shape: [1]}};
    const outputs = {a: f32(1), b: f32(1)};
    const report = given({a: [2], b: [2]}, declared, outputs, {
      "*": {kind: "exact"},
      a: {kind: "abs", abs: 1},
    });
    expect(report.comparisons.map(({output, agrees}) => [output, agrees])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  test("informational counts neither way, whether it can be computed or not", () => {
    const rule = {"*": {kind: "informational"}};
    expect(given({y: [2]}, {y: {dtype: "f32", shape: [1]}}, {y: f32(1)}, rule).verdict).toBe("informational");
    expect(check({op: "nothing", outputs: {y: f32(1)}, tolerance: rule}).verdict).toBe("informational");
    expect(check({op: "broken", outputs: {y: f32(1)}, tolerance: rule}).verdict).toBe("informational");
  });

  test("bf16 patterns are compared as the values they are", () => {
    const got = (bits: number, expected: number, rule: object) =>
      given(
        {y: [bits]},
        {y: {dtype: "bf16bits", shape: [1]}},
        {y: stored("bf16bits", Uint16Array.of(expected))},
        {"*": rule},
      );
    expect(got(0x8000, 0, {kind: "exact"}).verdict).toBe("agrees");
    expect(got(0x3f81, 0x3f80, {kind: "rel", rel: 0.01}).verdict).toBe("agrees");
    expect(got(0x3f81, 0x3f80, {kind: "rel", rel: 0.001}).verdict).toBe("differs");
  });

  test("text must be equal and JSON may name what it cannot hold", () => {
    const declared = {t: {dtype: "utf8", shape: [2]}, j: {dtype: "json", shape: []}};
    const outputs = {
      t: {dtype: "utf8", shape: [2], values: ["a", "b"]},
      j: {dtype: "json", shape: [], values: {eps: 1e-5, top: "Infinity", list: [1, "NaN"]}},
    };
    const j = {eps: 1.0000001e-5, top: Number.POSITIVE_INFINITY, list: [1, Number.NaN]};
    const tolerance = {"*": {kind: "exact"}, j: {kind: "rel", rel: 1e-6}};
    const report = given({t: ["a", "b"], j}, declared, outputs, tolerance);
    expect(report.verdict).toBe("agrees");
    expect(report.result).toMatchObject({outputs: {j: {values: {top: "Infinity", list: [1, "NaN"]}}}});
  });
});

describe("a malformed file", () => {
  test.each([
    ["no JSON", "{", /JSON/],
    ["no op", "{}", /^op: /],
    [
      "a tensor of an unknown dtype",
      '{"op": "echo", "inputs": {"x": {"dtype": "f8", "shape": [1], "b64": ""}}}',
      /^inputs\.x: /,
    ],
    [
      "a negative dimension",
      '{"op": "echo", "inputs": {"x": {"dtype": "u8", "shape": [-1], "b64": ""}}}',
      /^inputs\.x/,
    ],
    ["an unknown rule", '{"op": "echo", "tolerance": {"*": {"kind": "about"}}}', /^tolerance\.\*\.kind: /],
    ["rows without computed", '{"op": "area", "rows": []}', /^computed: /],
    ["a list", "[]", /^op: /],
    ["a number", "1", /Object/],
  ])("with %s gets a verdict that says where", (_what, text, reason) => {
    const report = checkGolden(text, ops);
    expect(report.verdict).toBe("malformed");
    expect(report.reason).toMatch(reason);
  });

  test("with bytes that do not fill the shape fails without being computed", () => {
    const report = check({op: "echo", inputs: {x: {...u8(1, 2, 3), shape: [2]}}});
    expect(report).toMatchObject({verdict: "failed", reason: "x: [2] of u8 takes 2 bytes, got 3"});
  });
});

test("an op that two families claim is an error", () => {
  const one: Ops = {cases: {cast: () => ({})}};
  expect(() => mergeOps([one, one])).toThrow("mergeOps: an op must stand in one family only, got cast twice");
});
