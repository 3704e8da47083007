import type {PlacedBit} from "./packing.js";

/** A module while it is filled. */
export interface OpenModule {
  bits: PlacedBit[];
  tables: number[];
  isPassed: boolean;
}

/** A block while it is filled. */
export interface OpenBlock {
  readonly modules: OpenModule[];
  readonly nets: Set<number>;
}

/** An empty block. */
export const emptyBlock = (): OpenBlock => ({modules: [], nets: new Set()});

/** A module that holds `bits`. */
export const moduleOf = (bits: PlacedBit[]): OpenModule => ({bits, tables: [], isPassed: false});

/** How many nets of `nets` a block does not take in yet. */
export function newNets({nets}: OpenBlock, wanted: readonly number[]): number {
  return new Set(wanted.filter((net) => !nets.has(net))).size;
}
