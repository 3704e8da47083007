import {type LogicBlock, MODULES_IN_BLOCK, TABLE_PINS} from "./block.js";
import type {Netlist, Table} from "./netlist.js";
import {emptyBlock, moduleOf, newNets, type OpenBlock, type OpenModule} from "./open-block.js";
import type {BitNets} from "./packing.js";
import type {ReadCircuit} from "./read-circuit.js";

/** Halves of a module that tables of their own may take. */
function freeHalves({kind}: LogicBlock, {bits, isPassed}: OpenModule): number {
  if (isPassed || (kind === "baseline" && bits.length > 0)) return 0;
  return bits.reduce((free, {isDirect}) => free - (isDirect ? 0 : 1), 2);
}

/** Whether a table of `inputs` has a place beside what a module holds, pins left aside. */
function hasPlace(netlist: Netlist, block: LogicBlock, module: OpenModule, inputs: number): boolean {
  const {tables} = module;
  const free = freeHalves(block, module);
  if (inputs === 6)
    return tables.length === 0 && free === 2 && (module.bits.length === 0 || block.kind === "dd6");
  return tables.length < free && tables.every((table) => netlist.tables[table].inputs.length < 6);
}

function pinsWith(netlist: Netlist, module: OpenModule, nets: BitNets, inputs: readonly number[]): number {
  const pins = new Set(inputs);
  for (const bit of module.bits) if (!bit.isDirect) for (const net of nets(bit)) pins.add(net);
  for (const table of module.tables) for (const net of netlist.tables[table].inputs) pins.add(net);
  return pins.size;
}

/** Tables that do not fit before a block counts as full. */
const MOST_REFUSED = 40;

/** The table of which a block lacks the fewest nets, the first of equal ones; none if no table shares a net. */
function fewestNew(tables: readonly Table[], shared: ReadonlyMap<number, number>): number | undefined {
  let best: number | undefined;
  let fewest = Infinity;
  for (const [index, count] of shared) {
    const lacks = tables[index].inputs.length - count;
    if (lacks < fewest || (lacks === fewest && best !== undefined && index < best)) {
      [best, fewest] = [index, lacks];
    }
  }
  return best;
}

function firstBut(left: ReadonlySet<number>, refused: ReadonlySet<number>): number | undefined {
  for (const index of left) if (!refused.has(index)) return index;
  return undefined;
}

/** Places tables in blocks that hold chains, then in blocks of their own. Changes `blocks`. */
export function fillTables(circuit: ReadCircuit, block: LogicBlock, blocks: OpenBlock[]): void {
  const {netlist, absorbed, nets, touching} = circuit;
  const {tables} = netlist;
  const left = new Set(tables.map((_, index) => index).filter((index) => !absorbed.has(index)));

  function home(open: OpenBlock, inputs: readonly number[]): OpenModule | undefined {
    if (open.nets.size + newNets(open, inputs) > block.inputs) return undefined;
    const found = open.modules.find(
      (module) =>
        hasPlace(netlist, block, module, inputs.length) &&
        pinsWith(netlist, module, nets, inputs) <= TABLE_PINS,
    );
    if (found !== undefined || open.modules.length >= MODULES_IN_BLOCK) return found;
    const added = moduleOf([]);
    open.modules.push(added);
    return added;
  }

  /** Fills one block, always with the table that brings the fewest new nets. */
  function fill(open: OpenBlock): void {
    const shared = new Map<number, number>();
    const see = (net: number) => {
      for (const index of touching[net]) if (left.has(index)) shared.set(index, (shared.get(index) ?? 0) + 1);
    };
    open.nets.forEach(see);
    const refused = new Set<number>();
    while (refused.size < MOST_REFUSED) {
      const next = fewestNew(tables, shared) ?? firstBut(left, refused);
      if (next === undefined) return;
      shared.delete(next);
      const place = home(open, tables[next].inputs);
      if (place === undefined) {
        refused.add(next);
        continue;
      }
      place.tables.push(next);
      left.delete(next);
      for (const net of tables[next].inputs) {
        if (open.nets.has(net)) continue;
        open.nets.add(net);
        see(net);
      }
    }
  }

  for (const open of blocks) fill(open);
  while (left.size > 0) {
    const open = emptyBlock();
    blocks.push(open);
    fill(open);
  }
}
