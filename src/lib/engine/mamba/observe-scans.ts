/** Looks at the scans of a state-space model while it reads a text. */

import type {LoadOptions} from "../decoder/load-decoder.js";
import type {SelectiveScanInput} from "../scan/scan-input.js";
import type {SsdInput} from "../scan/ssd.js";
import {forwardMamba} from "./mamba.js";
import type {MambaConfig} from "./mamba-config.js";
import type {MambaSite} from "./mamba-hooks.js";
import {decayRates} from "./mamba-mixer.js";
import {layerTensor, type MambaWeights, mambaOf} from "./mamba-weights.js";

/** The input of the scan of a layer, from its first token on: run again in float64 it gives what the layer saw. */
export type LayerScan =
  | {readonly kind: "selective-scan"; readonly input: SelectiveScanInput}
  | {readonly kind: "ssd"; readonly input: SsdInput};

const SITES: readonly MambaSite[] = ["x", "dt", "B", "C"];

/**
 * Runs a text from its start and keeps what the scan of every layer takes; its skip and its gate are left out.
 * @throws RangeError as {@link forwardMamba}; FormatError as {@link mambaOf}.
 */
export async function observeScans(
  weights: MambaWeights,
  ids: readonly number[],
  options: LoadOptions = {},
): Promise<LayerScan[]> {
  const seen = new Map<string, Float64Array>();
  forwardMamba(await mambaOf(weights, options), ids, {
    rows: "last",
    hooks: {
      tensor(site, layer, x) {
        if (SITES.includes(site)) seen.set(`${site} ${layer}`, new Float64Array(x));
        return undefined;
      },
    },
  });
  return Array.from({length: weights.config.layers}, (_, layer) => {
    const site = (name: MambaSite) => seen.get(`${name} ${layer}`)!;
    return layerScan(weights, layer, site);
  });
}

function layerScan(
  {config, tensors}: MambaWeights,
  layer: number,
  site: (name: MambaSite) => Float64Array,
): LayerScan {
  const A = new Float64Array(decayRates(tensors.get(layerTensor(layer, "mixer.A_log"))!));
  const [B, C, dt] = [site("B"), site("C"), site("dt")];
  if (config.architecture === "Mamba2ForCausalLM") {
    const {heads, headDim, stateSize, groups} = config;
    return {kind: "ssd", input: {heads, headDim, stateSize, groups, x: site("x"), dt, A, B, C}};
  }
  const deltaBias = new Float64Array(tensors.get(layerTensor(layer, "mixer.dt_proj.bias"))!.data);
  const {innerSize: channels, stateSize} = config satisfies MambaConfig;
  return {kind: "selective-scan", input: {channels, stateSize, u: site("x"), delta: dt, deltaBias, A, B, C}};
}
