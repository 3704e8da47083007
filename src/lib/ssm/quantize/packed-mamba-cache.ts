/** The memory of a state-space model really packed: what a layer remembers, as bytes and their scales. */

import {convChannels, emptyState, type MambaCache, type MixerState} from "../../engine/mamba/mamba-cache.js";
import type {MambaConfig} from "../../engine/mamba/mamba-config.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Packing of the two memories of a layer: the convolution's rows [width - 1, channels], the scan's state [1, n]. */
export interface StatePacking {
  readonly conv: Pick<Format, "encode" | "decode">;
  readonly scan: Pick<Format, "encode" | "decode">;
}

/** A cache that counts what it holds. */
export interface PackedMambaCache extends MambaCache {
  /** Bytes of the packed memories, with the scales that are their own. */
  bytes(): {readonly conv: number; readonly scan: number};
}

/**
 * Packs what a layer remembers after every pass and drops the floats; reading unpacks it. What was already rounded with
 * the same scales comes back as it was.
 * @throws RangeError (write) if the packing cannot say a value.
 */
export function packedMambaCache(
  config: MambaConfig,
  packingOf: (layer: number) => StatePacking,
): PackedMambaCache {
  const packings = Array.from({length: config.layers}, (_, layer) => packingOf(layer));
  const pack = (layer: number, {conv, scan}: MixerState) => ({
    conv: packings[layer].conv.encode(matrix(conv, convChannels(config))),
    scan: packings[layer].scan.encode(matrix(scan, scan.length)),
  });
  const layers = packings.map((_, layer) => pack(layer, emptyState(config)));
  const total = (of: (layer: {conv: Packed; scan: Packed}) => Packed) =>
    layers.reduce((sum, layer) => sum + packedBytes(of(layer)), 0);
  return {
    length: 0,
    read(layer) {
      const {conv, scan} = layers[layer];
      return {
        conv: new Float64Array(packings[layer].conv.decode(conv).data),
        scan: new Float64Array(packings[layer].scan.decode(scan).data),
      };
    },
    write(layer, state) {
      layers[layer] = pack(layer, state);
    },
    bytes: () => ({conv: total(({conv}) => conv), scan: total(({scan}) => scan)}),
  };
}

function matrix(values: Float64Array, columns: number): Tensor {
  return {shape: [values.length / columns, columns], data: new Float32Array(values)};
}
