import type {ComputeFormat, Machine, MemoryKind} from "./machine.js";
import type {Operator, OperatorKind} from "./operator.js";
import {operatorBytes, operatorSeconds, type Prices} from "./roofline.js";

/** A number that a model takes from somewhere. */
export interface Constant {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  readonly verified: boolean;
}

const HOROWITZ = "Horowitz, ISSCC 2014, 45 nm, 0.9 V";
const ASSUMED = "assumption";

const picojoules = (value: number, unit: string, source: string, verified = false): Constant => ({
  value,
  unit,
  source,
  verified,
});

/** Energy of one multiply-accumulate: product and sum into a wider accumulator. */
export const MAC_ENERGY: Readonly<Record<ComputeFormat, Constant>> = {
  fp32: picojoules(4.6, "pJ/MAC", `${HOROWITZ}: fp32 multiply 3.7 and add 0.9`, true),
  fp16: picojoules(2.0, "pJ/MAC", `${HOROWITZ}: fp16 multiply 1.1 and fp32 add 0.9`),
  fp8: picojoules(0.675, "pJ/MAC", `${ASSUMED}: fp16 multiply by the product of widths, fp16 add 0.4`),
  fp4: picojoules(0.46875, "pJ/MAC", `${ASSUMED}: fp16 multiply by the product of widths, fp16 add 0.4`),
  int8: picojoules(0.3, "pJ/MAC", `${HOROWITZ}: int8 multiply 0.2 and int32 add 0.1`),
  int4: picojoules(0.15, "pJ/MAC", `${ASSUMED}: int8 multiply by the product of widths, int32 add 0.1`),
};

/** Energy of one operation. */
export const OPERATION_ENERGY = {
  fp32Multiply: picojoules(3.7, "pJ", HOROWITZ, true),
  fp32Add: picojoules(0.9, "pJ", HOROWITZ, true),
  fp16Multiply: picojoules(1.1, "pJ", HOROWITZ),
  fp16Add: picojoules(0.4, "pJ", HOROWITZ),
  fp8Multiply: picojoules(0.275, "pJ", `${ASSUMED}: fp16 multiply by the product of widths`),
  int32Multiply: picojoules(3.1, "pJ", HOROWITZ),
  int8Multiply: picojoules(0.2, "pJ", HOROWITZ),
  int32Add: picojoules(0.1, "pJ", HOROWITZ),
  int8Add: picojoules(0.03, "pJ", HOROWITZ),
} as const;

/** Picojoules of an addition of integers of so many bits: on the line through those of 8 and of 32 bits. */
export function integerAddEnergy(bits: number): number {
  const [few, many] = [OPERATION_ENERGY.int8Add.value, OPERATION_ENERGY.int32Add.value];
  return few + ((many - few) * (bits - 8)) / 24;
}

/** Energy of a byte from memory. */
export const DRAM_ENERGY: Readonly<Record<MemoryKind, Constant>> = {
  hbm: picojoules(31.2, "pJ/B", "HBM2 at 249.6 pJ per 64 bit, FPSG-UIUC/micro24-fusemax-artifact", true),
  gddr: picojoules(68, "pJ/B", `${ASSUMED}: 8.5 pJ per bit`),
  lpddr: picojoules(48, "pJ/B", `${ASSUMED}: 6 pJ per bit`),
  ddr: picojoules(140, "pJ/B", `${ASSUMED}: 17.5 pJ per bit`),
};

/** Energy of a byte in a megabyte of SRAM, one access. */
export const SRAM_ENERGY = picojoules(12.5, "pJ/B", `${HOROWITZ}: 100 pJ per 64 bit of a 1 MB SRAM`);

/** Joules that work and traffic cost. */
export interface EnergyPrices {
  /** Joules an operation (half a multiply-accumulate), by kind of operator. */
  readonly perFlop: Readonly<Record<OperatorKind, number>>;
  readonly perDramByte: number;
  /** Each byte is written to the on-chip memory once and read from it once. */
  readonly perSramByte: number;
  readonly staticWatts: number;
}

/** Energy by part, joules. */
export interface Energy {
  readonly compute: number;
  readonly sram: number;
  readonly dram: number;
  readonly static: number;
}

const PICO = 1e-12;

/**
 * Energy prices of a machine for formats already priced. A bound from constants of one old process, good for
 * comparing formats on a machine, not for its power bill.
 */
export function energyPrices(machine: Machine, {format}: Prices, staticWatts = 0): EnergyPrices {
  const perFlop = Object.fromEntries(
    Object.entries(format).map(([kind, name]) => [kind, (MAC_ENERGY[name].value / 2) * PICO]),
  ) as Record<OperatorKind, number>;
  return {
    perFlop,
    perDramByte: DRAM_ENERGY[machine.memoryKind].value * PICO,
    perSramByte: 2 * SRAM_ENERGY.value * PICO,
    staticWatts,
  };
}

/** Energy of one run of an operator; products of sparse weights that are skipped cost nothing. */
export function operatorEnergy(op: Operator, prices: Prices, energy: EnergyPrices, density = 1): Energy {
  const bytes = operatorBytes(op, prices);
  return {
    compute: op.flops * energy.perFlop[op.kind] * (op.kind === "linear" ? density : 1),
    sram: bytes * energy.perSramByte,
    dram: bytes * energy.perDramByte,
    static: energy.staticWatts === 0 ? 0 : operatorSeconds(op, prices) * energy.staticWatts,
  };
}

/** The sum over a step's operators. */
export function stepEnergy(
  operators: readonly Operator[],
  prices: Prices,
  energy: EnergyPrices,
  density = 1,
): Energy {
  let compute = 0;
  let sram = 0;
  let dram = 0;
  let still = 0;
  for (const op of operators) {
    const one = operatorEnergy(op, prices, energy, density);
    compute += op.count * one.compute;
    sram += op.count * one.sram;
    dram += op.count * one.dram;
    still += op.count * one.static;
  }
  return {compute, sram, dram, static: still};
}

/** All of it, joules. */
export const totalEnergy = ({compute, sram, dram, static: still}: Energy): number =>
  compute + sram + dram + still;

/**
 * Refuses an energy that no circuit has: a result is only as good as its units.
 * @throws RangeError if a multiply-accumulate with all its traffic costs less than 0.01 or more than 10,000 pJ.
 */
export function checkEnergy(energy: Energy, flops: number): void {
  const perMac = totalEnergy(energy) / PICO / (flops / 2);
  if (perMac >= 0.01 && perMac <= 1e4) return;
  throw new RangeError(
    `checkEnergy: energy must be 0.01 to 10000 pJ a multiply-accumulate, got ${perMac.toPrecision(3)}. Check the units of the machine's constants.`,
  );
}
