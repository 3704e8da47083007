/** Quantizers of the scan's input and state with a static scale for each group of channels in a group of heads. */

import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {type Int8Quantizer, notCalibrated, packedInt8} from "../quantize/int8-quantizers.js";
import {
  dequantizeGroups,
  type GroupedInts,
  type HeadChannelGroups,
  quantizeHeadChannels,
  quantizeStates,
} from "./head-channel-groups.js";

/** int8 with a static scale for each group of channels in a group of heads; rows are [heads, headDim]. */
export function headChannelQuantizer(groups: HeadChannelGroups, heads: number): Int8Quantizer {
  return groupedQuantizer("input", groups, quantizeHeadChannels, (shape) => {
    return [elementCount(shape) / shape.at(-1)!, heads, shape.at(-1)! / heads];
  });
}

/** The same for a state [heads, headDim, N], with a scale for each number of state. */
export function groupedStateQuantizer(groups: HeadChannelGroups, shape: readonly number[]): Int8Quantizer {
  return groupedQuantizer("state", groups, quantizeStates, () => shape);
}

function groupedQuantizer(
  kind: "input" | "state",
  groups: HeadChannelGroups,
  quantize: (x: Tensor, groups: HeadChannelGroups, options?: {scales?: Float32Array}) => GroupedInts,
  inGroups: (shape: readonly number[]) => readonly number[],
): Int8Quantizer {
  let largest: Float32Array | null = null;
  const scales = (): Float32Array => {
    if (largest === null) throw notCalibrated();
    return largest;
  };
  const shaped = ({shape, data}: Tensor): Tensor => ({shape: [...inGroups(shape)], data});
  return {
    observe(x) {
      const seen = quantize(shaped(x), groups).scales;
      largest = seen.map((scale, i) => Math.max(scale, largest?.[i] ?? 0));
    },
    encode(x) {
      const {codes} = quantize(shaped(x), groups, {scales: scales()});
      return packedInt8(x, {codes: new Uint8Array(codes.buffer)});
    },
    decode({shape, parts}) {
      const codes = new Int8Array(parts.codes!.slice().buffer);
      const q = {shape: inGroups(shape), codes, scales: scales()};
      return {shape: [...shape], data: dequantizeGroups(q, groups, kind).data};
    },
    fixedBytes: () => scales().byteLength,
  };
}
