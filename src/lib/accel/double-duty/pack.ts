import {INPUT_STEPS, type LogicBlock, MODULE_KINDS, MODULES_IN_BLOCK, requireBlock} from "./block.js";
import {fillTables} from "./fill.js";
import type {Netlist} from "./netlist.js";
import {emptyBlock, moduleOf, newNets, type OpenBlock} from "./open-block.js";
import {modulesTaken, type Packing} from "./packing.js";
import {type ReadCircuit, readCircuit} from "./read-circuit.js";

/** Even spread of a share: whether number `place` of a sequence belongs to it. */
const belongs = (place: number, share: number) => Math.floor((place + 1) * share) > Math.floor(place * share);

/** Bits of every chain by pairs, as modules take them; direct wires reach `directShare` of those without tables in front. */
function chainModules({netlist, absorbed, nets}: ReadCircuit, block: LogicBlock) {
  const outputs = new Set([...absorbed].map((table) => netlist.tables[table].output));
  let place = 0;
  return netlist.chains.map(({operands}, chain) => {
    const bits = operands.map((pair, bit) => {
      const canBeDirect = block.kind !== "baseline" && pair.every((signal) => !outputs.has(signal >> 1));
      return {chain, bit, isDirect: canBeDirect && belongs(place++, block.directShare)};
    });
    return Array.from({length: Math.ceil(bits.length / 2)}, (_, i) => {
      const pair = bits.slice(2 * i, 2 * i + 2);
      return {pair, nets: pair.flatMap(nets)};
    });
  });
}

type ChainModules = ReturnType<typeof chainModules>[number];

function put(block: OpenBlock, {pair, nets}: ChainModules[number]): void {
  block.modules.push(moduleOf([...pair]));
  for (const net of nets) block.nets.add(net);
}

const hasRoom = (open: OpenBlock, nets: readonly number[], modules: number, most: number, inputs: number) =>
  open.modules.length + modules <= most && open.nets.size + newNets(open, nets) <= inputs;

/** Puts a chain into the last block and as many new ones as it needs; a carry passes through modules that inputs close. */
function spread(blocks: OpenBlock[], chain: ChainModules, inputs: number): void {
  for (const module of chain) {
    let open = blocks[blocks.length - 1];
    if (!hasRoom(open, module.nets, 1, MODULES_IN_BLOCK, inputs)) {
      while (open.modules.length < MODULES_IN_BLOCK) open.modules.push({...moduleOf([]), isPassed: true});
      open = emptyBlock();
      blocks.push(open);
    }
    put(open, module);
  }
}

/**
 * Puts chains into blocks: one after the other through whole blocks if all modules may hold adders, else into blocks of at
 * most `most` modules with adders, of which only a longer chain takes more.
 */
function placeChains(chains: readonly ChainModules[], inputs: number, most: number): OpenBlock[] {
  const blocks: OpenBlock[] = [];
  for (const chain of chains) {
    const wanted = chain.flatMap(({nets}) => nets);
    const home = blocks.find((block) => hasRoom(block, wanted, chain.length, most, inputs));
    if (home !== undefined) {
      for (const module of chain) put(home, module);
      continue;
    }
    if (blocks.length === 0 || most < MODULES_IN_BLOCK) blocks.push(emptyBlock());
    spread(blocks, chain, inputs);
  }
  return blocks;
}

function packOnce(circuit: ReadCircuit, block: LogicBlock, most: number): Packing {
  const blocks = placeChains(chainModules(circuit, block), block.inputs, most);
  fillTables(circuit, block, blocks);
  return {blocks: blocks.map(({modules}) => modules), absorbed: circuit.absorbed};
}

/** Modules of a block that may hold adders, tried in turn: the rest of its inputs are left to tables. */
const ADDER_MODULES = [MODULES_IN_BLOCK, 7] as const;

function smallest(packings: readonly Packing[]): Packing {
  return packings.reduce((best, packing) => (modulesTaken(packing) < modulesTaken(best) ? packing : best));
}

function packSplit(circuit: ReadCircuit, block: LogicBlock): Packing {
  const splits = block.kind === "baseline" ? [MODULES_IN_BLOCK] : ADDER_MODULES;
  return smallest(splits.map((most) => packOnce(circuit, block, most)));
}

/** Blocks that can do no more than `block`, itself first: what fits into one of them fits into it. */
function lesserBlocks(block: LogicBlock): LogicBlock[] {
  const kinds = MODULE_KINDS.slice(0, MODULE_KINDS.indexOf(block.kind) + 1).reverse();
  const limits = [block.inputs, ...INPUT_STEPS.filter((inputs) => inputs < block.inputs)];
  return kinds.flatMap((kind) => limits.map((inputs) => ({...block, kind, inputs})));
}

/**
 * Packs a circuit into logic blocks: chains first, then tables beside them by the nets that they share. It is a heuristic,
 * so packings for kinds and numbers of inputs that can do less are tried too and the smallest is taken: a block that can do
 * more never needs more modules than one of a lesser kind or of 40, 60, 80 or 120 inputs.
 * @throws RangeError for a block of fewer than 40 inputs or a share outside 0 to 1.
 */
export function packCircuit(netlist: Netlist, block: LogicBlock): Packing {
  requireBlock(block);
  const circuit = readCircuit(netlist);
  return smallest(lesserBlocks(block).map((lesser) => packSplit(circuit, lesser)));
}
