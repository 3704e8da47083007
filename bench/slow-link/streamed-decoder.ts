/** A decoder most of whose layers are copied over a link in every pass, into room for one. */

import {type DecoderWeights, decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import type {Decoder} from "../../src/lib/engine/decoder/load-decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {PANEL} from "../../src/lib/engine/wasm/wasm-linear.js";
import {matmulWasm} from "../../src/lib/kernels/generated/matmul.js";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";
import type {LayerFile} from "./layer-file.js";
import type {Link} from "./link.js";

const ALIGNMENT = 4096;

interface Product {
  matmul(
    x: number,
    panels: number,
    bias: number,
    y: number,
    rows: number,
    inputs: number,
    paddedOut: number,
  ): void;
}

/**
 * Makes a decoder that keeps its first layers and copies the others each time a pass reaches them; a copy is waited for, so
 * that it does not overlap with computation.
 * @param resident layers that stay
 */
export async function streamedDecoder(
  weights: DecoderWeights,
  {layerBytes, matrices}: LayerFile,
  link: Link,
  resident: number,
): Promise<Decoder> {
  const heap = wasmHeap();
  const {matmul} = await heap.instantiate<Product>(matmulWasm);
  const begin = heap.allocate((resident + 1) * layerBytes + ALIGNMENT);
  const room = Math.ceil(begin / ALIGNMENT) * ALIGNMENT;
  const biases = heap.allocate(4 * widest(matrices));
  const placeOf = (layer: number) => room + Math.min(layer, resident) * layerBytes;
  const copy = (layer: number) => link.read(heap.bytes(placeOf(layer), layerBytes), layer * layerBytes);
  for (let layer = 0; layer < resident; layer++) copy(layer);
  let held = -1;
  const backend = await wasmBackend();
  return decoderOf(weights, {
    backend,
    linear(name, weight, bias) {
      const matrix = matrices.get(name);
      if (matrix === undefined) return backend.linear(weight, bias);
      const {layer, offset, out, inputs} = matrix;
      const padded = Math.ceil(out / PANEL) * PANEL;
      return (x) => {
        if (layer >= resident && held !== layer) {
          copy(layer);
          held = layer;
        }
        const rows = x.length / inputs;
        const input = heap.scratch(4 * (x.length + rows * padded));
        const output = input + 4 * x.length;
        heap.floats(input, x.length).set(x);
        matmul(input, placeOf(layer) + offset, biases, output, rows, inputs, padded);
        return heap.floats(output, rows * padded).slice();
      };
    },
  });
}

function widest(matrices: LayerFile["matrices"]): number {
  return [...matrices.values()].reduce((most, {out}) => Math.max(most, out + PANEL), 0);
}
