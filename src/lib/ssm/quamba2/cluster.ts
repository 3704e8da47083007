/** Sort and cluster: heads and channels in an order in which those of one magnitude stand side by side and share a scale. */

import type {Mamba2Config} from "../../engine/mamba/mamba-config.js";
import {layerTensor, type MambaWeights} from "../../engine/mamba/mamba-weights.js";
import type {Tensor} from "../../tensor/tensor.js";
import {channelMagnitudes} from "../quantize/channel-magnitudes.js";
import {staticMemoryBytes} from "../quantize/memory-bytes.js";
import {type Draft, needsHeads, type ReadTexts, replacing, scanQuantizer} from "../scan-quantizer.js";
import {plainStatic} from "../static.js";
import {headChannelQuantizer} from "./grouped-quantizers.js";
import type {HeadChannelGroups} from "./head-channel-groups.js";
import {rearrangeMixer} from "./rearrange.js";
import {groupEnds, type SortedClusters, sortAndCluster} from "./sort-and-cluster.js";
import {groupsOfHeads} from "./state-groups.js";

/** The knobs of clustering; the defaults are the paper's. */
export const CLUSTER_PARAMS = {
  headGroups: {
    kind: "integer",
    label: "Groups of heads that share scales",
    help: "In each group of heads that shares B and C.",
    min: 1,
    max: 256,
    default: 4,
    advanced: true,
  },
  channelGroups: {
    kind: "integer",
    label: "Groups of channels in each",
    min: 1,
    max: 256,
    default: 4,
    advanced: true,
  },
} as const;

/** Numbers of groups of heads, and of channels in each, that clustering makes of a state group. */
export interface ClusterCounts {
  readonly headGroups: number;
  readonly channelGroups: number;
}

/**
 * Sorts a model's heads and channels and gives the scan's input a static scale for each group; `groups` are what stands
 * together afterwards, by layer. (arXiv 2503.22879, section 4.2)
 * @throws RangeError if a state group has fewer heads or channels than it is to be cut into.
 */
export async function clusteredDraft(
  draft: Draft,
  counts: ClusterCounts,
  readTexts: ReadTexts,
): Promise<{readonly draft: Draft; readonly groups: readonly HeadChannelGroups[]}> {
  const {heads} = draft.weights.config as Mamba2Config;
  const orders = await clusterOrders(draft.weights, counts, readTexts);
  const groups = orders.map(groupEnds);
  const sorted = {...draft, weights: withSortedChannels(draft.weights, orders)};
  return {
    draft: replacing(sorted, (layer) => ({x: headChannelQuantizer(groups[layer], heads)})),
    groups,
  };
}

/** The order of every layer, from the largest over texts of the mean |x| over tokens of each channel. */
async function clusterOrders(
  weights: MambaWeights,
  {headGroups, channelGroups}: ClusterCounts,
  readTexts: ReadTexts,
): Promise<SortedClusters[]> {
  const {groups, headDim, heads, layers} = weights.config as Mamba2Config;
  if (headGroups > heads / groups) {
    throw new RangeError(
      `quantizeMamba: headGroups must be an integer from 1 to the ${heads / groups} heads of a state group, got ${headGroups}`,
    );
  }
  const magnitude = await channelMagnitudes(weights, ["x"], readTexts, "mean");
  return Array.from({length: layers}, (_, layer) =>
    sortAndCluster(magnitude(layer, "x"), {groups, headDim, headGroups, channelGroups}),
  );
}

/** Every layer's channels and heads in the order that sorting and clustering found for it. */
export function withSortedChannels(
  {config, tensors}: MambaWeights,
  orders: readonly SortedClusters[],
): MambaWeights {
  const changed = new Map(tensors);
  orders.forEach((order, layer) => {
    const at = (name: string) => layerTensor(layer, `mixer.${name}`);
    const need = (name: string) => tensors.get(at(name))!;
    const [inProjBias, convBias] = [tensors.get(at("in_proj.bias")), tensors.get(at("conv1d.bias"))];
    const sorted = rearrangeMixer(
      {
        inProj: need("in_proj.weight"),
        ...(inProjBias && {inProjBias}),
        convWeight: need("conv1d.weight"),
        ...(convBias && {convBias}),
        dtBias: need("dt_bias"),
        aLog: need("A_log"),
        d: need("D"),
        norm: need("norm.weight"),
        outProj: need("out_proj.weight"),
      },
      order,
    );
    const names: Readonly<Record<string, Tensor | undefined>> = {
      "in_proj.weight": sorted.inProj,
      "in_proj.bias": sorted.inProjBias,
      "conv1d.weight": sorted.convWeight,
      "conv1d.bias": sorted.convBias,
      dt_bias: sorted.dtBias,
      A_log: sorted.aLog,
      D: sorted.d,
      "norm.weight": sorted.norm,
      "out_proj.weight": sorted.outProj,
    };
    for (const [name, tensor] of Object.entries(names)) if (tensor) changed.set(at(name), tensor);
  });
  return {config, tensors: changed};
}

/** Quamba2's sorting and clustering of the scan input alone, with one scale each for B, C and the state. */
export const cluster = scanQuantizer({
  id: "cluster",
  label: "Sorted and clustered scan input",
  source: "Quamba2, arXiv:2503.22879, section 4.2",
  family: "state-space",
  kind: "repair",
  params: CLUSTER_PARAMS,
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: false,
  ownStateScales: false,
  refuses: needsHeads,
  plainQuantizer: plainStatic,
  steps: (_, counts) => ({
    scales: [async (draft, readTexts) => (await clusteredDraft(draft, counts, readTexts)).draft],
  }),
  memoryBytes: (config, {headGroups, channelGroups}, roundsEnds) =>
    staticMemoryBytes(config, roundsEnds, {x: groupsOfHeads(config) * headGroups * channelGroups}),
});
