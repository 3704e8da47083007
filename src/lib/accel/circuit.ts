/** Area and energy of the units that arithmetic circuits are made of, in one old process. */

import {type Constant, integerAddEnergy, OPERATION_ENERGY} from "./energy.js";

const SYNTHESIZED = "printed beside Horowitz's energies (45 nm), arXiv:2103.13630, figure 15";
const CELLS = "Nangate 45 nm open cell library";

const area = (value: number, source: string, verified: boolean): Constant => ({
  value,
  unit: "µm²",
  source,
  verified,
});

/** Area of a unit for one operation. */
export const OPERATION_AREA = {
  int8Add: area(36, SYNTHESIZED, true),
  int32Add: area(137, SYNTHESIZED, true),
  fp16Add: area(1360, SYNTHESIZED, true),
  fp32Add: area(4184, SYNTHESIZED, true),
  int8Multiply: area(282, SYNTHESIZED, true),
  fp16Multiply: area(1640, SYNTHESIZED, true),
} as const;

/** Area of a cell that holds, chooses or gates one bit. */
export const CELL_AREA = {
  register: area(4.522, `${CELLS}, DFF_X1`, false),
  multiplexer: area(1.862, `${CELLS}, MUX2_X1`, false),
  gate: area(1.064, `${CELLS}, AND2_X1`, false),
  inverter: area(1.596, `${CELLS}, XOR2_X1: changes a sign bit by bit`, false),
} as const;

/** Energy of a byte from a small buffer beside the units. */
export const SMALL_BUFFER_ENERGY: Constant = {
  value: 2.5,
  unit: "pJ/B",
  source: "Horowitz, ISSCC 2014, 45 nm, 0.9 V: 20 pJ per 64 bit of a 32 KB SRAM",
  verified: false,
};

/** A unit of a circuit. */
export type Unit =
  | {readonly kind: "add"; readonly bits: number}
  | {readonly kind: "multiply"; readonly bits: readonly [number, number]}
  | {readonly kind: "fp16Add" | "fp32Add" | "fp16Multiply"}
  | {readonly kind: "register" | "gate" | "inverter"; readonly bits: number}
  /** Chooses one of `entries` numbers. */
  | {readonly kind: "choose"; readonly bits: number; readonly entries: number};

/** Prices that no source gives for one process: a multiple of what is assumed. */
export interface CircuitPrices {
  /** Area of registers, of that of their cell. */
  readonly registerArea: number;
  /** Area of multiplexers, of that of their cells. */
  readonly multiplexerArea: number;
  /** Area of integer multipliers, of the product of their widths. */
  readonly multiplierArea: number;
  /** Energy of a bit held, chosen or gated for its area, of that of an adder of 8 bits. */
  readonly cellEnergy: number;
}

/** Prices as the sources have them. */
export const CIRCUIT_PRICES: CircuitPrices = {
  registerArea: 1,
  multiplexerArea: 1,
  multiplierArea: 1,
  cellEnergy: 1,
};

/** Square micrometres of an adder of integers, on the line through those of 8 and of 32 bits. */
export function integerAddArea(bits: number): number {
  const [few, many] = [OPERATION_AREA.int8Add.value, OPERATION_AREA.int32Add.value];
  return few + ((many - few) * (bits - 8)) / 24;
}

/** Share that the product of two widths is of that of 8 bits by 8. */
const ofEightBits = ([a, b]: readonly [number, number]): number => (a * b) / 64;

/** Cells of a unit, by kind. */
function cellArea(unit: Exclude<Unit, {kind: "add" | "multiply" | "fp16Add" | "fp32Add" | "fp16Multiply"}>) {
  if (unit.kind === "choose") return CELL_AREA.multiplexer.value * unit.bits * (unit.entries - 1);
  return CELL_AREA[unit.kind].value * unit.bits;
}

/** Square micrometres of a unit. */
export function unitArea(unit: Unit, prices: CircuitPrices = CIRCUIT_PRICES): number {
  switch (unit.kind) {
    case "add":
      return integerAddArea(unit.bits);
    case "multiply":
      return OPERATION_AREA.int8Multiply.value * ofEightBits(unit.bits) * prices.multiplierArea;
    case "fp16Add":
    case "fp32Add":
    case "fp16Multiply":
      return OPERATION_AREA[unit.kind].value;
    case "register":
      return cellArea(unit) * prices.registerArea;
    case "choose":
      return cellArea(unit) * prices.multiplexerArea;
    default:
      return cellArea(unit);
  }
}

/** Picojoules of a unit that works once: an integer product by the product of widths, cells by their area as an adder's. */
export function unitEnergy(unit: Unit, prices: CircuitPrices = CIRCUIT_PRICES): number {
  switch (unit.kind) {
    case "add":
      return integerAddEnergy(unit.bits);
    case "multiply":
      return OPERATION_ENERGY.int8Multiply.value * ofEightBits(unit.bits);
    case "fp16Add":
    case "fp32Add":
    case "fp16Multiply":
      return OPERATION_ENERGY[unit.kind].value;
    default:
      return (
        (cellArea(unit) * prices.cellEnergy * OPERATION_ENERGY.int8Add.value) / OPERATION_AREA.int8Add.value
      );
  }
}

/** Units of one kind, by how many there are of them or how often they work. */
export interface Units {
  readonly part: string;
  readonly unit: Unit;
  readonly count: number;
}

/** Square micrometres of several. */
export const areaOf = (units: readonly Units[], prices?: CircuitPrices): number =>
  units.reduce((sum, {unit, count}) => sum + count * unitArea(unit, prices), 0);

/** Picojoules of several. */
export const energyOf = (units: readonly Units[], prices?: CircuitPrices): number =>
  units.reduce((sum, {unit, count}) => sum + count * unitEnergy(unit, prices), 0);
