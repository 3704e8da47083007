import {silu, softplus} from "../../tensor/activation.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Backend, Linear} from "../backend.js";
import type {MixerState} from "../mamba/mamba-cache.js";
import {columns, decayRates} from "../mamba/mamba-mixer.js";
import {type AttambaConfig, scanChannels} from "./attamba-config.js";

/** Neighbouring tokens of one chunk, from … to in the rows of a pass; `ends` where the last of them ends the chunk. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly ends: boolean;
}

/**
 * Reads rows x [T, hidden], each span of them as a text of its own; `open` is the state of the chunk that the first span
 * goes on with.
 * @returns one row for each token [T, hidden], and the state of the chunk that the last span leaves open
 */
export type ChunkScan = (
  x: Float32Array,
  spans: readonly Span[],
  open: MixerState | null,
) => {readonly y: Float32Array; readonly open: MixerState | null};

/** Tensors of a scan by their names, already checked to be there. */
export interface ScanParts {
  readonly backend: Backend;
  tensor(name: string): Promise<Tensor>;
  linear(name: string): Promise<Linear>;
}

/**
 * A state-space model over single chunks: Mamba2's mixer with one group, whose convolution and state begin anew at each.
 *
 *     [z, x, B, C, dt] = W_in h;  [x, B, C] = silu(conv([x, B, C]));  y = ssd(x, softplus(dt), A, B, C) + D x
 *     out = W_out norm(y silu(z))
 *
 * (Attamba, arXiv:2411.17685, section 3.1; the mixer: arXiv:2405.21060, figure 6)
 */
export async function chunkScan(config: AttambaConfig, parts: ScanParts): Promise<ChunkScan> {
  const {hiddenSize, normEps, scan: sizes} = config;
  const {inner, state, heads, convWidth} = sizes;
  const {scans, rmsNorm} = parts.backend;
  const [inProj, outProj] = [await parts.linear("in_proj"), await parts.linear("out_proj")];
  const weight = (await parts.tensor("conv1d.weight")).data;
  const bias = (await parts.tensor("conv1d.bias")).data;
  const A = decayRates(await parts.tensor("A_log"));
  const D = (await parts.tensor("D")).data;
  const norm = (await parts.tensor("norm.weight")).data;
  const channels = scanChannels(sizes);

  /** One span: the mixed channels and time steps of its tokens to the outputs of the scan. */
  const chunk = (mixed: Float32Array, dt: Float32Array, before: MixerState | null) => {
    const rows = dt.length / heads;
    const conv = scans.causalConv1dSilu({
      channels,
      width: convWidth,
      x: mixed,
      weight,
      bias,
      ...(before && {state: before.conv}),
    });
    const scan = scans.ssd({
      heads,
      headDim: inner / heads,
      stateSize: state,
      x: columns(conv.y, rows, 0, inner),
      B: columns(conv.y, rows, inner, inner + state),
      C: columns(conv.y, rows, inner + state, channels),
      dt,
      A,
      D,
      ...(before && {state: before.scan}),
    });
    return {y: scan.y, state: {conv: conv.state, scan: scan.state}};
  };

  return (h, spans, before) => {
    const rows = h.length / hiddenSize;
    const projected = inProj(h);
    const mixed = columns(projected, rows, inner, inner + channels);
    const dt = columns(projected, rows, inner + channels, inner + channels + heads).map((v) => softplus(v));
    const y = new Float32Array(rows * inner);
    let open = before;
    for (const {from, to, ends} of spans) {
      const part = chunk(
        mixed.subarray(from * channels, to * channels),
        dt.subarray(from * heads, to * heads),
        open,
      );
      y.set(part.y, from * inner);
      open = ends ? null : part.state;
    }
    const z = columns(projected, rows, 0, inner);
    for (let i = 0; i < y.length; i++) y[i] *= silu(z[i]);
    return {y: outProj(rmsNorm(y, norm, normEps)), open};
  };
}
