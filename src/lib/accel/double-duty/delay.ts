import type {ModuleKind} from "./block.js";
import {type Netlist, netOf, type Signal} from "./netlist.js";
import type {Packing, PlacedBit} from "./packing.js";
import {isConstant} from "./simulate.js";

/** Delays of a block in picoseconds, from the authors' architecture files. */
export interface BlockDelays {
  /** Tables by their number of inputs: up to four, five, six. */
  readonly table: readonly [number, number, number];
  /** From the block's inputs to a table's pin. */
  readonly crossbar: number;
  /** From the block's inputs past the tables to an adder, its multiplexer included. */
  readonly direct: number;
  readonly operandToSum: number;
  readonly operandToCarry: number;
  readonly carryToSum: number;
  readonly carryToCarry: number;
  /** Added where a chain crosses to the next block. */
  readonly crossing: number;
  readonly outputMux: number;
  /** Switch and connection box between blocks. */
  readonly route: number;
  readonly clockToOutput: number;
  readonly setup: number;
}

const COMMON = {
  table: [133.4, 149.24, 166.31],
  carryToSum: 46.6,
  carryToCarry: 19.95,
  crossing: 20.18,
  clockToOutput: 60.32,
  setup: 18.91,
} as const;

const BASELINE: BlockDelays = {
  ...COMMON,
  crossbar: 72.41,
  direct: Infinity,
  operandToSum: 56.66,
  operandToCarry: 40.3,
  outputMux: 43.49,
  route: 238.1 + 148.4,
};

const DOUBLE_DUTY: BlockDelays = {
  ...COMMON,
  crossbar: 69.39,
  direct: 76.33 + 68.88,
  operandToSum: 48.65,
  operandToCarry: 34.96,
  outputMux: 61.34,
  route: 244.7 + 152,
};

/** Delays of the kinds of module. The larger output multiplexer is charged to both kinds of Double Duty. */
export const BLOCK_DELAYS: Readonly<Record<ModuleKind, BlockDelays>> = {
  baseline: BASELINE,
  dd5: DOUBLE_DUTY,
  dd6: DOUBLE_DUTY,
};

/** Blocks of tables and bits. */
function places(netlist: Netlist, {blocks, absorbed}: Packing) {
  const ofTable = new Int32Array(netlist.tables.length).fill(-1);
  const ofBit = netlist.chains.map(({sums}) => new Int32Array(sums.length));
  const direct = netlist.chains.map(({sums}) => new Uint8Array(sums.length));
  const tableOf = new Map(netlist.tables.map(({output}, index) => [output, index]));
  const place = ({chain, bit, isDirect}: PlacedBit, block: number) => {
    ofBit[chain][bit] = block;
    direct[chain][bit] = isDirect ? 1 : 0;
    for (const signal of netlist.chains[chain].operands[bit]) {
      const table = tableOf.get(netOf(signal));
      if (table !== undefined && absorbed.has(table)) ofTable[table] = block;
    }
  };
  blocks.forEach((modules, block) => {
    for (const {bits, tables} of modules) {
      for (const table of tables) ofTable[table] = block;
      for (const bit of bits) place(bit, block);
    }
  });
  return {ofTable, ofBit, direct};
}

/**
 * Longest path of a packed circuit between registers, in ps: inputs and outputs of the circuit are registered. Modelled:
 * wires between blocks take one switch and one connection box, wires within a block none.
 * @param isPipelined whether there is a register behind every chain and every table, but those in front of an adder
 */
export function criticalPath(
  netlist: Netlist,
  packing: Packing,
  kind: ModuleKind,
  isPipelined = false,
): number {
  const delays = BLOCK_DELAYS[kind];
  const start = delays.clockToOutput + delays.outputMux;
  let longest = 0;
  const {ofTable, ofBit, direct} = places(netlist, packing);
  const ready = new Float64Array(netlist.nets).fill(start);
  const home = new Int32Array(netlist.nets).fill(-1);
  const inFront = new Set([...packing.absorbed].map((table) => netlist.tables[table].output));

  /** A net's value stands: behind a register it starts anew. */
  function ends(net: number, time: number): void {
    longest = Math.max(longest, time);
    ready[net] = isPipelined ? start : time;
  }

  const arrives = (signal: Signal, block: number) => {
    if (isConstant(signal)) return 0;
    const net = netOf(signal);
    return ready[net] + (home[net] === block ? 0 : delays.route);
  };

  function runTable(index: number): void {
    const {inputs, output} = netlist.tables[index];
    const block = ofTable[index];
    const latest = inputs.reduce((most, net) => Math.max(most, arrives(2 * net, block)), 0);
    const table = delays.table[Math.max(0, inputs.length - 4)];
    const time = latest + delays.crossbar + table;
    if (inFront.has(output)) ready[output] = time;
    else ends(output, time + delays.outputMux);
    home[output] = block;
  }

  function operandTime(signal: Signal, block: number, isDirect: boolean): number {
    if (isConstant(signal)) return 0;
    if (inFront.has(netOf(signal))) return ready[netOf(signal)];
    return arrives(signal, block) + (isDirect ? delays.direct : delays.crossbar + delays.table[0]);
  }

  function runChain(index: number): void {
    const {operands, sums} = netlist.chains[index];
    let carry = 0;
    operands.forEach(([a, b], bit) => {
      const block = ofBit[index][bit];
      if (bit > 0 && ofBit[index][bit - 1] !== block) carry += delays.crossing;
      const isDirect = direct[index][bit] === 1;
      const latest = Math.max(operandTime(a, block, isDirect), operandTime(b, block, isDirect));
      const time = Math.max(latest + delays.operandToSum, carry + delays.carryToSum);
      ends(sums[bit], time + delays.outputMux);
      home[sums[bit]] = block;
      carry = Math.max(latest + delays.operandToCarry, carry + delays.carryToCarry);
    });
  }

  for (const {kind: cell, index} of netlist.order) {
    if (cell === "table") runTable(index);
    else runChain(index);
  }
  return longest + delays.setup;
}
