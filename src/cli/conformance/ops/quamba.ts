import {packNibbles, quantizeEmbedding} from "../../../lib/ssm/quamba/quamba-embedding.js";
import {
  dequantizeGroups,
  type HeadChannelGroups,
  quantizeHeadChannels,
  quantizeStates,
} from "../../../lib/ssm/quamba2/head-channel-groups.js";
import {quantizeW4, quantizeW4A8} from "../../../lib/ssm/quamba2/quamba2-weights.js";
import {sortAndCluster} from "../../../lib/ssm/quamba2/sort-and-cluster.js";
import type {Tensor} from "../../../lib/tensor/tensor.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {numberArg} from "./formats-arguments.js";

type Inputs = Parameters<CaseOp>[1];

function need(inputs: Inputs, name: string): GoldenTensor {
  const input = inputs[name] as GoldenTensor | undefined;
  if (input === undefined) throw new TypeError(`inputs: ${name} is not there`);
  return input;
}

function tensorOf(inputs: Inputs, name: string): Tensor {
  const {data, shape} = need(inputs, name);
  return {shape, data: Float32Array.from(data)};
}

/** The last axis of a tensor as lists. */
function lists({data, shape}: GoldenTensor): number[][] {
  const width = shape.at(-1)!;
  return Array.from({length: data.length / width}, (_, row) => [
    ...data.slice(row * width, (row + 1) * width),
  ]);
}

function groupsOf(inputs: Inputs): HeadChannelGroups {
  const headEnds = lists(need(inputs, "head_range"));
  const ends = lists(need(inputs, "dim_range"));
  const perGroup = ends.length / headEnds.length;
  return {headEnds, channelEnds: headEnds.map((_, g) => ends.slice(g * perGroup, (g + 1) * perGroup))};
}

const groupedInts =
  (quantize: typeof quantizeHeadChannels, kind: "input" | "state"): CaseOp =>
  (args, inputs) => {
    const groups = groupsOf(inputs);
    const options = {bits: numberArg(args, "n_bits", 8), clipRatio: numberArg(args, "clip_ratio", 1)};
    const q = quantize(tensorOf(inputs, "x"), groups, options);
    return {q: q.codes, scales: q.scales, y: dequantizeGroups(q, groups, kind).data};
  };

const sortAndClusterOp: CaseOp = (args, inputs) => {
  const options = {
    groups: numberArg(args, "ssd_groups"),
    headDim: numberArg(args, "headdim"),
    headGroups: numberArg(args, "nhead_groups", 4),
    channelGroups: numberArg(args, "ndim_groups", 4),
  };
  const magnitude = Float32Array.from(need(inputs, "channel_stat").data);
  const ours = sortAndCluster(magnitude, options);
  const published = sortAndCluster(magnitude, {...options, channelsOf: "rows"});
  return {
    channel_index: ours.channelIndex,
    head_index: ours.headIndex,
    head_group_sizes: ours.headGroupSizes.flat(),
    dim_group_sizes: published.channelGroupSizes.flat(2),
    dim_group_sizes_corrected: ours.channelGroupSizes.flat(2),
  };
};

/** [rows, columns] to [columns, rows]. */
function transpose<Numbers extends Int8Array | Float32Array>(data: Numbers, rows: number): Numbers {
  const columns = data.length / rows;
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]) as Numbers;
}

/** A file has [in, out], the library [out, in]; a group of -1 is a whole column. */
const w4Weights: CaseOp = (args, inputs) => {
  const w = tensorOf(inputs, "w");
  const [columns, rows] = w.shape;
  const weight = {shape: [rows, columns], data: transpose(w.data, columns)};
  const group = numberArg(args, "group");
  const options = {bits: numberArg(args, "n_bits", 4), groupSize: group === -1 ? columns : group};
  if (args.scheme === "w4a8") {
    const {groups, groupRatios, channelScales, values} = quantizeW4A8(weight, options);
    return {
      codes: offsetCodes(transpose(groups.codes, rows), args),
      y: transpose(values.data, rows),
      ...(groupRatios && {group_over_channel_scale: transpose(groupRatios, rows)}),
      channel_scale: channelScales,
    };
  }
  const {codes, scales, values} = quantizeW4(weight, options);
  return {
    codes: offsetCodes(transpose(codes, rows), args),
    scale: transpose(scales, rows),
    y: transpose(values.data, rows),
  };
};

function offsetCodes(codes: Int8Array, args: Readonly<Record<string, unknown>>): Int8Array {
  const zero = numberArg(args, "code_of_zero", 0);
  return codes.map((code) => code + zero);
}

const embedding: CaseOp = (args, inputs) => {
  const bits = numberArg(args, "n_bits") as 4 | 8;
  const rowScale = args.row_scale === "signed-max" ? "signed-max" : "abs-max";
  const {codes, scales} = quantizeEmbedding(tensorOf(inputs, "w"), {bits, rowScale});
  if (bits === 8) return {codes, scale: scales};
  const nibbles = args.nibble_columns as readonly number[] | undefined;
  return {codes, packed: packNibbles(codes, nibbles), scale: scales};
};

export const ops: Ops = {
  cases: {
    int8_head_channel_groups: groupedInts(quantizeHeadChannels, "input"),
    int8_state_groups: groupedInts(quantizeStates, "state"),
    quamba2_sort_and_cluster: sortAndClusterOp,
    w4_group_symmetric_2_15: w4Weights,
    embedding_w4_w8: embedding,
  },
};
