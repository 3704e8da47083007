import {describe, expect, test} from "vitest";
import {halfParams, halfSays} from "../../../src/components/by-hand/arithmetic/half-added.js";
import {buildingOf} from "../../../src/components/by-hand/arithmetic/table-building.js";
import {elementsQuestion} from "../../../src/components/by-hand/questions/arithmetic.js";
import {
  type MixedRow,
  mixedCyclesFigure,
  mixedErrorFigure,
  mixedRow,
  timesMixPe,
} from "../../../src/components/plots/accel/mixed-elements.js";
import {
  leastTile,
  type TileRow,
  tileAreaFigure,
  tileCyclesFigure,
  tileEnergyFigure,
} from "../../../src/components/plots/accel/table-tiles.js";
import {tableTiles} from "../../../src/lib/experiments/accel/table-tiles.js";

describe("a half added by hand", () => {
  test("says the product, and the half where there is one", () => {
    expect(halfSays({x: 1.75, weight: 3})).toMatch(
      /^1\.75 times 3 is 5\.25, exactly: 1 .*half of that is added\.$/,
    );
    expect(halfSays({x: 1.5, weight: 0.5})).toMatch(/is 0\.75, exactly: -1 is added to the exponent\.$/);
    for (const weight of halfParams.weight.options)
      expect(halfSays({x: 2.5, weight})).toContain(` is ${2.5 * weight}, exactly`);
  });
});

describe("findings of arrays", () => {
  const row = (element: string, groupSize: number, cycles: number, error = 0.01) =>
    ({element, label: element, groupSize, cycles, energy: cycles / 2, error}) as MixedRow;
  const rows = [
    row("int8", 128, 8),
    row("narrow", 128, 6),
    row("mixpe-w4a8", 32, 9, 0.005),
    row("mixpe-w4a8", 128, 5),
  ];

  test("compare elements at groups of 128, or where they are", () => {
    expect(mixedRow(rows, "mixpe-w4a8")?.cycles).toBe(5);
    expect(mixedRow([row("int8", 32, 7)], "int8")?.cycles).toBe(7);
    expect(timesMixPe(rows, "int8", "cycles")).toBe(1.6);
    expect(timesMixPe(rows, "fp16", "energy")).toBeUndefined();
  });

  test("name rivals and what larger groups cost", () => {
    const drawn = {rows, points: [], front: []};
    const params = {} as never;
    expect(mixedCyclesFigure.spec.finding(drawn, params, rows)).toBe(
      "Modelled with groups of 128, in multiples of the cycles of MixPE's integers: INT8 elements 1.6, multipliers as narrow as the weights 1.2.",
    );
    const none = {...drawn, rows: []};
    expect(mixedCyclesFigure.spec.finding(none, params, [])).toMatch(/^Neither/);
    expect(mixedErrorFigure.spec.finding(drawn, params, rows)).toMatch(/grows 2 times.*falls by 44 %/);
    expect(mixedErrorFigure.spec.finding(none, params, [])).toMatch(/not chosen/);
  });

  test("ask for the speed without multipliers", () => {
    const {options, right, bars} = elementsQuestion(rows);
    expect(options[right]).toBe("about the same, within a quarter");
    expect(bars.map(({value}) => value)).toEqual([8e-6, 6e-6, 5e-6]);
  });
});

describe("findings of tiles", () => {
  test("name the smallest shape, cycles at equal area, and the place that builds tables", async () => {
    const rows = (await tableTiles.run({})) as readonly TileRow[];
    const least = leastTile(rows, 4, "area")!;
    const [smallest, ...rest] = rows
      .filter(({kind, inputs}) => kind === "shape" && inputs === 4)
      .toSorted((a, b) => a.area! - b.area!);
    expect([least.rows, least.columns]).toEqual([smallest.rows, smallest.columns]);
    expect(rest.length).toBeGreaterThan(3);
    const drawn = {rows, points: [], front: []};
    const params = {products: 512, bits: 2} as never;
    expect(tileAreaFigure.spec.finding(drawn, params, rows)).toContain(
      `${least.rows} rows, ${least.columns} columns and 4 inputs is smallest`,
    );
    expect(tileEnergyFigure.spec.finding(drawn, params, rows)).toMatch(/least energy, 0\.35 pJ.*one column/);
    const points = [{x: 1}, {x: 64}] as never;
    const [line] = tileAreaFigure.spec.guides!({...drawn, points}, params, rows);
    expect(line.name).toBe("least: M 4, N 32, K 4");
    expect(tileCyclesFigure.spec.finding(drawn, params, rows)).toMatch(
      /half tables are [\d.]+ times as fast/,
    );
    expect(buildingOf(rows).finding).toMatch(/move 2 times the bytes.*move as many, and take 128 times/);
  });
});
