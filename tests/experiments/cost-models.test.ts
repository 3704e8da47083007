import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {allTables, type Columns, type Row} from "../../src/lib/experiment/columns.js";
import type {Experiment} from "../../src/lib/experiment/experiment.js";
import {loadExperiment} from "../../src/lib/experiments/registry.js";
import type {Param, Params} from "../../src/lib/technique/params.js";
import {bounds, type Setting, settingsAtBounds} from "./bounds.js";
import {costModels} from "./cost-models.js";

/** Runs of a property for each experiment; fewer where one takes longer. */
const RUNS = 25;
const FEW: Readonly<Record<string, number>> = {
  "accel/sparse-slices": 2,
  "accel/logic-blocks": 1,
  "accel/hsa": 4,
  "kv/context": 1,
  "experts/store": 4,
  "reductions/schedules": 3,
  "reductions/transfers": 6,
  "mixers/flash-rnn": 4,
};
const runsOf = (id: string) => FEW[id] ?? RUNS;

/** Any value of a parameter; its bounds more often than what lies between. */
function anyValue(param: Param): fc.Arbitrary<unknown> {
  const ends = () => fc.constantFrom(...bounds(param));
  switch (param.kind) {
    case "integer":
      return fc.oneof(ends(), fc.integer({min: param.min, max: param.max}));
    case "number":
      return fc.oneof(ends(), fc.double({min: param.min, max: param.max, noNaN: true}));
    case "choice":
      return fc.constantFrom<unknown>(...param.options);
    case "choices":
      return fc.subarray([...param.options] as unknown[], {minLength: 1});
    case "flag":
      return fc.boolean();
    default:
      return fc.constant(param.default);
  }
}

const anySetting = (params: Params): fc.Arbitrary<Setting> =>
  fc.record(Object.fromEntries(Object.entries(params).map(([name, param]) => [name, anyValue(param)])));

/** A refusal that says what is allowed is an answer too. */
async function tablesOf(experiment: Experiment, setting: Setting) {
  try {
    return await experiment.runTables(setting as never);
  } catch (error) {
    if (error instanceof RangeError && / must /.test(error.message)) return undefined;
    throw error;
  }
}

function expectSound(columns: Columns, rows: readonly Row[], where: string): void {
  for (const row of rows) {
    for (const [name, {unit = "", type}] of Object.entries(columns)) {
      const value = (row as Readonly<Record<string, unknown>>)[name];
      if (value === null || (type !== "number" && type !== "integer")) continue;
      // What stays on the chip moves no byte, however much is computed.
      if (name === "intensity" && (row as Readonly<Record<string, unknown>>).bytes === 0) continue;
      expect(Number.isFinite(value), `${where}: ${name} is ${value}`).toBe(true);
      expect(value, `${where}: ${name}`).toBeGreaterThanOrEqual(0);
      if (unit.startsWith("%")) expect(value, `${where}: ${name}`).toBeLessThanOrEqual(100 * (1 + 1e-12));
    }
  }
}

async function expectSoundRun(experiment: Experiment, setting: Setting): Promise<void> {
  const tables = await tablesOf(experiment, setting);
  if (tables === undefined) return;
  for (const [name, columns] of Object.entries(allTables(experiment))) {
    expectSound(columns, tables[name], `${experiment.id} ${JSON.stringify(setting)}, table ${name}`);
  }
}

describe.each(costModels)("$id", (experiment) => {
  test("is finite, not negative and within its shares at each bound of each parameter", async () => {
    const settings = settingsAtBounds(experiment.params);
    const ranges = Object.values(experiment.params).filter((param) => "min" in param);
    expect(settings.length).toBeGreaterThan(ranges.length);
    for (const setting of settings) await expectSoundRun(experiment, setting);
  });

  test("is so anywhere in the range of all parameters", async () => {
    await fc.assert(
      fc.asyncProperty(anySetting(experiment.params), (setting) => expectSoundRun(experiment, setting)),
      {seed: 1, numRuns: runsOf(experiment.id)},
    );
  });
});

/** What more of a parameter can only raise (or lower), row by row. */
const MONOTONE: readonly {
  readonly id: string;
  readonly param: string;
  readonly raises?: readonly string[];
  readonly lowers?: readonly string[];
  readonly table?: string;
}[] = [
  {
    id: "accel/compose",
    table: "figures",
    param: "context",
    raises: ["memoryGB", "firstTokenMs", "perTokenMs"],
  },
  {id: "accel/compose", table: "figures", param: "batch", raises: ["memoryGB", "perTokenMs"]},
  {id: "accel/compose", table: "figures", param: "staticWatts", raises: ["joulesPerToken"]},
  {id: "accel/roofline", param: "batch", raises: ["flops", "bytes", "seconds"]},
  {id: "accel/roofline", param: "context", raises: ["flops", "bytes", "seconds"]},
  {id: "accel/kinetics", param: "context", raises: ["compute", "memory", "cost"]},
  {id: "accel/kinetics", param: "flopsPerByte", raises: ["memory", "cost"]},
  {id: "accel/hsa", param: "bandwidth", raises: ["tokensPerSecond"]},
  {id: "accel/hsa", param: "clock", raises: ["tokensPerSecond"]},
  {id: "accel/hsa", param: "mm2Other", raises: ["mm2"], lowers: ["tokensPerSecondPerMm2"]},
  {id: "accel/systolic", param: "bytesPerCycle", lowers: ["stallCycles", "totalCycles"]},
  {id: "accel/systolic", param: "sramKB", lowers: ["dramBytes"]},
  {id: "kv/context", param: "batch", raises: ["cacheBytes"], lowers: ["largestContext"]},
  {id: "kv/context", param: "memory", raises: ["largestContext"]},
];

describe("more of a parameter never costs less", () => {
  test.each(MONOTONE)("$id: $param", async ({id, param, raises = [], lowers = [], table = "rows"}) => {
    const experiment = await loadExperiment(id);
    const values = anyValue(experiment.params[param]) as fc.Arbitrary<number>;
    await fc.assert(
      fc.asyncProperty(anySetting(experiment.params), values, values, async (setting, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [less, more] = [
          await tablesOf(experiment, {...setting, [param]: low}),
          await tablesOf(experiment, {...setting, [param]: high}),
        ];
        if (!less || !more || less[table].length !== more[table].length) return;
        for (const [i, row] of less[table].entries()) {
          const [from, to] = [row, more[table][i]] as Readonly<Record<string, number | null>>[];
          const tell = (name: string) =>
            `${name} of row ${i}, ${param} ${low} to ${high}: ${JSON.stringify(setting)}`;
          for (const name of raises) {
            if (from[name] !== null && to[name] !== null)
              expect(to[name], tell(name)).toBeGreaterThanOrEqual(from[name] * (1 - 1e-12));
          }
          for (const name of lowers) {
            if (from[name] !== null && to[name] !== null)
              expect(to[name], tell(name)).toBeLessThanOrEqual(from[name] * (1 + 1e-12));
          }
        }
      }),
      {seed: 2, numRuns: runsOf(id)},
    );
  });
});
