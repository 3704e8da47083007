import {silu} from "../../tensor/activation.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Backend} from "../backend.js";
import {columns} from "../mamba/mamba-mixer.js";
import type {Scans} from "../mamba/scans.js";
import {normFunction} from "../norm.js";
import type {SelectiveScanInput} from "../scan/scan-input.js";
import {addBack, crossOrders, DIRECTIONS, inOrder} from "./cross-scan.js";
import {depthwiseConvSilu} from "./depthwise-conv.js";
import {type VisionWeights, visionTensor} from "./vision-weights.js";

/** One of the four scans of a layer. */
export interface DirectedScan {
  readonly layer: number;
  /** Index into {@link crossOrders}. */
  readonly direction: number;
  readonly input: SelectiveScanInput<Float32Array>;
}

/** Computes a scan, or something in its place: y [L, D], the skip included. */
export type RunScan = (scan: DirectedScan, scans: Scans) => Float32Array;

/** The normed patches [L, hidden] to the update of the residual stream [L, hidden]. */
export type VisionMixer = (x: Float32Array, run: RunScan) => Float32Array;

/** Part k of a tensor whose first axis is cut in `parts`, as a matrix of `columns`. */
function part({data}: Tensor, k: number, parts: number, width: number): Tensor {
  const size = data.length / parts;
  return {shape: [size / width, width], data: data.subarray(k * size, (k + 1) * size)};
}

/** The projections and rates of one direction. */
function direction(weights: VisionWeights, backend: Backend, layer: number, k: number) {
  const {innerSize, timeStepRank, stateSize} = weights.config;
  const own = (name: string, width: number) =>
    part(weights.tensor(visionTensor(layer, `op.${name}`)), k, DIRECTIONS, width);
  return {
    project: backend.linear(own("x_proj_weight", innerSize), null),
    // Its bias is added inside the scan.
    timeSteps: backend.linear(own("dt_projs_weight", timeStepRank), null),
    deltaBias: own("dt_projs_bias", innerSize).data,
    A: own("A_logs", stateSize).data.map((log) => -Math.exp(log)),
    D: own("Ds", innerSize).data,
  };
}

/**
 * VMamba's SS2D of one layer: the mixer of Mamba whose convolution sees a square of patches and whose scan runs four
 * times, in the orders of {@link crossOrders}, with projections and rates of their own.
 *
 *     [x, z] = W_in h;  x = silu(conv(x));  y = sum over k of scan_k(x in order k);  update = W_out (norm(y) silu(z))
 *
 * (arXiv:2401.10166, section 4.2)
 */
export function crossScanMixer(weights: VisionWeights, backend: Backend, layer: number): VisionMixer {
  const {config, tensor} = weights;
  const {innerSize, stateSize, timeStepRank, convWidth} = config;
  const own = (name: string) => tensor(visionTensor(layer, `op.${name}`));
  const inProj = backend.linear(own("in_proj.weight"), null);
  const outProj = backend.linear(own("out_proj.weight"), null);
  const bend = {gain: own("out_norm.weight").data, bias: own("out_norm.bias").data};
  const norm = normFunction({kind: "layer", eps: VISION_EPS}, innerSize, bend, backend);
  const conv = {
    channels: innerSize,
    width: convWidth,
    weight: own("conv2d.weight").data,
    bias: own("conv2d.bias").data,
  };
  const directions = Array.from({length: DIRECTIONS}, (_, k) => direction(weights, backend, layer, k));
  return (h, run) => {
    const tokens = h.length / config.hiddenSize;
    const side = Math.sqrt(tokens);
    const projected = inProj(h);
    const x = depthwiseConvSilu(conv, columns(projected, tokens, 0, innerSize), side);
    const sum = new Float32Array(x.length);
    crossOrders(side).forEach((order, k) => {
      const {project, timeSteps, ...rates} = directions[k];
      const u = inOrder(x, innerSize, order);
      const low = project(u);
      const state = (from: number) => columns(low, tokens, from, from + stateSize);
      const input = {
        channels: innerSize,
        stateSize,
        u,
        delta: timeSteps(columns(low, tokens, 0, timeStepRank)),
        B: state(timeStepRank),
        C: state(timeStepRank + stateSize),
        ...rates,
      };
      addBack(sum, run({layer, direction: k, input}, backend.scans), innerSize, order);
    });
    const gated = norm(sum);
    const z = columns(projected, tokens, innerSize, 2 * innerSize);
    for (let i = 0; i < gated.length; i++) gated[i] = gated[i] * silu(z[i]);
    return outProj(gated);
  };
}

/** Epsilon of every norm. */
export const VISION_EPS = 1e-5;
