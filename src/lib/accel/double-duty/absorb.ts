import {type Chain, type Netlist, netOf, type Signal} from "./netlist.js";
import {isConstant} from "./simulate.js";

/** Number of places that read each net. */
function netUses({nets, outputs, tables, chains, registers}: Netlist): Uint32Array {
  const uses = new Uint32Array(nets);
  const read = (signal: Signal) => uses[netOf(signal)]++;
  for (const signal of outputs) read(signal);
  for (const {input} of registers) read(input);
  for (const {inputs} of tables) for (const net of inputs) uses[net]++;
  for (const {operands} of chains) for (const pair of operands) pair.forEach(read);
  return uses;
}

/** Table by the net that it drives; -1 for other nets. */
export function tableOfNet({nets, tables}: Netlist): Int32Array {
  const drivers = new Int32Array(nets).fill(-1);
  tables.forEach(({output}, index) => {
    drivers[output] = index;
  });
  return drivers;
}

/** Inputs of the two small tables in front of an adder bit: they share four. */
const PINS_OF_A_BIT = 4;
const TABLE_INPUTS = 4;

/** Nets that a bit takes if the tables at `absorbed` of its operands stand in its half of the module. */
function netsOfBit(
  netlist: Netlist,
  pair: readonly Signal[],
  drivers: Int32Array,
  absorbed: readonly Signal[],
) {
  const nets = pair
    .filter((signal) => !isConstant(signal))
    .flatMap((signal) =>
      absorbed.includes(signal) ? netlist.tables[drivers[netOf(signal)]].inputs : [netOf(signal)],
    );
  return new Set(nets).size;
}

/**
 * Tables that stand in front of the adder bit they feed, in the bit's own half of a module: of at most four inputs, read by
 * nothing else, and the tables of both operands with at most four inputs together.
 */
export function absorbedTables(netlist: Netlist): ReadonlySet<number> {
  const uses = netUses(netlist);
  const drivers = tableOfNet(netlist);
  const fits = (signal: Signal) => {
    const table = drivers[netOf(signal)];
    return table >= 0 && uses[netOf(signal)] === 1 && netlist.tables[table].inputs.length <= TABLE_INPUTS;
  };
  const ofBit = (pair: Chain["operands"][number]): readonly Signal[] => {
    const both = pair.filter(fits);
    const choices = [both, ...both.map((signal) => [signal])];
    return choices.find((chosen) => netsOfBit(netlist, pair, drivers, chosen) <= PINS_OF_A_BIT) ?? [];
  };
  const pairs = netlist.chains.flatMap(({operands}) => operands);
  return new Set(pairs.flatMap((pair) => ofBit(pair).map((signal) => drivers[netOf(signal)])));
}
