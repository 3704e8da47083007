import {describe, expect, test} from "vitest";
import {type Units, unitArea, unitEnergy} from "../../../src/lib/accel/circuit.js";
import {
  arrayArea,
  type ElementArray,
  sideAtArea,
  wholeArea,
} from "../../../src/lib/accel/mixpe/element-array.js";
import {type ElementChoices, processingElements} from "../../../src/lib/accel/mixpe/elements.js";
import {
  ARRAY_MEMORY,
  type ProductShape,
  productBytes,
  productCycles,
  productEnergy,
  productPicojoules,
  productWork,
} from "../../../src/lib/accel/mixpe/product-cost.js";
import {arithmetics} from "../../../src/lib/arithmetic/registry.js";
import {shiftAddAdditions} from "../../../src/lib/arithmetic/shift-add/shift-add.js";
import {fp4Shifts, halvesAdded} from "../../../src/lib/arithmetic/shift-add/shift-add-float.js";
import {intQuantize} from "../../../src/lib/formats/int.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const CHOICES: ElementChoices = {weightBits: 4, inputBits: 8, groupSize: 32, hasZero: true, sharing: 32};
const TERMS = {additions: 1, shifts: 1.2, halves: 0.3};
const SHAPE: ProductShape = {rows: 48, columns: 96, length: 128};
const array = (id: string, side = 16, choices: Partial<ElementChoices> = {}): ElementArray => ({
  element: processingElements.byId(id),
  side,
  choices: {...CHOICES, ...choices},
});
const count = (work: readonly Units[], wanted: (each: Units) => boolean) =>
  work.filter(wanted).reduce((sum, {count}) => sum + count, 0);
const GROWING = [16, 32, 64, 128, 256];
const isFalling = (values: readonly number[]) =>
  values.every((value, i) => i === 0 || value <= values[i - 1]);

describe.each(processingElements.all.map(({id, label}) => [label, id]))("%s", (_, id) => {
  test("are never slower with more elements, or with more bytes a cycle", () => {
    // Sides that divide the product: others may need as many tiles and only take longer to fill.
    const even = {rows: 256, columns: 256, length: 512};
    expect(isFalling(GROWING.map((side) => productCycles(array(id, side), even).cycles))).toBe(true);
    const speeds = [1, 8, 64, 512].map((bytesPerCycle) => ({...ARRAY_MEMORY, bytesPerCycle}));
    expect(isFalling(speeds.map((memory) => productCycles(array(id), SHAPE, memory).cycles))).toBe(true);
  });

  test.each(["rows", "columns", "length"] as const)("are never faster or cheaper with more %s", (name) => {
    const shapes = GROWING.map((size) => ({...SHAPE, [name]: size}));
    const cycles = shapes.map((shape) => -productCycles(array(id), shape).cycles);
    const energy = shapes.map((shape) => -productPicojoules(productEnergy(array(id), shape, TERMS)));
    expect(isFalling(cycles) && isFalling(energy)).toBe(true);
  });

  test("have an energy that is the sum of the work of their units and of bytes", () => {
    const energy = productEnergy(array(id), SHAPE, TERMS);
    const units = productWork(array(id), SHAPE, TERMS).reduce(
      (sum, each) => sum + each.count * unitEnergy(each.unit),
      0,
    );
    const {slow, buffer} = productBytes(array(id), SHAPE);
    const bytes = slow * ARRAY_MEMORY.slowPicojoules + buffer * ARRAY_MEMORY.bufferPicojoules;
    expect(productPicojoules(energy) / (units + bytes)).toBeCloseTo(1, 12);
  });

  test("take the largest side that an area holds", () => {
    const area = wholeArea(arrayArea(array("int8", 24)));
    const side = sideAtArea(processingElements.byId(id), CHOICES, area);
    expect(wholeArea(arrayArea(array(id, side)))).toBeLessThanOrEqual(area);
    expect(wholeArea(arrayArea(array(id, side + 1)))).toBeGreaterThan(area);
    expect(sideAtArea(processingElements.byId(id), CHOICES, 1)).toBe(1);
  });
});

describe("an array", () => {
  test("takes a cycle for each product of an element, and its filling once", () => {
    expect(productCycles(array("int8"), SHAPE).compute).toBe(3 * 6 * 128 + 30);
    expect(productCycles(array("int8", 1), {rows: 3, columns: 5, length: 7}).compute).toBe(3 * 5 * 7);
  });

  test("waits for scales only where more elements share a unit than a group has weights", () => {
    const cyclesOf = (sharing: number) => productCycles(array("mixpe-w4a8", 16, {sharing}), SHAPE).compute;
    expect(cyclesOf(1)).toBe(cyclesOf(32));
    expect(cyclesOf(64)).toBe(2 * (cyclesOf(32) - 30) + 30);
  });

  test("is bound by memory where this gives fewer weights than a row of elements takes", () => {
    const slow = {...ARRAY_MEMORY, bytesPerCycle: 16};
    const token = {rows: 1, columns: 4096, length: 4096};
    const {cycles, memory} = productCycles(array("mixpe-w4a8", 64), token, slow);
    expect(productCycles(array("mixpe-w4a8", 128), token, slow).cycles).toBe(cycles);
    expect(cycles).toBe(memory);
    // Weights of 4 bits with a scale of 16 bits and a zero point of 4 for each 32, inputs, results.
    expect(memory).toBe(((4096 * 4096 * (4 + 20 / 32)) / 8 + 4096 + 2 * 4096) / 16);
  });

  test("refuses what no array is", () => {
    expect(() => arrayArea(array("int8", 0))).toThrow("elementArray: side must");
    expect(() => arrayArea(array("int8", 4, {groupSize: 0}))).toThrow("elementArray: groupSize must");
    expect(() => productWork(array("int8"), {...SHAPE, rows: 1.5}, TERMS)).toThrow("productWork: rows must");
    expect(() => productCycles(array("int8"), SHAPE, {...ARRAY_MEMORY, bytesPerCycle: 0})).toThrow(
      "productCycles: bytesPerCycle must",
    );
  });
});

describe("scales", () => {
  const isScale = ({part, unit}: Units) => part === "scales" && unit.kind === "fp16Multiply";

  test("multiply a result K / G times and once more, and weights of every pass before the product", () => {
    const results = SHAPE.rows * SHAPE.columns;
    for (const groupSize of [1, 32, 128]) {
      const work = productWork(array("mixpe-w4a8", 16, {groupSize}), SHAPE, TERMS);
      expect(count(work, isScale)).toBe(results * (128 / groupSize + 1));
    }
    const first = productWork(array("dequantized", 16), SHAPE, TERMS);
    expect(count(first, isScale)).toBe(SHAPE.columns * SHAPE.length * (SHAPE.rows / 16));
  });

  test("of one group are those of a row: the limit of large groups", () => {
    const perProduct = (groupSize: number) =>
      productEnergy(array("mixpe-w4a8", 16, {groupSize}), SHAPE, TERMS).scales;
    expect(isFalling(GROWING.slice(0, 4).map(perProduct))).toBe(true);
    const work = productWork(array("mixpe-w4a8", 16, {groupSize: 128, hasZero: false}), SHAPE, TERMS);
    expect(count(work, isScale)).toBe(2 * SHAPE.rows * SHAPE.columns);
  });

  test("of zero points cost one sum of inputs a row and group, shared by all columns", () => {
    const isSum = ({part, unit}: Units) => part === "scales" && unit.kind === "add" && unit.bits === 13;
    const at = (columns: number) =>
      count(productWork(array("mixpe-w4a8"), {...SHAPE, columns}, TERMS), isSum);
    expect(at(1)).toBe(SHAPE.rows * SHAPE.length);
    expect(at(1000)).toBe(at(1));
  });

  test("leave sums of a + b + ceil(log2 G) bits", () => {
    const bits = (groupSize: number) =>
      processingElements.byId("mixpe-w4a8").bitsOf({...CHOICES, groupSize}).sum;
    expect([1, 2, 32, 33, 128].map(bits)).toEqual([12, 13, 17, 18, 19]);
  });
});

describe("counted work", () => {
  const stream = randomStream(3, "array");
  const [rows, columns, length] = [3, 5, 64];
  const weights = {shape: [columns, length], data: draws(columns * length, () => stream.normal())};
  const inputs = {shape: [rows, length], data: draws(rows * length, () => stream.normal())};
  const meanOf = (codes: ArrayLike<number>, of: (code: number) => number) =>
    Array.from(codes, of).reduce((sum, each) => sum + each, 0) / codes.length;

  test("of integers is what the executed product counts", () => {
    const {codes} = intQuantize(weights, {bits: 4, scheme: "asym", groupSize: 32});
    const additions = meanOf(codes, (code) => shiftAddAdditions(code - 8, 4));
    const {counts} = arithmetics.byId("shift-add").product(weights, inputs, {weightBits: 4});
    const work = productWork(array("mixpe-w4a8", 2), {rows, columns, length}, {...TERMS, additions});
    const isAddition = ({unit}: Units) => unit.kind === "add" || unit.kind === "fp32Add";
    const isProduct = ({unit}: Units) => unit.kind === "fp16Multiply" || unit.kind === "multiply";
    expect(count(work, isAddition)).toBeCloseTo(counts.additions, 8);
    expect(count(work, isProduct)).toBe(counts.multiplications);
  });

  test("of FP4 by FP16 is what the executed product counts", () => {
    const run = arithmetics.byId("shifted-fp4").product(weights, inputs);
    // Codes come back from values: a group's largest magnitude is a 6.
    const codes = Array.from(run.weights, (value, i) => {
      const group = run.weights.subarray(Math.floor(i / 32) * 32, (Math.floor(i / 32) + 1) * 32);
      const scale = group.reduce((most, each) => Math.max(most, Math.abs(each)), 0) / 6;
      return [0, 0.5, 1, 1.5, 2, 3, 4, 6].indexOf(Math.abs(value / scale));
    });
    const terms = {...TERMS, shifts: meanOf(codes, fp4Shifts), halves: meanOf(codes, halvesAdded)};
    const work = productWork(array("mixpe-w4a16", 2), {rows, columns, length}, terms);
    const of = (bits: number) => count(work, ({unit}) => unit.kind === "add" && unit.bits === bits);
    expect(of(6)).toBeCloseTo(run.counts.shifts, 8);
    const sums = count(work, ({unit}) => unit.kind === "fp32Add");
    expect(of(13) + sums).toBeCloseTo(run.counts.additions, 8);
    expect(count(work, ({unit}) => unit.kind === "fp16Multiply")).toBe(run.counts.multiplications);
  });
});

describe("units", () => {
  test("have the printed areas and energies of their operations", () => {
    expect([8, 32].map((bits) => unitArea({kind: "add", bits}))).toEqual([36, 137]);
    expect(unitArea({kind: "multiply", bits: [8, 8]})).toBe(282);
    expect(unitArea({kind: "multiply", bits: [4, 8]})).toBe(141);
    expect(unitEnergy({kind: "multiply", bits: [8, 8]})).toBe(0.2);
    expect(unitEnergy({kind: "fp16Multiply"})).toBe(1.1);
  });

  test("choose one of n numbers by n - 1 multiplexers a bit", () => {
    const of = (entries: number) => unitArea({kind: "choose", bits: 8, entries});
    expect(of(1)).toBe(0);
    expect(of(16) / of(8)).toBeCloseTo(15 / 7, 12);
  });
});
