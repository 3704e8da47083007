import {tableOfNet} from "./absorb.js";
import {MODULES_IN_BLOCK} from "./block.js";
import {type Netlist, netOf} from "./netlist.js";
import {isConstant} from "./simulate.js";

/** Place of an adder bit. */
export interface PlacedBit {
  readonly chain: number;
  readonly bit: number;
  /** Fed past the tables by direct wires. */
  readonly isDirect: boolean;
}

/** Contents of a module (ALM). */
export interface PlacedModule {
  /** At most two, neighbours of one chain. */
  readonly bits: readonly PlacedBit[];
  /** Tables of their own; those in front of an adder bit of the module are not listed. */
  readonly tables: readonly number[];
  /** It holds nothing and lets a carry pass. */
  readonly isPassed: boolean;
}

/** Circuit in logic blocks: modules of each block in the order of its carry chain. */
export interface Packing {
  readonly blocks: readonly (readonly PlacedModule[])[];
  /** Tables in front of adder bits. */
  readonly absorbed: ReadonlySet<number>;
}

/** Nets of a bit's operands, or of the tables in front of them. */
export type BitNets = (bit: PlacedBit) => number[];

/** Gives the nets that a bit takes through tables or direct wires. */
export function bitNets(netlist: Netlist, absorbed: ReadonlySet<number>): BitNets {
  const drivers = tableOfNet(netlist);
  return ({chain, bit}) =>
    netlist.chains[chain].operands[bit].flatMap((signal) => {
      if (isConstant(signal)) return [];
      const table = drivers[netOf(signal)];
      return absorbed.has(table) ? [...netlist.tables[table].inputs] : [netOf(signal)];
    });
}

/** True for a module that holds anything, or through which a carry passes. */
export const isUsed = ({bits, tables, isPassed}: PlacedModule): boolean =>
  bits.length + tables.length > 0 || isPassed;

/**
 * Modules that a circuit takes: all of each block, as what its inputs or its carry chain close cannot be used, but of the
 * emptiest block only those in use.
 */
export function modulesTaken({blocks}: Packing): number {
  const used = blocks.map((modules) => modules.filter(isUsed).length);
  const spare = used.reduce((most, count) => Math.max(most, MODULES_IN_BLOCK - count), 0);
  return blocks.length * MODULES_IN_BLOCK - spare;
}
