import {INPUT_STEPS, type ModuleKind, TILE_GROWTH, USUAL_INPUTS} from "./block.js";
import type {SumStyle} from "./circuits/kratos-like.js";
import {CIRCUITS, type CircuitSet, type NamedCircuit} from "./circuits/sets.js";
import {criticalPath} from "./delay.js";
import {type Netlist, netlistElements} from "./netlist.js";
import {packCircuit} from "./pack.js";
import {modulesTaken} from "./packing.js";

/** Unknowns of the comparison of an ordinary block with one of Double Duty. */
export interface BlockKnobs {
  readonly module: Exclude<ModuleKind, "baseline">;
  /** Inputs of both blocks. */
  readonly inputs: number;
  /** Area that direct wires and multiplexers add to a block, a share of 1. */
  readonly growth: number;
  /** Share of adder bits that direct wires reach, 0 to 1. */
  readonly directShare: number;
  /** Sums of layers for the ordinary block and for the other: each its own best split, or one share of rows in tables. */
  readonly sums: "best" | {readonly compressedShare: number};
  readonly digits: "binary" | "csd";
  readonly seed: number;
}

/** The block of the paper, with each block's own best split of sums. */
export const USUAL_KNOBS: BlockKnobs = {
  module: "dd5",
  inputs: USUAL_INPUTS,
  growth: TILE_GROWTH,
  directShare: 1,
  sums: "best",
  digits: "binary",
  seed: 0,
};

/** Circuit in both blocks. Ratios are those of the ordinary block. */
export interface BlockComparison {
  readonly set: CircuitSet;
  readonly circuit: string;
  readonly adderBits: number;
  /** Tables of at most five inputs. */
  readonly tables: number;
  readonly largeTables: number;
  readonly ordinaryModules: number;
  readonly doubleModules: number;
  /** Modules if nothing limits the inputs of the block. */
  readonly idealRatio: number;
  readonly limitedRatio: number;
  readonly areaRatio: number;
  readonly ordinaryDelay: number;
  readonly doubleDelay: number;
  readonly delayRatio: number;
  readonly areaDelayRatio: number;
}

interface Packed {
  readonly modules: number;
  /** Picoseconds. */
  readonly delay: number;
}

/** Packings by what they follow from: many settings share them. */
const packings = new Map<string, Packed>();
const MOST_PACKINGS = 2000;

function styleFor({sums}: BlockKnobs, bestFor: "baseline" | "dd5in60"): SumStyle {
  return sums === "best" ? {bestFor} : sums;
}

function packed(
  circuit: NamedCircuit,
  netlist: Netlist,
  style: string,
  block: {readonly kind: ModuleKind; readonly inputs: number; readonly directShare: number},
): Packed {
  const key = [circuit.name, style, block.kind, block.inputs, block.directShare].join("; ");
  const known = packings.get(key);
  if (known !== undefined) return known;
  const packing = packCircuit(netlist, block);
  const delay = criticalPath(netlist, packing, block.kind, circuit.isPipelined);
  const found = {modules: modulesTaken(packing), delay};
  if (packings.size >= MOST_PACKINGS) packings.clear();
  packings.set(key, found);
  return found;
}

/** Packs a circuit into an ordinary block and into one of Double Duty. Modelled. */
export function compareBlocks(circuit: NamedCircuit, knobs: BlockKnobs): BlockComparison {
  const {module, inputs, growth, directShare, seed, digits} = knobs;
  const built = (bestFor: "baseline" | "dd5in60") => {
    const style = styleFor(knobs, bestFor);
    const netlist = circuit.build(style, seed, digits);
    const name = circuit.isDrawn ? JSON.stringify([style, seed, digits]) : "";
    return {
      netlist,
      in: (kind: ModuleKind, limit: number, share: number) =>
        packed(circuit, netlist, name, {kind, inputs: limit, directShare: share}),
    };
  };
  const [plain, other] = [built("baseline"), built("dd5in60")];
  const ordinary = plain.in("baseline", inputs, 1);
  const found = other.in(module, inputs, directShare);
  const free = other.in(module, INPUT_STEPS[INPUT_STEPS.length - 1], 1);
  const {adderBits, lut5, lut6} = netlistElements(other.netlist);
  const limitedRatio = found.modules / ordinary.modules;
  const areaRatio = limitedRatio * (1 + growth);
  const delayRatio = found.delay / ordinary.delay;
  return {
    set: circuit.set,
    circuit: circuit.name,
    adderBits,
    tables: lut5,
    largeTables: lut6,
    ordinaryModules: ordinary.modules,
    doubleModules: found.modules,
    // Packing is a heuristic: with fewer direct wires it may have been luckier.
    idealRatio: Math.min(free.modules, found.modules) / ordinary.modules,
    limitedRatio,
    areaRatio,
    ordinaryDelay: ordinary.delay,
    doubleDelay: found.delay,
    delayRatio,
    areaDelayRatio: areaRatio * delayRatio,
  };
}

/** All circuits in both blocks. */
export function compareAll(knobs: BlockKnobs): BlockComparison[] {
  return CIRCUITS.map((circuit) => compareBlocks(circuit, knobs));
}
