import {packedBytes} from "../formats/format.js";
import {int, intRules} from "../formats/int.js";
import {packCodes} from "../formats/pack.js";
import {quantizeW4, quantizeW4A8} from "../ssm/quamba2-weights.js";
import type {Tensor} from "../tensor/tensor.js";
import {convParts, layerTensor, type MambaWeights, projectionParts} from "./mamba-weights.js";

/** `w8`: int8 per tensor; `w4a16`: 4 bits in groups of 128 inputs; `w4a8`: these expanded to int8. */
export type WeightScheme = "w8" | "w4a16" | "w4a8";

/** Rounded weights, and what they are packed into. */
export interface RoundedWeights {
  readonly weights: MambaWeights;
  /** Numbers that were rounded, and the bytes they pack into, scales included. */
  readonly elements: number;
  readonly bytes: number;
}

/** The tensors of a mixer that no linear layer reads; each has an int8 scale of its own. */
const SMALL = ["conv1d.weight", "conv1d.bias", "A_log", "D", "dt_bias", "dt_proj.bias"];
const LINEAR = ["in_proj.weight", "x_proj.weight", "dt_proj.weight", "out_proj.weight"];

/**
 * Rounds what is in the mixers: linear weights by the scheme, everything else to int8 per tensor as Quamba does; where
 * parts stand one below another (z, x, B, C and dt of Mamba2's input projection, the same of its convolution) each part
 * is a tensor of its own. Norms, embedding, head and the biases of the projections keep float32.
 * (arXiv 2410.13229 and 2503.22879; number formats spec, 6.2 and 6.4)
 */
export function roundMambaWeights({config, tensors}: MambaWeights, scheme: WeightScheme): RoundedWeights {
  const changed = new Map(tensors);
  let [elements, bytes] = [0, 0];
  const put = (name: string, {weight, bytes: packed}: Rounded) => {
    changed.set(name, weight);
    elements += weight.data.length;
    bytes += packed;
  };
  for (let layer = 0; layer < config.layers; layer++) {
    for (const part of [...LINEAR, ...SMALL]) {
      const name = layerTensor(layer, `mixer.${part}`);
      const w = tensors.get(name);
      if (w === undefined) continue;
      if (LINEAR.includes(part) && scheme !== "w8") put(name, fourBits(w, scheme));
      else if (part === "in_proj.weight") put(name, eightBits(w, projectionParts(config)));
      else if (part.startsWith("conv1d")) put(name, eightBits(w, convParts(config)));
      else put(name, eightBits(w, [w.shape[0]!]));
    }
  }
  return {weights: {config, tensors: changed}, elements, bytes};
}

interface Rounded {
  readonly weight: Tensor;
  readonly bytes: number;
}

const INT8 = int({bits: 8, scheme: "full", granularity: "tensor", rule: intRules.smoothquant});

/** Each run of rows to int8 with one scale. */
function eightBits({shape, data}: Tensor, parts: readonly number[]): Rounded {
  const width = data.length / shape[0]!;
  const rounded = new Float32Array(data.length);
  let [row, bytes] = [0, 0];
  for (const rows of parts) {
    const part = data.slice(row * width, (row + rows) * width);
    const packed = INT8.encode({shape: [rows, width], data: part});
    rounded.set(INT8.decode(packed).data, row * width);
    bytes += packedBytes(packed);
    row += rows;
  }
  return {weight: {shape, data: rounded}, bytes};
}

function fourBits(w: Tensor, scheme: "w4a16" | "w4a8"): Rounded {
  if (scheme === "w4a16") {
    const {codes, scales, values} = quantizeW4(w);
    return {weight: values, bytes: packCodes(codes, 4).length + scales.byteLength};
  }
  const {groups, groupRatios, channelScales, values} = quantizeW4A8(w);
  // Ratios are stored in float16.
  const scales = 2 * (groupRatios?.length ?? 0) + channelScales.byteLength;
  return {weight: values, bytes: packCodes(groups.codes, 4).length + scales};
}
