/** Work, cycles and energy of a product on an array of processing elements. */

import {requireInteger, requirePositive} from "../../tensor/require.js";
import {type CircuitPrices, energyOf, type Units} from "../circuit.js";
import {type Constant, DRAM_ENERGY, SRAM_ENERGY} from "../energy.js";
import {type ElementArray, hasZeroPoints, inputSumBits, scaleUnits} from "./element-array.js";
import type {WeightTerms} from "./elements.js";

/** X W^T: `rows` of inputs, `columns` of results, sums of `length` products. */
export interface ProductShape {
  readonly rows: number;
  readonly columns: number;
  readonly length: number;
}

/** The memory that feeds an array. */
export interface ArrayMemory {
  /** Bytes from slow memory in a cycle. */
  readonly bytesPerCycle: number;
  /** Picojoules of a byte from slow memory. */
  readonly slowPicojoules: number;
  /** Picojoules of a byte from the buffer. */
  readonly bufferPicojoules: number;
}

/** Bytes in a cycle of the simulator in which OliVe and ANT are compared. */
export const BYTES_PER_CYCLE: Constant = {
  value: 128,
  unit: "B/cycle",
  source: "clevercool/ANT-Quantization: 1024 bits a cycle at 500 MHz",
  verified: true,
};

/** HBM at 1024 bits a cycle, and a buffer of a megabyte. */
export const ARRAY_MEMORY: ArrayMemory = {
  bytesPerCycle: BYTES_PER_CYCLE.value,
  slowPicojoules: DRAM_ENERGY.hbm.value,
  bufferPicojoules: SRAM_ENERGY.value,
};

/** Bytes of a scale and of a result. */
const FLOAT16_BYTES = 2;

const groupsOf = ({choices: {groupSize}}: ElementArray, {length}: ProductShape): number =>
  Math.ceil(length / groupSize);

/** Tiles of results that take the array in turn. */
const tilesOf = ({side}: ElementArray, {rows, columns}: ProductShape) => ({
  down: Math.ceil(rows / side),
  across: Math.ceil(columns / side),
});

/** Times that units for scales work: for weights each time that these enter the array, for sums once a group. */
function scalings(array: ElementArray, shape: ProductShape): number {
  const {rows, columns, length} = shape;
  if (array.element.scales === "none") return 0;
  return array.element.scales === "weights"
    ? columns * length * tilesOf(array, shape).down
    : rows * columns * groupsOf(array, shape);
}

/** Multiplications of a result by the scale of its inputs, and by that of its weights where groups have none. */
function resultScales({element: {hasIntegers, scales}}: ElementArray): number {
  if (!hasIntegers) return 0;
  return scales === "groups" ? 1 : 2;
}

/**
 * Units that work for a product, by how often. Scale and zero point of a group meet its sum, so that scales are 1/G of the
 * products; the sum of a group's inputs, which a zero point needs, is made once for all columns.
 * (MixPE, arXiv:2411.16158, section 3.1)
 * @throws RangeError for sizes that are no positive integers.
 */
export function productWork(array: ElementArray, shape: ProductShape, terms: WeightTerms): Units[] {
  for (const [name, size] of Object.entries(shape)) requireInteger("productWork", name, size, 1);
  const {rows, columns, length} = shape;
  const {element, choices} = array;
  const {weight, input, sum} = element.bitsOf(choices);
  const products = rows * columns * length;
  const times = (units: readonly Units[], count: number): Units[] =>
    units.map((each) => ({...each, count: each.count * count}));
  const needsSums = element.scales === "groups" && hasZeroPoints(element, choices);
  return [
    ...times(element.working(choices, terms), products),
    {part: "sums", unit: element.adder(sum), count: products},
    {part: "registers", unit: {kind: "register", bits: weight + input + sum}, count: products},
    ...times(scaleUnits(element, choices), scalings(array, shape)),
    {
      part: "scales",
      unit: {kind: "add", bits: inputSumBits(choices)},
      count: needsSums ? rows * length : 0,
    },
    {part: "scales", unit: {kind: "fp16Multiply"}, count: resultScales(array) * rows * columns},
  ];
}

/** Bytes that a product moves. */
export interface ProductBytes {
  /** From and to slow memory: weights with their scales, inputs and results, once each. */
  readonly slow: number;
  /** From the buffer: inputs for each tile across, weights for each tile down. */
  readonly buffer: number;
}

/** Bytes of stored weights, with scales and zero points of groups, and of inputs. */
function storedBytes(array: ElementArray, shape: ProductShape) {
  const {element, choices} = array;
  const {weight, input} = element.bitsOf(choices);
  const isRounded = element.scales !== "none";
  const zeroBits = hasZeroPoints(element, choices) ? choices.weightBits : 0;
  const perGroup = isRounded ? FLOAT16_BYTES + zeroBits / 8 : 0;
  const bits = element.scales === "weights" ? choices.weightBits : weight;
  const groups = groupsOf(array, shape) * shape.columns;
  return {
    weights: (shape.columns * shape.length * bits) / 8 + groups * perGroup,
    inputs: (shape.rows * shape.length * input) / 8,
  };
}

/** Bytes that a product moves. */
export function productBytes(array: ElementArray, shape: ProductShape): ProductBytes {
  const {weights, inputs} = storedBytes(array, shape);
  const {down, across} = tilesOf(array, shape);
  return {
    slow: weights + inputs + shape.rows * shape.columns * FLOAT16_BYTES,
    buffer: weights * down + inputs * across,
  };
}

/** Cycles of a product, and what bounds them. */
export interface ProductCycles {
  readonly cycles: number;
  readonly compute: number;
  readonly memory: number;
}

/** Cycles of one tile: a product an element and cycle; a group's sums leave while the next one runs, as many in a cycle as there are units for scales. */
function tileCycles({element, choices: {groupSize, sharing}}: ElementArray, {length}: ProductShape): number {
  if (element.scales !== "groups") return length;
  const whole = Math.floor(length / groupSize);
  const rest = length % groupSize;
  return whole * Math.max(groupSize, sharing) + (rest === 0 ? 0 : Math.max(rest, sharing));
}

/**
 * Cycles of a product: of all tiles, with one filling and emptying of the array, or of its traffic if that takes longer.
 * @throws RangeError for a memory without speed.
 */
export function productCycles(
  array: ElementArray,
  shape: ProductShape,
  {bytesPerCycle}: ArrayMemory = ARRAY_MEMORY,
): ProductCycles {
  requirePositive("productCycles", "bytesPerCycle", bytesPerCycle);
  const {down, across} = tilesOf(array, shape);
  const compute = down * across * tileCycles(array, shape) + 2 * (array.side - 1);
  const memory = productBytes(array, shape).slow / bytesPerCycle;
  return {cycles: Math.max(compute, memory), compute, memory};
}

/** Energy of a product by part, picojoules. */
export interface ProductEnergy {
  readonly products: number;
  readonly sums: number;
  readonly registers: number;
  readonly scales: number;
  readonly buffer: number;
  readonly slow: number;
}

/** Energy of a product by part. */
export function productEnergy(
  array: ElementArray,
  shape: ProductShape,
  terms: WeightTerms,
  memory: ArrayMemory = ARRAY_MEMORY,
  prices?: CircuitPrices,
): ProductEnergy {
  const work = productWork(array, shape, terms);
  const of = (part: string) =>
    energyOf(
      work.filter((each) => each.part === part),
      prices,
    );
  const bytes = productBytes(array, shape);
  return {
    products: of("products"),
    sums: of("sums"),
    registers: of("registers"),
    scales: of("scales"),
    buffer: bytes.buffer * memory.bufferPicojoules,
    slow: bytes.slow * memory.slowPicojoules,
  };
}

/** All of it, picojoules. */
export const productPicojoules = ({products, sums, registers, scales, buffer, slow}: ProductEnergy): number =>
  products + sums + registers + scales + buffer + slow;
