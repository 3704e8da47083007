import {describe, expect, test} from "vitest";
import {CIRCUIT_PRICES, unitArea, unitEnergy} from "../../../src/lib/accel/circuit.js";
import {
  areaCycles,
  BUILD_PLACES,
  buildTraffic,
  columnsPerRow,
  picojoulesPerProduct,
  shapesOf,
  tableWork,
  tileEnergy,
  tilePicojoules,
  unitCycles,
} from "../../../src/lib/accel/table-core/cost.js";
import {
  areaPerProduct,
  buildAdditions,
  TILE_WAYS,
  type TileUnit,
  tableEntries,
  tileArea,
  tileUnits,
  wholeTileArea,
} from "../../../src/lib/accel/table-core/tile.js";
import {arithmetics} from "../../../src/lib/arithmetic/registry.js";
import {signTables} from "../../../src/lib/arithmetic/tables/sign-tables.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const unit = (given: Partial<TileUnit> = {}): TileUnit => ({
  rows: 2,
  columns: 64,
  inputs: 4,
  way: "half table",
  weightBits: 2,
  ...given,
});
const isFalling = (values: readonly number[]) =>
  values.every((value, i) => i === 0 || value <= values[i - 1]);
const TABLES = ["full table", "half table"] as const;

describe("tables", () => {
  test("of four inputs have 16 entries, or 8 and a sign", () => {
    expect(TABLES.map((way) => tableEntries(4, way))).toEqual([16, 8]);
    for (let inputs = 1; inputs <= 8; inputs++)
      expect(tableEntries(inputs, "full table")).toBe(2 * tableEntries(inputs, "half table"));
  });

  test("have the entries and additions of those that are executed", () => {
    for (let inputs = 1; inputs <= 8; inputs++) {
      const x = new Float32Array(3 * inputs);
      for (const way of TABLES) {
        const made = signTables(x, inputs, way === "half table");
        expect(tableEntries(inputs, way)).toBe(made.entries);
        expect(3 * buildAdditions(inputs, way)).toBe(made.additions);
      }
    }
  });

  test("take as many lookups and additions as the executed product counts", () => {
    const stream = randomStream(4, "tables");
    const [rows, columns, inputs] = [3, 5, 37];
    const weights = {shape: [columns, inputs], data: draws(columns * inputs, () => stream.normal())};
    const x = {shape: [rows, inputs], data: draws(rows * inputs, () => stream.normal())};
    for (const weightBits of [1, 2, 3, 4]) {
      for (const [i, id] of ["lookup-tables", "mirrored-tables"].entries()) {
        const {counts} = arithmetics.byId(id).product(weights, x, {weightBits, tableInputs: 4});
        const work = tableWork({rows, columns, inputs}, {inputs: 4, weightBits, way: TABLES[i]});
        expect(work.lookups).toBe(counts.lookups);
        expect(work.building + work.additions + work.inputSums).toBe(counts.additions);
      }
    }
  });
});

describe.each(TILE_WAYS)("a unit of the way %s", (way) => {
  test("has an area and an energy that are the sums of its units", () => {
    const area = tileUnits(unit({way})).reduce((sum, each) => sum + each.count * unitArea(each.unit), 0);
    expect(wholeTileArea(tileArea(unit({way}))) / area).toBeCloseTo(1, 12);
    const {buffer, ...rest} = tileEnergy(unit({way}));
    const parts = Object.values(rest).reduce((sum, part) => sum + part, 0);
    expect(tilePicojoules(tileEnergy(unit({way})))).toBeCloseTo(parts + buffer, 10);
  });

  test("is never smaller or faster with more rows, columns, inputs or bits", () => {
    for (const name of ["rows", "columns", "inputs"] as const) {
      const units = [1, 2, 4, 8].map((size) => unit({way, [name]: size}));
      expect(isFalling(units.map((each) => -wholeTileArea(tileArea(each))))).toBe(true);
      const cycles = units.map((each) => unitCycles(each, {rows: 16, columns: 256, inputs: 512}));
      expect(isFalling(cycles)).toBe(true);
    }
    const shape = {rows: 8, columns: 128, inputs: 256};
    expect(isFalling([1, 2, 3, 4].map((weightBits) => -unitCycles(unit({way, weightBits}), shape)))).toBe(
      true,
    );
  });

  test("costs more where registers do", () => {
    const dear = {...CIRCUIT_PRICES, registerArea: 2};
    expect(areaPerProduct(unit({way}), dear)).toBeGreaterThan(areaPerProduct(unit({way})));
  });
});

describe("a unit of half tables", () => {
  test("takes cycles in proportion to the bits of a weight; multipliers take one whatever these are", () => {
    const shape = {rows: 8, columns: 128, inputs: 256};
    const cycles = (way: TileUnit["way"]) =>
      [1, 2, 3, 4].map((weightBits) => unitCycles(unit({way, weightBits}), shape));
    expect(cycles("half table")).toEqual([1, 2, 3, 4].map((bits) => bits * 4 * 2 * 64));
    expect(new Set(cycles("dequantize")).size).toBe(1);
    expect(areaCycles(unit({weightBits: 4}), shape)).toBe(2 * areaCycles(unit(), shape));
  });

  test("is smallest near the columns for a row that its tables and weights ask for", () => {
    expect(columnsPerRow(4)).toBeCloseTo(16, 10);
    for (const inputs of [2, 4, 8]) {
      const shapes = shapesOf(4096, inputs);
      const areas = shapes.map((shape) => areaPerProduct(unit({...shape, weightBits: 1})));
      const best = shapes[areas.indexOf(Math.min(...areas))];
      const ratio = best.columns / best.rows / columnsPerRow(inputs);
      expect(ratio).toBeGreaterThanOrEqual(0.5);
      expect(ratio).toBeLessThanOrEqual(2);
    }
  });

  test("has one minimum over its columns at a fixed number of products", () => {
    const shapes = shapesOf(512, 4);
    expect(new Set(shapes.map(({rows, columns, inputs}) => rows * columns * inputs))).toEqual(new Set([512]));
    const areas = shapes.map((shape) => areaPerProduct(unit(shape)));
    const least = areas.indexOf(Math.min(...areas));
    expect(isFalling(areas.slice(0, least + 1))).toBe(true);
    expect(isFalling(areas.slice(least).toReversed())).toBe(true);
  });

  test("spends more for a bit plane more, by what a plane takes", () => {
    const energies = [1, 2, 3, 4].map((weightBits) => picojoulesPerProduct(unit({weightBits})));
    for (let i = 2; i < 4; i++)
      expect(energies[i] - energies[i - 1]).toBeCloseTo(energies[1] - energies[0], 10);
    // One plane of one pair: a choice among 8 entries, a sign and an addition of 24 bits for four products.
    const choose =
      unitEnergy({kind: "choose", bits: 8, entries: 8}) + unitEnergy({kind: "inverter", bits: 8});
    expect(4 * energies[0]).toBeGreaterThan(choose + unitEnergy({kind: "add", bits: 24}));
  });

  test("refuses sizes that no table has", () => {
    expect(() => tileArea(unit({inputs: 9}))).toThrow("tileUnit: inputs must");
    expect(() => tileEnergy(unit({rows: 0}))).toThrow("tileUnit: rows must");
    expect(() => unitCycles(unit({weightBits: 0}), unit())).toThrow("tileUnit: weightBits must");
    expect(() => shapesOf(0, 4)).toThrow("shapesOf: products must");
  });
});

describe("building tables", () => {
  const shape = {rows: 16, columns: 1024, inputs: 256};
  const of = (place: (typeof BUILD_PLACES)[number], columns = 64) =>
    buildTraffic(place, shape, {columns, inputs: 4});

  test("by the operator before moves the bytes of the inputs and builds once", () => {
    const [each, own, fused] = BUILD_PLACES.map((place) => of(place));
    // Eight entries of a byte for four inputs of two bytes.
    expect(fused.bytes).toBe(2 * 16 * 256 * 2);
    expect(fused.bytes).toBe(each.bytes);
    expect(own.bytes).toBe(2 * fused.bytes);
    expect([own.additions, each.additions]).toEqual([fused.additions, 16 * fused.additions]);
  });

  test("in units is rarer the wider these are", () => {
    const additions = [16, 64, 256, 1024].map((columns) => of("in each unit", columns).additions);
    expect(isFalling(additions)).toBe(true);
    expect(additions[3]).toBe(of("an operator of its own").additions);
  });
});
