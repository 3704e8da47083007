/** Looks at a forward pass from outside: chosen tensors, and what every head attends to. */

import {gramSvd} from "../tensor/svd-gram.js";
import {matrixSize, type Tensor} from "../tensor/tensor.js";
import {forward} from "./decoder/decoder.js";
import type {Decoder} from "./decoder/load-decoder.js";
import type {Hooks, Site} from "./hooks.js";

/** Record of one pass over a text. */
export interface Observation {
  /** [T, vocab] */
  readonly logits: Tensor;
  /** The tensor [T, channels] of a site in a layer. @throws RangeError if it was not asked for. */
  tensor(site: Site, layer: number): Tensor;
  /** Attention probabilities [heads, T, T] of every layer; row i holds what token i takes from each token. */
  readonly attention: readonly Float32Array[];
}

/**
 * Runs a text from its start and keeps what `sites` name, of all layers. Attention is observed, which the reference
 * computes whatever the backend; everything else runs on the model's own. What `change` makes of a tensor is what is kept.
 * @throws RangeError as {@link forward}.
 */
export function observe(
  model: Decoder,
  ids: readonly number[],
  sites: readonly Site[],
  change: Pick<Hooks, "tensor"> = {},
): Observation {
  const tensors = new Map<string, Tensor>();
  const attention: Float32Array[] = [];
  const logits = forward(model, ids, {
    hooks: {
      tensor(site, layer, x, rows) {
        const changed = change.tensor?.(site, layer, x, rows);
        if (sites.includes(site))
          tensors.set(`${site} ${layer}`, {shape: [rows, x.length / rows], data: (changed ?? x).slice()});
        return changed;
      },
      attention: (call, plain) =>
        plain({
          ...call,
          observe: (probabilities) => {
            attention[call.layer] = probabilities.slice();
          },
        }),
    },
  });
  return {
    logits,
    attention,
    tensor(site, layer) {
      const found = tensors.get(`${site} ${layer}`);
      if (found === undefined) {
        throw new RangeError(
          `observe: site must be one of ${sites.join(", ")} of a layer of the model, got ${site} of layer ${layer}`,
        );
      }
      return found;
    },
  };
}

/** The largest magnitude and the root mean square of every channel of x [..., channels], in float64. */
export function channelSizes({shape, data}: Tensor): {absMax: Float64Array; rms: Float64Array} {
  const channels = shape.at(-1) ?? 1;
  const absMax = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    absMax[channel] = Math.max(absMax[channel], Math.abs(data[i]));
    squares[channel] += data[i] ** 2;
  }
  const tokens = data.length / channels;
  return {absMax, rms: squares.map((sum) => Math.sqrt(sum / tokens))};
}

/** The singular values of x seen as a matrix, largest first, min(rows, columns) of them. */
export function singularValues(x: Tensor): Float64Array {
  const {rows, columns} = matrixSize(x);
  return gramSvd({rows, columns, data: x.data}, Math.min(rows, columns)).s;
}
