import {
  type LogicBlock,
  MODULES_IN_BLOCK,
  type ModuleKind,
  USUAL_INPUTS,
} from "../../../lib/accel/double-duty/block.js";
import {packingFaults} from "../../../lib/accel/double-duty/check.js";
import {type Netlist, netlistBuilder, netlistElements} from "../../../lib/accel/double-duty/netlist.js";
import {packCircuit} from "../../../lib/accel/double-duty/pack.js";
import {modulesTaken, type Packing} from "../../../lib/accel/double-duty/packing.js";
import {simulateNetlist, wordValue} from "../../../lib/accel/double-duty/simulate.js";
import {binarySum, csdSum, sumCircuit} from "../../../lib/accel/double-duty/sums.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {randomStream} from "../../../lib/tensor/random.js";

export const twoBlocksParams = {
  constants: {
    kind: "text",
    label: "Constants",
    help: "One to eight whole numbers from 0 to 255, with commas between.",
    maxLength: 40,
    default: "5, 11, 6, 13",
  },
  bits: {kind: "integer", label: "Bits of each input", min: 1, max: 8, default: 4},
  compressed: {
    kind: "integer",
    label: "Rows compressed in tables",
    help: "The others are added by chains; fewer than three are added by chains too.",
    min: 0,
    max: 16,
    default: 5,
  },
  digits: {kind: "choice", label: "Digits of constants", options: ["binary", "csd"], default: "binary"},
} as const satisfies Params;

/** State of the circuit by hand. */
export type TwoBlocksState = ParamValues<typeof twoBlocksParams>;

/** Constants of a text. @throws RangeError if they are not one to eight whole numbers of 8 bits. */
export function constantsOf(text: string): number[] {
  const constants = text.split(/[\s,;]+/).filter((part) => part !== "");
  const isWhole = (part: string) => /^\d{1,3}$/.test(part) && Number(part) < 256;
  if (constants.length === 0 || constants.length > 8 || !constants.every(isWhole)) {
    throw new RangeError(
      `Constants must be one to eight whole numbers from 0 to 255, got ${JSON.stringify(text)}`,
    );
  }
  return constants.map(Number);
}

/** A circuit packed into one kind of block. */
export interface PackedBlock {
  readonly kind: ModuleKind;
  readonly packing: Packing;
  readonly modules: number;
  /** What the packing does that its block cannot; empty. */
  readonly faults: readonly string[];
}

/** Sum of constants times inputs as a circuit, in both blocks. */
export interface TwoBlocks {
  readonly constants: readonly number[];
  readonly rows: number;
  readonly compressedRows: number;
  readonly netlist: Netlist;
  readonly adderBits: number;
  readonly tables: number;
  /** Patterns of inputs whose sum the circuit gives, of 32 random ones. */
  readonly right: number;
  readonly blocks: readonly [PackedBlock, PackedBlock];
}

function rightSums(netlist: Netlist, constants: readonly number[], bits: number): number {
  const {integer} = randomStream(0, "inputs by hand");
  const values = simulateNetlist(
    netlist,
    Int32Array.from(netlist.inputs, () => integer(2 ** 32)),
  );
  const input = (i: number) => netlist.inputs.slice(bits * i, bits * (i + 1)).map((net) => 2 * net);
  return Array.from({length: 32}, (_, pattern) => {
    const sum = constants.reduce(
      (total, weight, i) => total + weight * wordValue(values, input(i), pattern),
      0,
    );
    return wordValue(values, netlist.outputs, pattern) === sum;
  }).filter((isRight) => isRight).length;
}

function packedIn(netlist: Netlist, kind: ModuleKind): PackedBlock {
  const block: LogicBlock = {kind, inputs: USUAL_INPUTS, directShare: 1};
  const packing = packCircuit(netlist, block);
  return {kind, packing, modules: modulesTaken(packing), faults: packingFaults(netlist, packing, block)};
}

/** Synthesizes the sum of a state, simulates it and packs it into both blocks. @throws RangeError for bad constants. */
export function twoBlocks({constants: text, bits, compressed, digits}: TwoBlocksState): TwoBlocks {
  const constants = constantsOf(text);
  const builder = netlistBuilder();
  const words = constants.map(() => builder.input(bits));
  const sum = (digits === "csd" ? csdSum : binarySum)(constants, words);
  const wanted = Math.min(compressed, sum.rows.length);
  const compressedRows = wanted < 3 ? 0 : wanted;
  builder.output(sumCircuit(builder, sum, {compressedRows}));
  const netlist = builder.finish();
  const {adderBits, lut5, lut6} = netlistElements(netlist);
  return {
    constants,
    rows: sum.rows.length,
    compressedRows,
    netlist,
    adderBits,
    tables: lut5 + lut6,
    right: rightSums(netlist, constants, bits),
    blocks: [packedIn(netlist, "baseline"), packedIn(netlist, "dd5")],
  };
}

/** Half of a module: its table and its adder. */
export interface HalfModule {
  /** What the table does: computes, stands in front of the adder, lets the adder's operands through, or nothing. */
  readonly table: string;
  /** Bit of a chain, or nothing. */
  readonly adder: string;
  readonly isDirect: boolean;
}

const isXor = (bits: readonly number[]) =>
  bits.every((bit, at) => bit === at.toString(2).replaceAll("0", "").length % 2);

function tableName({bits, inputs}: Netlist["tables"][number]): string {
  if (inputs.length === 1) return "not";
  return isXor(bits) ? `xor ${inputs.length}` : inputs.length === 3 ? "maj 3" : `table ${inputs.length}`;
}

/** Halves of the modules of a packing, block by block. */
export function halvesOf(netlist: Netlist, {blocks, absorbed}: Packing): HalfModule[][][] {
  const tableOf = new Map(netlist.tables.map((table, index) => [table.output, index]));
  const inFront = (chain: number, bit: number) =>
    netlist.chains[chain].operands[bit].some((signal) => absorbed.has(tableOf.get(signal >> 1) ?? -1));
  return blocks.map((modules) =>
    modules.slice(0, MODULES_IN_BLOCK).map(({bits, tables}) => {
      const names = tables.map((table) => tableName(netlist.tables[table]));
      return [0, 1].map((half) => {
        const bit = bits[half];
        const adder = bit === undefined ? "" : `bit ${bit.bit}`;
        if (bit === undefined || bit.isDirect)
          return {table: names.shift() ?? "", adder, isDirect: bit !== undefined};
        return {table: inFront(bit.chain, bit.bit) ? "in front" : "wire", adder, isDirect: false};
      });
    }),
  );
}
