import type {Decoder} from "../../engine/decoder/load-decoder.js";
import type {Hooks} from "../../engine/hooks.js";
import {requireInteger} from "../../tensor/require.js";

/**
 * Layers in runs whose attentions are computed at once: the first layer alone, the others `atOnce` together, the last run
 * with those that are left. (EasySpec, arXiv:2502.02493; that the first stays alone is our reading of it)
 * @returns the layers of each run, ascending
 * @throws RangeError unless layers and `atOnce` are integers of at least 1.
 */
export function layerRuns(layers: number, atOnce: number): number[][] {
  requireInteger("layerRuns", "layers", layers, 1);
  requireInteger("layerRuns", "atOnce", atOnce, 1);
  const runs = [[0]];
  for (let first = 1; first < layers; first += atOnce)
    runs.push(Array.from({length: Math.min(atOnce, layers - first)}, (_, i) => first + i));
  return runs;
}

/**
 * Hooks by which the attentions of a run all read the stream as it is at the start of the run, so that none waits for
 * another. What they give is added in order, each followed by its network, which reads the stream as it is then.
 */
export function fuzzyHooks({layers}: Decoder, atOnce: number): Hooks {
  const starts = new Set(layerRuns(layers.length, atOnce).map(([first]) => first));
  let start = new Float32Array(0);
  return {
    tensor(site, layer, x) {
      const isNext = site === "embedding" || site === "layer.output";
      if (isNext && starts.has(layer + 1)) start = x.slice();
      if (site !== "attention.input" || starts.has(layer)) return undefined;
      return layers[layer].attentionNorms.input?.(start) ?? start;
    },
  };
}
