import type {LogicBlock} from "./block.js";
import type {Netlist} from "./netlist.js";
import type {Packing, PlacedModule} from "./packing.js";

/** Nets that a module reads through table pins and through direct wires, found from the circuit alone. */
function readNets(netlist: Netlist, {absorbed}: Packing, module: PlacedModule) {
  const [pins, direct] = [new Set<number>(), new Set<number>()];
  for (const {chain, bit, isDirect} of module.bits) {
    for (const signal of netlist.chains[chain].operands[bit]) {
      if (signal < 2) continue;
      const table = netlist.tables.findIndex(({output}) => output === signal >> 1);
      if (absorbed.has(table)) for (const net of netlist.tables[table].inputs) pins.add(net);
      else (isDirect ? direct : pins).add(signal >> 1);
    }
  }
  for (const table of module.tables) for (const net of netlist.tables[table].inputs) pins.add(net);
  return {pins, direct};
}

function moduleFaults(
  netlist: Netlist,
  packing: Packing,
  {kind}: LogicBlock,
  module: PlacedModule,
): string[] {
  const {pins, direct} = readNets(netlist, packing, module);
  const large = module.tables.filter((table) => netlist.tables[table].inputs.length === 6).length;
  const halves = module.tables.length + large + module.bits.filter(({isDirect}) => !isDirect).length;
  const [first, second] = module.bits;
  const faults: [boolean, string][] = [
    [module.bits.length > 2, "more than two adder bits"],
    [halves > 2, "more than two halves of tables"],
    [pins.size > 8, `${pins.size} table pins`],
    [direct.size > 4, `${direct.size} direct inputs`],
    [module.bits.length + module.tables.length > 4, "more than four outputs"],
    [kind === "baseline" && module.bits.length > 0 && module.tables.length > 0, "tables beside adders"],
    [kind === "baseline" && direct.size > 0, "direct inputs"],
    [kind !== "dd6" && large > 0 && module.bits.length > 0, "a large table beside adders"],
    [module.isPassed && halves + module.bits.length > 0, "cells where a carry passes"],
    [
      second !== undefined &&
        (first.chain !== second.chain || first.bit + 1 !== second.bit || first.bit % 2 === 1),
      "bits that are no neighbours",
    ],
  ];
  return faults.filter(([is]) => is).map(([, text]) => text);
}

function blockFaults(netlist: Netlist, packing: Packing, block: LogicBlock): string[] {
  return packing.blocks.flatMap((modules, index) => {
    const read = modules.map((module) => readNets(netlist, packing, module));
    const nets = new Set(read.flatMap(({pins, direct}) => [...pins, ...direct]));
    const faults = modules.flatMap((module, at) =>
      moduleFaults(netlist, packing, block, module).map((text) => `block ${index} module ${at}: ${text}`),
    );
    if (modules.length > 10) faults.push(`block ${index}: ${modules.length} modules`);
    if (nets.size > block.inputs) faults.push(`block ${index}: ${nets.size} inputs`);
    return faults;
  });
}

/** A chain must run through neighbouring modules: within a block, or from the last of one to the first of the next. */
function chainFaults(netlist: Netlist, {blocks}: Packing): string[] {
  const modules = blocks.flatMap((block, index) =>
    Array.from({length: 10}, (_, at) => ({index, at, module: block[at]})),
  );
  return netlist.chains.flatMap(({sums}, chain) => {
    const places = modules.flatMap(({module}, place) =>
      (module?.bits ?? []).filter((bit) => bit.chain === chain).map(({bit}) => ({bit, place})),
    );
    const inOrder = places.length === sums.length && places.every(({bit}, i) => bit === i);
    const unbroken = places.every(({place}, i) =>
      modules
        .slice(places[Math.max(0, i - 1)].place + 1, place)
        .every(({module}) => module?.isPassed === true),
    );
    return [
      ...(inOrder ? [] : [`chain ${chain}: bits missing, twice or out of order`]),
      ...(unbroken ? [] : [`chain ${chain}: broken`]),
    ];
  });
}

function tableFaults(netlist: Netlist, {blocks, absorbed}: Packing): string[] {
  const placed = blocks.flatMap((modules) => modules.flatMap(({tables}) => tables));
  const times = new Map<number, number>();
  for (const table of [...placed, ...absorbed]) times.set(table, (times.get(table) ?? 0) + 1);
  return netlist.tables.flatMap((_, index) =>
    times.get(index) === 1 ? [] : [`table ${index}: placed ${times.get(index) ?? 0} times`],
  );
}

/** A table in front of an adder must feed nothing else, and the two of a bit share four inputs. */
function absorbedFaults(netlist: Netlist, packing: Packing): string[] {
  const {tables, chains, registers, outputs} = netlist;
  const operands = chains.flatMap(({operands}) => operands);
  const read = [
    ...outputs,
    ...registers.map(({input}) => input),
    ...tables.flatMap(({inputs}) => inputs.map((net) => 2 * net)),
    ...operands.flat(),
  ];
  const times = new Map<number, number>();
  for (const signal of read) times.set(signal >> 1, (times.get(signal >> 1) ?? 0) + 1);
  const inFront = new Set([...packing.absorbed].map((table) => tables[table].output));
  const fed = new Set(operands.flat().map((signal) => signal >> 1));
  const lone = [...inFront].filter((net) => times.get(net) !== 1 || !fed.has(net));
  const crowded = chains.flatMap(({operands}, chain) =>
    operands.flatMap((pair, bit) => {
      if (!pair.some((signal) => inFront.has(signal >> 1))) return [];
      const module = {bits: [{chain, bit, isDirect: false}], tables: [], isPassed: false};
      return readNets(netlist, packing, module).pins.size > 4 ? [`chain ${chain} bit ${bit}`] : [];
    }),
  );
  return [
    ...lone.map((net) => `net ${net}: its table stands at an adder and feeds more`),
    ...crowded.map((place) => `${place}: tables in front of it need more than four inputs`),
  ];
}

/** Everything that a packing does which its block cannot, in words; empty for a legal one. Shares no code with `pack`. */
export function packingFaults(netlist: Netlist, packing: Packing, block: LogicBlock): string[] {
  return [
    ...blockFaults(netlist, packing, block),
    ...chainFaults(netlist, packing),
    ...tableFaults(netlist, packing),
    ...absorbedFaults(netlist, packing),
  ];
}
