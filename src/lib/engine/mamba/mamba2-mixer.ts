import {silu, softplus} from "../../tensor/activation.js";
import {convChannels} from "./mamba-cache.js";
import type {Mamba2Config} from "./mamba-config.js";
import {columns, decayRates, type Mixer, type MixerParts} from "./mamba-mixer.js";

/**
 * The mixer of Mamba2. (arXiv 2405.21060, figure 6)
 *
 *     [z, x, B, C, dt] = W_in h;  [x, B, C] = silu(conv([x, B, C]));  dt = clamp(softplus(dt + bias))
 *     y = ssd(x, dt, A, B, C) + D x;  update = W_out norm(y silu(z))
 *
 * The gate comes before the norm. It runs over all inner channels at once, as https://github.com/huggingface/transformers
 * reads a config, or over those of each group, as the module of https://github.com/state-spaces/mamba does.
 */
export async function mamba2Mixer(config: Mamba2Config, parts: MixerParts): Promise<Mixer> {
  const {innerSize: inner, stateSize, convWidth, heads, headDim, groups} = config;
  const {scans, rmsNorm} = parts.backend;
  const [inProj, outProj] = [await parts.linear("in_proj"), await parts.linear("out_proj")];
  const convWeight = (await parts.tensor("conv1d.weight")).data;
  const convBias = await parts.optional("conv1d.bias");
  const dtBias = (await parts.tensor("dt_bias")).data;
  const A = decayRates(await parts.tensor("A_log"));
  const D = (await parts.tensor("D")).data;
  const norm = (await parts.tensor("norm.weight")).data;
  const channels = convChannels(config);
  const BC = groups * stateSize;
  const groupNorm = (x: Float32Array): Float32Array => {
    if (config.normGroups === 1) return rmsNorm(x, norm, config.normEps);
    const ones = new Float32Array(inner / config.normGroups).fill(1);
    return rmsNorm(x, ones, config.normEps).map((value, i) => value * norm[i % inner]);
  };
  return (h, state, see) => {
    const rows = h.length / config.hiddenSize;
    const projected = see("projected", inProj(h));
    const conv = scans.causalConv1dSilu({
      channels,
      width: convWidth,
      x: columns(projected, rows, inner, inner + channels),
      weight: convWeight,
      ...(convBias && {bias: convBias}),
      state: state.conv,
    });
    const scan = scans.ssd({
      heads,
      headDim,
      stateSize,
      groups,
      x: see("x", columns(conv.y, rows, 0, inner)),
      B: see("B", columns(conv.y, rows, inner, inner + BC)),
      C: see("C", columns(conv.y, rows, inner + BC, channels)),
      dt: see(
        "dt",
        timeSteps(columns(projected, rows, inner + channels, inner + channels + heads), dtBias, config),
      ),
      A,
      D,
      state: state.scan,
    });
    const y = see("y", scan.y);
    const z = columns(projected, rows, 0, inner);
    const output = see("mixer.output", groupNorm(gated(y, z)));
    return {update: outProj(output), state: {conv: conv.state, scan: scan.state}};
  };
}

/** clamp(softplus(dt + bias)) for every head of every token. */
function timeSteps(dt: Float32Array, bias: Float32Array, {heads, timeStepLimit}: Mamba2Config): Float32Array {
  const [low, high] = timeStepLimit;
  return dt.map((step, i) => Math.min(high, Math.max(low, softplus(step + bias[i % heads]))));
}

function gated(y: Float32Array, z: Float32Array): Float32Array {
  return y.map((value, i) => value * silu(z[i]));
}

/** The tensors of the mixer by the name after `mixer.`, with their shapes; a bias may be there besides. */
export function mamba2Shapes(config: Mamba2Config): Readonly<Record<string, readonly number[]>> {
  const {innerSize, hiddenSize, heads, convWidth, biases} = config;
  const channels = convChannels(config);
  const projected = innerSize + channels + heads;
  return {
    "in_proj.weight": [projected, hiddenSize],
    "conv1d.weight": [channels, 1, convWidth],
    dt_bias: [heads],
    A_log: [heads],
    D: [heads],
    "norm.weight": [innerSize],
    "out_proj.weight": [hiddenSize, innerSize],
    ...(biases.conv && {"conv1d.bias": [channels]}),
    ...(biases.projections && {"in_proj.bias": [projected], "out_proj.bias": [hiddenSize]}),
  };
}
