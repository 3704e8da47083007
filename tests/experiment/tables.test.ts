import {describe, expect, expectTypeOf, test} from "vitest";
import {experiment} from "../../src/lib/experiment/experiment.js";
import {runSweep} from "../../src/lib/experiment/sweep.js";
import {definitionFrom, experimentMetadata, tablePath} from "../../src/lib/experiment/table.js";
import {experiments, loadExperiment} from "../../src/lib/experiments/registry.js";
import {checkParams} from "../../src/lib/technique/check-params.js";

const measured = {provenance: "measured"} as const;

/** Points and their parts: the powers of a base, and the digits of each. */
const digits = experiment({
  id: "numbers/digits",
  title: "Digits",
  question: "Which digits has a power?",
  source: "arithmetic",
  params: {base: {kind: "integer", label: "Base", min: 2, max: 9, default: 2}},
  columns: {
    power: {type: "integer", label: "Power"},
    digits: {type: "integers", label: "Its digits"},
  },
  tables: {
    sums: {sum: {type: "number", label: "Sum", precision: "float32"}},
    words: {letters: {type: "strings", label: "Letters", nullable: true}},
  },
  needs: [],
  sweep: [{}, {base: 9}],
  run({base}) {
    const powers = [base, base ** 2, base ** 3].map((power) => ({
      power,
      digits: Array.from(String(power), Number),
      ...measured,
    }));
    return {
      rows: powers,
      sums: [{sum: Math.fround(base / 7), ...measured}],
      words: [{letters: base === 2 ? null : ["n", "ine"], ...measured}],
    };
  },
});

const one = {
  id: "numbers/one",
  title: "One",
  question: "Which?",
  source: "arithmetic",
  params: {},
  columns: {x: {type: "number", label: "X"}},
  needs: [],
  sweep: [],
} as const;

describe("an experiment of several tables", () => {
  test("gives the main one by run and all of them by runTables", async () => {
    const tables = await digits.runTables({base: 9});
    expect(tables.rows.map((row) => row.digits)).toEqual([[9], [8, 1], [7, 2, 9]]);
    expect(tables.sums).toEqual([{sum: Math.fround(9 / 7), ...measured}]);
    expect(tables.words).toEqual([{letters: ["n", "ine"], ...measured}]);
    expect(await digits.run({base: 9})).toEqual(tables.rows);
  });

  test("has types that follow from its columns", () => {
    type Tables = Awaited<ReturnType<typeof digits.runTables>>;
    expectTypeOf<Tables["rows"][number]["digits"]>().toEqualTypeOf<readonly number[]>();
    expectTypeOf<Tables["words"][number]["letters"]>().toEqualTypeOf<readonly string[] | null>();
    // @ts-expect-error a table that is declared must be given
    void (() => experiment({...one, tables: {y: one.columns}, run: () => [{x: 1, ...measured}]}));
    // @ts-expect-error a table that is not declared
    void (() => digits.runTables().then(({parts}) => parts));
  });

  test("sweeps all of them, each row with its setting", async () => {
    const {rows, sums, words} = await runSweep(digits);
    expect(rows.map(({setting, power}) => [setting, power])).toEqual([
      [0, 2],
      [0, 4],
      [0, 8],
      [1, 9],
      [1, 81],
      [1, 729],
    ]);
    expect(sums.map(({setting}) => setting)).toEqual([0, 1]);
    expect(words.map(({letters}) => letters)).toEqual([null, ["n", "ine"]]);
  });

  test("names their files after itself and the table", () => {
    expect(tablePath("accel/compose")).toBe("accel/compose.arrow");
    expect(tablePath("accel/compose", "figures")).toBe("accel/compose.figures.arrow");
  });

  test.each([
    [{rows: []}, "run numbers/one: tables must be rows, parts, got rows"],
    [[], "run numbers/one: tables must be rows, parts, got rows"],
    [{rows: [], parts: [], more: []}, "tables must be rows, parts, got rows, parts, more"],
    [{rows: [], parts: 3}, "tables must be rows, parts, got rows, parts"],
    [
      {rows: [], parts: [{x: "1", ...measured}]},
      'run numbers/one: table parts: x of row 0 must be a number, got "1"',
    ],
  ])("refuses %j", async (given, message) => {
    const wrong = experiment({...one, tables: {parts: one.columns}, run: () => given as never});
    await expect(wrong.runTables()).rejects.toThrow(TypeError);
    await expect(wrong.run()).rejects.toThrow(message);
  });

  test.each([
    [{rows: one.columns}, 'a table must be named in camelCase and not rows, got "rows"'],
    [{"By-layer": one.columns}, 'a table must be named in camelCase and not rows, got "By-layer"'],
    [{parts: {}}, "experiment numbers/one: table parts: columns must be at least one, got 0"],
  ])("refuses to define %j", (tables, message) => {
    expect(() => experiment({...one, tables, run: () => ({rows: []}) as never})).toThrow(message);
  });
});

describe("cells of a list or of half the precision", () => {
  const returning = (column: object, x: unknown) =>
    experiment({...one, columns: {x: column as never}, run: () => [{x, ...measured} as never]}).run();

  test.each([
    [{type: "numbers", label: "X"}, 1, "a list of numbers, got 1"],
    [{type: "numbers", label: "X"}, [1, Number.NaN], "a list of numbers, got [1,null]"],
    [{type: "numbers", label: "X"}, null, "a list of numbers, got null"],
    [{type: "integers", label: "X"}, [0.5], "a list of safe integers, got [0.5]"],
    [{type: "strings", label: "X", nullable: true}, ["a", 1], 'a list of strings or null, got ["a",1]'],
    [{type: "number", label: "X", precision: "float32"}, 0.1, "a number in float32, got 0.1"],
    [
      {type: "numbers", label: "X", precision: "float32"},
      [0.5, 0.1],
      "a list of numbers in float32, got [0.5,0.1]",
    ],
  ])("%j refuses %j", async (column, x, message) => {
    await expect(returning(column, x)).rejects.toThrow(`x of row 0 must be ${message}`);
  });

  test.each([
    [{type: "numbers", label: "X"}, []],
    [{type: "numbers", label: "X", precision: "float32"}, [0.5, Math.fround(0.1)]],
    [{type: "strings", label: "X", nullable: true}, null],
  ])("%j takes %j", async (column, x) => {
    expect(await returning(column, x)).toEqual([{x, ...measured}]);
  });
});

describe("a definition in the metadata of a table", () => {
  test.each(Object.keys(experiments))("%s comes back with all that is no code", async (id) => {
    const {run: _, runTables: __, needsOf: ___, ...definition} = await loadExperiment(id);
    const settings = definition.sweep.map((setting) => checkParams(id, definition.params, setting));
    const metadata = experimentMetadata(definition, settings);
    const {sweep, ...arrived} = definitionFrom(new Map(Object.entries(metadata)));
    expect({...arrived, sweep: definition.sweep}).toEqual(definition);
    expect(sweep.map((setting) => checkParams(id, arrived.params, setting))).toEqual(settings);
  });

  test("is missed by name", () => {
    expect(() => definitionFrom(new Map([["title", "X"]]))).toThrow(
      "definitionFrom: metadata must hold question, got none",
    );
  });
});
