/** Energy of attention on two arrays. (FuseMax, arXiv:2406.10491, section 6; constants of its artifact, 45 nm) */

import type {Constant} from "../energy.js";
import {type ArrayDesign, type HeadSize, headTiles, type TwoArrays} from "./arrays.js";
import {EXPONENTIAL_MACS} from "./cycles.js";
import {attentionBytes} from "./traffic.js";

const ARTIFACT = "FPSG-UIUC/micro24-fusemax-artifact at f543beb, 45 nm";
const of = (value: number, unit: string, what: string): Constant => ({
  value,
  unit,
  source: `${ARTIFACT}: ${what}`,
  verified: true,
});

/** Energies of the artifact's components. */
export const ARRAY_ENERGY = {
  mac: of(17.1645, "pJ", "16-bit multiply-accumulate"),
  add: of(8.3395, "pJ", "16-bit sum"),
  max: of(0.028036, "pJ", "16-bit maximum"),
  divide: of(36.251153, "pJ", "16-bit division"),
  exponential: of(94.6475, "pJ", "16-bit exponential of FLAT's row"),
  registers: of(0.56957, "pJ", "a number written to the registers of an element"),
  bufferRead: of(484.97271 / 512, "pJ/B", "a row of 4096 bits read from 16 MB"),
  bufferWrite: of(451.30271 / 512, "pJ/B", "a row of 4096 bits written to 16 MB"),
  dram: of(249.6 / 8, "pJ/B", "64 bits of HBM2"),
} as const;

/** Energy of a head by part, picojoules. */
export interface AttentionEnergy {
  readonly compute: number;
  readonly registers: number;
  readonly buffer: number;
  readonly dram: number;
}

/** Operations of one head. */
export type ArrayOperations = Readonly<Record<"mac" | "add" | "max" | "divide" | "exponential", number>>;

/** Operations of one head: three passes divide every score, one pass every channel of a result. */
export function arrayOperations(design: ArrayDesign, size: HeadSize, machine: TwoArrays): ArrayOperations {
  const {keyWidth: E, valueWidth: F, queries, keys} = size;
  const scores = queries * keys;
  if (design === "flat" || design === "unfused")
    return {mac: (E + F) * scores, add: 2 * scores, max: scores, divide: scores, exponential: scores};
  const rows = queries * headTiles(size, machine).tiles;
  return {
    mac: (E + EXPONENTIAL_MACS + F) * scores + (EXPONENTIAL_MACS + 1 + F) * rows,
    add: 2 * scores + (2 + F) * rows,
    max: scores + rows,
    divide: F * queries,
    exponential: 0,
  };
}

/** Numbers that the buffer gives and takes for one head. */
function bufferNumbers(design: ArrayDesign, size: HeadSize, machine: TwoArrays) {
  const {keyWidth: E, valueWidth: F, queries, keys} = size;
  const {blocks, tiles} = headTiles(size, machine);
  const operands = tiles * queries * E + blocks * keys * (E + F);
  // Products, exponentials and shares are written; each is read, and the products once more for their largest.
  if (design === "flat" || design === "unfused")
    return {read: operands + 4 * queries * keys, written: 3 * queries * keys + queries * F};
  const running = tiles * queries * (F + 2);
  return {read: operands + running, written: running};
}

/** Energy of one head. Every operation writes its result to the registers of its element. */
export function attentionEnergy(design: ArrayDesign, size: HeadSize, machine: TwoArrays): AttentionEnergy {
  const operations = Object.entries(arrayOperations(design, size, machine)) as [
    keyof ArrayOperations,
    number,
  ][];
  const {read, written} = bufferNumbers(design, size, machine);
  const {registers, bufferRead, bufferWrite, dram} = ARRAY_ENERGY;
  return {
    compute: operations.reduce((sum, [name, count]) => sum + count * ARRAY_ENERGY[name].value, 0),
    registers: operations.reduce((sum, [, count]) => sum + count, 0) * registers.value,
    buffer: (read * bufferRead.value + written * bufferWrite.value) * machine.valueBytes,
    dram: attentionBytes(design, size, machine) * dram.value,
  };
}

/** All of it, picojoules. */
export const attentionPicojoules = ({compute, registers, buffer, dram}: AttentionEnergy): number =>
  compute + registers + buffer + dram;

/** Energy of a layer's products with weights for some tokens, picojoules; memory is left out, which many tokens share. */
export const layerPicojoules = (tokens: number, weights: number): number =>
  tokens * weights * (ARRAY_ENERGY.mac.value + ARRAY_ENERGY.registers.value);
