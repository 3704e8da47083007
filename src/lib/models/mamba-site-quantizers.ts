/** Quantizers of one tensor in a forward pass: they watch it during calibration and round it afterwards. */

import {quantizeStatically} from "../quant/activations.js";
import {type ObservedRange, type Observer, quantizationParameters} from "../quant/observers.js";
import {
  dequantizeGroups,
  type GroupedInts,
  type HeadChannelGroups,
  quantizeHeadChannels,
  quantizeStates,
} from "../ssm/head-channel-groups.js";
import type {Tensor} from "../tensor/tensor.js";

/** Tensors are [rows, columns]. */
export interface SiteQuantizer {
  /** Takes a batch of calibration into account. */
  observe(x: Tensor): void;
  /** x rounded and back. @throws RangeError if it needs calibration and has seen nothing. */
  quantize(x: Tensor): Tensor;
}

/** int8 with the scales that an observer ends with. */
export function staticQuantizer(observer: Observer): SiteQuantizer {
  let range: ObservedRange | null = null;
  return {
    observe(x) {
      range = observer(range, x);
    },
    quantize(x) {
      if (range === null) throw notCalibrated();
      return quantizeStatically(x, quantizationParameters(range));
    },
  };
}

/** int8 with a scale from each row itself. */
export function dynamicQuantizer(observer: Observer): SiteQuantizer {
  return {
    observe() {},
    quantize: ({shape, data}) => {
      const columns = shape.at(-1)!;
      const rounded = new Float32Array(data.length);
      for (let from = 0; from < data.length; from += columns) {
        const row = {shape: [1, columns], data: data.subarray(from, from + columns)};
        rounded.set(quantizeStatically(row, quantizationParameters(observer(null, row))).data, from);
      }
      return {shape, data: rounded};
    },
  };
}

/** Parts of a row that stand side by side, each with a quantizer of its own. */
export function partsQuantizer(
  widths: readonly number[],
  quantizers: readonly SiteQuantizer[],
): SiteQuantizer {
  const part = ({shape, data}: Tensor, from: number, width: number): Tensor => {
    const columns = shape.at(-1)!;
    const rows = data.length / columns;
    const values = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      values.set(data.subarray(row * columns + from, row * columns + from + width), row * width);
    }
    return {shape: [rows, width], data: values};
  };
  const each = (visit: (quantizer: SiteQuantizer, from: number, width: number) => void): void => {
    let from = 0;
    quantizers.forEach((quantizer, i) => {
      visit(quantizer, from, widths[i]!);
      from += widths[i]!;
    });
  };
  return {
    observe(x) {
      each((quantizer, from, width) => quantizer.observe(part(x, from, width)));
    },
    quantize(x) {
      const columns = x.shape.at(-1)!;
      const rounded = new Float32Array(x.data.length);
      each((quantizer, from, width) => {
        const {data} = quantizer.quantize(part(x, from, width));
        for (let row = 0; row * columns < rounded.length; row++) {
          rounded.set(data.subarray(row * width, (row + 1) * width), row * columns + from);
        }
      });
      return {shape: x.shape, data: rounded};
    },
  };
}

/** int8 with a static scale for each group of channels in a group of heads; rows are [heads, headDim]. */
export function headChannelQuantizer(groups: HeadChannelGroups, heads: number): SiteQuantizer {
  return groupedQuantizer("input", groups, quantizeHeadChannels, ({shape, data}) => {
    return {shape: [shape[0]!, heads, shape[1]! / heads], data};
  });
}

/** The same for a state [heads, headDim, N], with a scale for each number of state. */
export function groupedStateQuantizer(groups: HeadChannelGroups, shape: readonly number[]): SiteQuantizer {
  return groupedQuantizer("state", groups, quantizeStates, ({data}) => ({shape, data}));
}

function groupedQuantizer(
  kind: "input" | "state",
  groups: HeadChannelGroups,
  quantize: (x: Tensor, groups: HeadChannelGroups, options?: {scales?: Float32Array}) => GroupedInts,
  shaped: (x: Tensor) => Tensor,
): SiteQuantizer {
  let largest: Float32Array | null = null;
  return {
    observe(x) {
      const {scales} = quantize(shaped(x), groups);
      largest = scales.map((scale, i) => Math.max(scale, largest?.[i] ?? 0));
    },
    quantize(x) {
      if (largest === null) throw notCalibrated();
      const q = quantize(shaped(x), groups, {scales: largest});
      return {shape: x.shape, data: dequantizeGroups(q, groups, kind).data};
    },
  };
}

function notCalibrated(): RangeError {
  return new RangeError("siteQuantizer: a static quantizer must have seen a calibration text, got none");
}
