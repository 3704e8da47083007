import type {Mamba1Config} from "./mamba-config.js";
import {columns, decayRates, type Mixer, type MixerParts} from "./mamba-mixer.js";

/**
 * The mixer of Mamba. (arXiv 2312.00752, figure 3 and section 3.4)
 *
 *     [x, z] = W_in h;  x = silu(conv(x));  [r, B, C] = W_x x;  delta = softplus(W_dt r + bias)
 *     y = scan(x, delta, A, B, C) + D x, gated by silu(z);  update = W_out y
 */
export async function mamba1Mixer(config: Mamba1Config, parts: MixerParts): Promise<Mixer> {
  const {innerSize, stateSize, convWidth, timeStepRank} = config;
  const {scans} = parts.backend;
  const [inProj, xProj, dtProj, outProj] = [
    await parts.linear("in_proj"),
    await parts.linear("x_proj"),
    // Its bias is added inside the scan.
    parts.backend.linear(await parts.tensor("dt_proj.weight"), null),
    await parts.linear("out_proj"),
  ];
  const convWeight = (await parts.tensor("conv1d.weight")).data;
  const convBias = await parts.optional("conv1d.bias");
  const deltaBias = (await parts.tensor("dt_proj.bias")).data;
  const A = decayRates(await parts.tensor("A_log"));
  const D = (await parts.tensor("D")).data;
  return (h, state, see) => {
    const rows = h.length / config.hiddenSize;
    const projected = see("projected", inProj(h));
    const conv = scans.causalConv1dSilu({
      channels: innerSize,
      width: convWidth,
      x: columns(projected, rows, 0, innerSize),
      weight: convWeight,
      ...(convBias && {bias: convBias}),
      state: state.conv,
    });
    const u = see("x", conv.y);
    const low = see("x.projected", xProj(u));
    const scan = scans.selectiveScan({
      channels: innerSize,
      stateSize,
      u,
      delta: see("dt", dtProj(columns(low, rows, 0, timeStepRank))),
      deltaBias,
      A,
      B: see("B", columns(low, rows, timeStepRank, timeStepRank + stateSize)),
      C: see("C", columns(low, rows, timeStepRank + stateSize, timeStepRank + 2 * stateSize)),
      D,
      z: columns(projected, rows, innerSize, 2 * innerSize),
      state: state.scan,
    });
    const output = see("mixer.output", see("y", scan.y));
    return {update: outProj(output), state: {conv: conv.state, scan: scan.state}};
  };
}

/** The tensors of the mixer by the name after `mixer.`, with their shapes; a bias may be there besides. */
export function mamba1Shapes(config: Mamba1Config): Readonly<Record<string, readonly number[]>> {
  const {innerSize, hiddenSize, stateSize, timeStepRank, convWidth, biases} = config;
  return {
    "in_proj.weight": [2 * innerSize, hiddenSize],
    "conv1d.weight": [innerSize, 1, convWidth],
    "x_proj.weight": [timeStepRank + 2 * stateSize, innerSize],
    "dt_proj.weight": [innerSize, timeStepRank],
    "dt_proj.bias": [innerSize],
    A_log: [innerSize, stateSize],
    D: [innerSize],
    "out_proj.weight": [hiddenSize, innerSize],
    ...(biases.conv && {"conv1d.bias": [innerSize]}),
    ...(biases.projections && {"in_proj.bias": [2 * innerSize], "out_proj.bias": [hiddenSize]}),
  };
}
