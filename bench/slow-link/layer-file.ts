/** Layers of a decoder in a file, each in one piece as the kernel of products reads it. */

import {closeSync, fsyncSync, openSync, writeSync} from "node:fs";
import type {DecoderWeights} from "../../src/lib/engine/decoder/decoder-weights.js";
import {PANEL, packPanels} from "../../src/lib/engine/wasm/wasm-linear.js";

/** Pieces begin at multiples of this, as reads without the page cache ask for. */
const ALIGNMENT = 4096;

/** Place of a matrix in the file. */
export interface StoredMatrix {
  readonly layer: number;
  /** Bytes after the beginning of its layer. */
  readonly offset: number;
  readonly out: number;
  readonly inputs: number;
}

/** A file of layers. */
export interface LayerFile {
  readonly path: string;
  readonly layers: number;
  /** Bytes of a layer, its end filled up. */
  readonly layerBytes: number;
  /** By the names of the weights, without `.weight`. */
  readonly matrices: ReadonlyMap<string, StoredMatrix>;
}

const paddedOut = (out: number): number => Math.ceil(out / PANEL) * PANEL;

/** Writes the matrices of all layers, float32; layers must have equal sizes. */
export function writeLayers({config, tensors}: DecoderWeights, path: string): LayerFile {
  const matrices = new Map<string, StoredMatrix>();
  const ends = new Array<number>(config.layers).fill(0);
  for (const [name, {shape}] of tensors) {
    const layer = /^model\.layers\.(\d+)\..*_proj\.weight$/.exec(name)?.[1];
    if (layer === undefined) continue;
    const [out, inputs] = shape;
    matrices.set(name.replace(/\.weight$/, ""), {
      layer: Number(layer),
      offset: ends[Number(layer)],
      out,
      inputs,
    });
    ends[Number(layer)] += 4 * paddedOut(out) * inputs;
  }
  const layerBytes = Math.ceil(ends[0] / ALIGNMENT) * ALIGNMENT;
  const file = openSync(path, "w");
  for (let layer = 0; layer < config.layers; layer++) {
    const piece = new Float32Array(layerBytes / 4);
    for (const [name, {layer: of, offset, out, inputs}] of matrices) {
      if (of !== layer) continue;
      const panels = piece.subarray(offset / 4, offset / 4 + paddedOut(out) * inputs);
      packPanels(panels, tensors.get(`${name}.weight`)!.data, out, inputs);
    }
    writeSync(file, new Uint8Array(piece.buffer));
  }
  fsyncSync(file);
  closeSync(file);
  return {path, layers: config.layers, layerBytes, matrices};
}
