import {absorbedTables} from "./absorb.js";
import type {Netlist} from "./netlist.js";
import {type BitNets, bitNets} from "./packing.js";

/** Parts of a circuit that every packing looks up. */
export interface ReadCircuit {
  readonly netlist: Netlist;
  readonly absorbed: ReadonlySet<number>;
  readonly nets: BitNets;
  /** Tables of their own that read or drive each net. */
  readonly touching: readonly (readonly number[])[];
}

/** Looks up once what all packings of a circuit need. */
export function readCircuit(netlist: Netlist): ReadCircuit {
  const absorbed = absorbedTables(netlist);
  const touching: number[][] = Array.from({length: netlist.nets}, () => []);
  netlist.tables.forEach(({inputs, output}, index) => {
    if (absorbed.has(index)) return;
    for (const net of inputs) touching[net].push(index);
    touching[output].push(index);
  });
  return {netlist, absorbed, nets: bitNets(netlist, absorbed), touching};
}
