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

/** Number of nets of `wanted` that a block does not take in yet. */
export function newNets({nets}: OpenBlock, wanted: readonly number[]): number {
  let count = 0;
  wanted.forEach((net, i) => {
    if (!nets.has(net) && wanted.indexOf(net) === i) count++;
  });
  return count;
}
