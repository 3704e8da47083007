import {describe, expect, expectTypeOf, test} from "vitest";
import {experiment} from "../../src/lib/experiment/experiment.js";
import {runSweep, sweepSettings} from "../../src/lib/experiment/sweep.js";
import {tensor} from "../../src/lib/tensor/tensor.js";

const powers = experiment({
  id: "numbers/powers",
  title: "Powers",
  question: "How fast do powers grow?",
  source: "arithmetic",
  params: {
    base: {kind: "number", label: "Base", min: 0, max: 10, default: 2},
    count: {kind: "integer", label: "How many", min: 0, max: 8, default: 3},
    blockSize: {kind: "choice", label: "Block", options: [16, 32], default: 16},
    signs: {kind: "choices", label: "Signs", options: ["plus", "minus"], default: ["plus"]},
    reversed: {kind: "flag", label: "Reversed", default: false},
  },
  columns: {
    sign: {type: "string", label: "Sign"},
    exponent: {type: "integer", label: "Exponent"},
    value: {type: "number", label: "Value", provenance: "measured"},
    logarithm: {type: "number", label: "Logarithm", unit: "bits", nullable: true, provenance: "measured"},
    isLast: {type: "boolean", label: "Last"},
  },
  needs: [],
  sweep: [{base: 2}, {base: 3, signs: ["minus", "plus"]}],
  async run({base, count, signs, reversed}, {progress}) {
    const rows = [];
    for (const sign of signs) {
      await progress(rows.length / (signs.length * count), sign);
      for (let exponent = 0; exponent < count; exponent++) {
        const value = (sign === "minus" ? -1 : 1) * base ** exponent;
        rows.push({
          sign,
          exponent,
          value,
          logarithm: value > 0 ? Math.log2(value) : null,
          isLast: exponent === count - 1,
          provenance: "measured" as const,
        });
      }
    }
    return reversed ? rows.reverse() : rows;
  },
});

const means = experiment({
  id: "numbers/means",
  title: "Means",
  question: "What is the mean of a tensor?",
  source: "arithmetic",
  params: {},
  columns: {tensor: {type: "string", label: "Tensor"}, mean: {type: "number", label: "Mean"}},
  needs: ["weights/decoder-small"],
  sweep: [{}],
  run: (_params, {data}) =>
    [...data.get("weights/decoder-small")].map(([name, {data: values}]) => ({
      tensor: name,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      provenance: "measured",
    })),
});

const numbers = {
  id: "numbers/one",
  title: "One",
  question: "What?",
  source: "arithmetic",
  params: {},
  columns: {value: {type: "number", label: "Value"}},
  needs: [],
  sweep: [],
  run: () => [],
} as const;

describe("run", () => {
  test("fills in the defaults of parameters that are not given", async () => {
    const rows = await powers.run({base: 3});
    expect(rows.map(({value}) => value)).toEqual([1, 3, 9]);
  });

  test("puts chosen options into the order of the options", async () => {
    const rows = await powers.run({signs: ["minus", "plus"], count: 1});
    expect(rows.map(({sign}) => sign)).toEqual(["plus", "minus"]);
  });

  test("gives the same rows for the same parameters", async () => {
    expect(await powers.run({base: 1.5})).toEqual(await powers.run({base: 1.5}));
  });

  test.each([
    [{blockSize: 20}, "run numbers/powers: blockSize must be one of 16, 32, got 20"],
    [{blockSize: "16"}, 'run numbers/powers: blockSize must be one of 16, 32, got "16"'],
    [{base: 11}, "run numbers/powers: base must be a number from 0 to 10, got 11"],
    [{base: Number.NaN}, "run numbers/powers: base must be a number from 0 to 10, got NaN"],
    [
      {base: Number.POSITIVE_INFINITY},
      "run numbers/powers: base must be a number from 0 to 10, got Infinity",
    ],
    [{base: null}, "run numbers/powers: base must be a number from 0 to 10, got null"],
    [{count: 2.5}, "run numbers/powers: count must be an integer from 0 to 8, got 2.5"],
    [{signs: []}, "run numbers/powers: signs must be one or more, each once, of plus, minus, got []"],
    [
      {signs: ["plus", "plus"]},
      'run numbers/powers: signs must be one or more, each once, of plus, minus, got ["plus","plus"]',
    ],
    [{reversed: 1}, "run numbers/powers: reversed must be true or false, got 1"],
    [
      {bse: 2},
      'run numbers/powers: a parameter must be one of base, count, blockSize, signs, reversed, got "bse"',
    ],
    [
      {constructor: 2},
      'run numbers/powers: a parameter must be one of base, count, blockSize, signs, reversed, got "constructor"',
    ],
    [
      {base: "x".repeat(200)},
      `run numbers/powers: base must be a number from 0 to 10, got "${"x".repeat(78)}…`,
    ],
  ])("refuses %j by name", async (params, message) => {
    const failure = await powers.run(params as never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RangeError);
    expect((failure as Error).message).toBe(message);
  });

  test("says that an experiment without parameters has none", async () => {
    await expect(means.run({base: 2})).rejects.toThrow(
      'run numbers/means: a parameter is not known: there are none, got "base"',
    );
  });

  test("says which data set is missing and where it comes from", async () => {
    await expect(means.run()).rejects.toThrow(
      'run numbers/means: data must hold weights/decoder-small, got none. Load it with loadData(["weights/decoder-small"]) from paretoscope/data.',
    );
    const data = new Map([["activations/decoder-small", new Map()]]);
    await expect(means.run({}, {data})).rejects.toThrow("got activations/decoder-small.");
  });

  test("hands the named data sets to the experiment", async () => {
    const data = new Map([["weights/decoder-small", new Map([["w", tensor([1, 2, 6])]])]]);
    expect(await means.run({}, {data})).toEqual([{tensor: "w", mean: 3, provenance: "measured"}]);
  });

  test("tells its progress from 0 to 1", async () => {
    const told: [number, string | undefined][] = [];
    await powers.run({signs: ["plus", "minus"]}, {progress: (share, what) => told.push([share, what])});
    expect(told).toEqual([
      [0, undefined],
      [0, "plus"],
      [0.5, "minus"],
      [1, undefined],
    ]);
  });

  test("throws the reason of a signal that was aborted before", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(powers.run({}, {signal})).rejects.toThrow("enough");
  });

  test("hears of an abort that comes while it runs", async () => {
    const controller = new AbortController();
    const progress = (_share: number, what?: string) => {
      if (what === "plus") setTimeout(() => controller.abort(new Error("stop here")), 0);
    };
    const run = powers.run({signs: ["plus", "minus"]}, {progress, signal: controller.signal});
    await expect(run).rejects.toThrow("stop here");
  });
});

describe("rows", () => {
  const returning = (row: object) => experiment({...numbers, run: () => [row as never]});

  test.each([
    [{value: 1}, "provenance of row 0 must be one of measured, modelled, reported, got undefined"],
    [{value: 1, provenance: "guessed"}, 'must be one of measured, modelled, reported, got "guessed"'],
    [{provenance: "measured"}, "value of row 0 must be a number, got undefined"],
    [{value: "1", provenance: "measured"}, 'value of row 0 must be a number, got "1"'],
    [{value: Number.NaN, provenance: "measured"}, "value of row 0 must be a number, got NaN"],
    [{value: null, provenance: "measured"}, "value of row 0 must be a number, got null"],
    [{value: 1, extra: 2, provenance: "measured"}, 'row 0 must have only declared columns, got "extra"'],
  ])("refuses %j", async (row, message) => {
    const failure = await returning(row)
      .run()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    expect((failure as Error).message).toContain(`run numbers/one: `);
    expect((failure as Error).message).toContain(message);
  });

  test("may hold an infinity, which is what the ratio to an error of zero is", async () => {
    const row = {value: Number.POSITIVE_INFINITY, provenance: "measured"};
    expect(await returning(row).run()).toEqual([row]);
  });

  test("holds null only where a column is nullable", async () => {
    const rows = await powers.run({base: 0, count: 2});
    expect(rows.map(({logarithm}) => logarithm)).toEqual([0, null]);
  });
});

describe("experiment", () => {
  const number = {kind: "number", label: "X", min: 0, max: 1, default: 0} as const;
  test.each([
    [{id: "Numbers/one"}, 'experiment: id must be family/name in lower case with hyphens, got "Numbers/one"'],
    [{id: "one"}, 'got "one"'],
    [{title: " "}, "experiment numbers/one: title must be some text"],
    [{params: {x: {...number, default: 2}}}, "experiment numbers/one: x must be a number from 0 to 1, got 2"],
    [{params: {x: {...number, max: 0}}}, "min of x must be less than its max 0, got 0"],
    [{params: {"X-y": number}}, 'a parameter must be named in camelCase, got "X-y"'],
    [
      {params: {x: {kind: "choice", label: "X", options: ["a", "a"], default: "a"}}},
      'options of x must be at least one, each once, got ["a","a"]',
    ],
    [
      {params: {x: {kind: "choice", label: "X", options: ["a"], default: "b"}}},
      'x must be one of a, got "b"',
    ],
    [
      {params: {x: {kind: "choices", label: "X", options: ["a", "b"], default: ["b", "a"]}}},
      "default of x must be in the order of its options, got b,a",
    ],
    [{columns: {}}, "columns must be at least one"],
    [
      {columns: {provenance: {type: "string", label: "P"}}},
      "named in camelCase and not provenance or setting",
    ],
    [{sweep: [{y: 1}]}, "experiment numbers/one: sweep 0: a parameter is not known"],
  ])("refuses the definition %j", (wrong, message) => {
    expect(() => experiment({...numbers, ...wrong} as never)).toThrow(RangeError);
    expect(() => experiment({...numbers, ...wrong} as never)).toThrow(message);
  });

  test("is frozen", () => {
    expect(Object.isFrozen(powers)).toBe(true);
  });
});

describe("runSweep", () => {
  test("joins the rows of all settings and says which setting each belongs to", async () => {
    const {rows} = await runSweep(powers);
    expect(rows.map(({setting}) => setting)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect(rows.slice(0, 3)).toEqual((await powers.run({base: 2})).map((row) => ({...row, setting: 0})));
  });

  test("gives settings with every default filled in", () => {
    expect(sweepSettings(powers)[1]).toEqual({
      base: 3,
      count: 3,
      blockSize: 16,
      signs: ["plus", "minus"],
      reversed: false,
    });
  });

  test("keeps the order of the settings when a pool finishes them in another", async () => {
    const finished: unknown[] = [];
    const pool = {
      async run(id: string, params: Readonly<Record<string, unknown>>) {
        expect(id).toBe("numbers/powers");
        if (params.base === 2) await new Promise((resolve) => setTimeout(resolve, 20));
        finished.push(params.base);
        return powers.runTables(params);
      },
    };
    expect(await runSweep(powers, {pool})).toEqual(await runSweep(powers));
    expect(finished).toEqual([3, 2]);
  });

  test("tells how many settings are done", async () => {
    const told: (string | undefined)[] = [];
    await runSweep(powers, {progress: (_share, what) => told.push(what)});
    expect(told).toEqual(["1 of 2 settings", "2 of 2 settings"]);
  });
});

test("types of parameters and rows follow from the definition", () => {
  type Given = NonNullable<Parameters<typeof powers.run>[0]>;
  type PowersRow = Awaited<ReturnType<typeof powers.run>>[number];
  expectTypeOf<Given["blockSize"]>().toEqualTypeOf<16 | 32 | undefined>();
  expectTypeOf<Given["signs"]>().toEqualTypeOf<readonly ("plus" | "minus")[] | undefined>();
  expectTypeOf<Given["reversed"]>().toEqualTypeOf<boolean | undefined>();
  expectTypeOf<Given["base"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<PowersRow["value"]>().toEqualTypeOf<number>();
  expectTypeOf<PowersRow["logarithm"]>().toEqualTypeOf<number | null>();
  expectTypeOf<PowersRow["sign"]>().toEqualTypeOf<string>();
  expectTypeOf<PowersRow["isLast"]>().toEqualTypeOf<boolean>();
  expectTypeOf<PowersRow["provenance"]>().toEqualTypeOf<"measured" | "modelled" | "reported">();
  // @ts-expect-error a parameter that is not declared
  void (() => powers.run({bits: 4}));
  // @ts-expect-error an option that is not offered
  void (() => powers.run({blockSize: 20}));
  // @ts-expect-error a row without a declared column
  void (() => experiment({...numbers, run: () => [{provenance: "measured"}]}));
  // @ts-expect-error a data set that is not in needs
  void (() => experiment({...numbers, run: (_p, {data}) => [...data.get("weights/other")] && []}));
});

describe("the data sets of an experiment", () => {
  const chosen = experiment({
    id: "numbers/chosen",
    title: "Chosen",
    question: "How many tensors has the chosen set?",
    source: "arithmetic",
    params: {set: {kind: "choice", label: "Set", options: ["a", "b"], default: "a"}},
    columns: {tensors: {type: "integer", label: "Tensors", provenance: "measured"}},
    needs: ["sets/a", "sets/b"],
    needsOf: ({set}) => [`sets/${set}`],
    sweep: [{}],
    run: ({set}, {data}) => [{tensors: data.get(`sets/${set}` as "sets/a").size, provenance: "measured"}],
  });

  test("are all of them, unless a setting reads fewer", () => {
    expect(means.needsOf()).toEqual(["weights/decoder-small"]);
    expect(chosen.needsOf()).toEqual(["sets/a"]);
    expect(chosen.needsOf({set: "b"})).toEqual(["sets/b"]);
    expect(() => chosen.needsOf({set: "c" as "a"})).toThrow("set must be one of a, b");
  });

  test("must hold those of the setting and no others", async () => {
    const data = new Map([["sets/b", new Map([["x", tensor(Float32Array.of(1), [1, 1])]])]]);
    expect(await chosen.run({set: "b"}, {data})).toEqual([{tensors: 1, provenance: "measured"}]);
    await expect(chosen.run({set: "a"}, {data})).rejects.toThrow("data must hold sets/a, got sets/b");
  });
});
