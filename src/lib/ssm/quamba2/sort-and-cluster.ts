import {requireInteger} from "../../tensor/require.js";
import type {HeadChannelGroups} from "./head-channel-groups.js";
import {kMeans} from "./k-means.js";
import {wardClusters} from "./ward-clusters.js";

/** The shape of the scan's input and how finely it is to be grouped. */
export interface ClusterOptions {
  /** SSD groups; heads move only inside theirs, since B and C are shared there. */
  readonly groups: number;
  /** Channels of a head. */
  readonly headDim: number;
  readonly headGroups?: number;
  readonly channelGroups?: number;
  /**
   * `members` groups the channels of a head group by the heads in it. `rows` is what the published code does: it reads
   * as many heads at the same places of the order before clustering, which are others, and stops k-means early.
   */
  readonly channelsOf?: "members" | "rows";
}

/** A new order of heads and channels, and the groups that stand side by side in it. */
export interface SortedClusters {
  /** The channel [H * P] of the old order at each place of the new. */
  readonly channelIndex: Int32Array;
  /** The head [H] of the old order at each place of the new. */
  readonly headIndex: Int32Array;
  /** Heads in each head group, [G][Hg]. */
  readonly headGroupSizes: readonly (readonly number[])[];
  /** Channels in each channel group, [G][Hg][Pg]. */
  readonly channelGroupSizes: readonly (readonly (readonly number[])[])[];
}

/**
 * Sort and cluster: inside every head the channels are sorted by magnitude; heads whose sorted profiles (scaled to unit
 * length) look alike are put side by side by Ward's clustering; and the sorted channels of each head group are cut into
 * ranges by k-means. What then shares a scale is of one magnitude. (arXiv 2503.22879, section 4.2)
 * @param magnitude a statistic of each channel of x after the convolution, [H * P]: in the paper the largest over
 *   calibration samples of the mean of |x| over tokens.
 * @throws RangeError if the statistic is no whole number of heads in each group or not finite, or a group has fewer
 *   heads or channels than it is to be cut into.
 */
export function sortAndCluster(
  magnitude: Float32Array,
  {groups, headDim, headGroups = 4, channelGroups = 4, channelsOf = "members"}: ClusterOptions,
): SortedClusters {
  const heads = headsPerGroup(magnitude, groups, headDim, channelGroups);
  const order = sortedChannels(magnitude, headDim);
  const profiles = unitProfiles(magnitude, order, headDim);
  const headIndex = new Int32Array(groups * heads);
  const headGroupSizes: number[][] = [];
  const channelGroupSizes: number[][][] = [];
  for (let g = 0; g < groups; g++) {
    const own = profiles.subarray(g * heads * headDim, (g + 1) * heads * headDim);
    const clusters = membersOf(wardClusters(own, headDim, headGroups), headGroups);
    headIndex.set(
      clusters.flat().map((head) => g * heads + head),
      g * heads,
    );
    headGroupSizes.push(clusters.map((members) => members.length));
    let first = 0;
    channelGroupSizes.push(
      clusters.map((members) => {
        const rows = members.map((_, i) => first + i);
        first += members.length;
        return channelsOf === "members"
          ? channelRanges(own, members, headDim, channelGroups, 0)
          : channelRanges(own, rows, headDim, channelGroups, 1e-4);
      }),
    );
  }
  const channelIndex = new Int32Array(magnitude.length);
  headIndex.forEach((head, place) => {
    channelIndex.set(order.subarray(head * headDim, (head + 1) * headDim), place * headDim);
  });
  return {channelIndex, headIndex, headGroupSizes, channelGroupSizes};
}

/** Sizes as the ends that {@link HeadChannelGroups} has. */
export function groupEnds({headGroupSizes, channelGroupSizes}: SortedClusters): HeadChannelGroups {
  const ends = (sizes: readonly number[]) => {
    let end = 0;
    return sizes.map((size) => {
      end += size;
      return end;
    });
  };
  return {headEnds: headGroupSizes.map(ends), channelEnds: channelGroupSizes.map((sizes) => sizes.map(ends))};
}

function headsPerGroup(
  magnitude: Float32Array,
  groups: number,
  headDim: number,
  channelGroups: number,
): number {
  requireInteger("sortAndCluster", "groups", groups, 1);
  requireInteger("sortAndCluster", "headDim", headDim, 1);
  const heads = magnitude.length / (groups * headDim);
  if (!Number.isInteger(heads) || heads === 0) {
    throw new RangeError(
      `sortAndCluster: magnitude must hold ${groups} groups of heads of ${headDim} channels, got ${magnitude.length}`,
    );
  }
  requireInteger("sortAndCluster", "channelGroups", channelGroups, 1, headDim);
  const bad = magnitude.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`sortAndCluster: magnitude must be finite, got ${magnitude[bad]} at index ${bad}`);
  }
  return heads;
}

/** The channels of each head by ascending magnitude, [H * P]. */
function sortedChannels(magnitude: Float32Array, headDim: number): Int32Array {
  const order = Int32Array.from(magnitude.keys());
  for (let from = 0; from < order.length; from += headDim) {
    order.subarray(from, from + headDim).sort((a, b) => magnitude[a] - magnitude[b] || a - b);
  }
  return order;
}

/** The sorted magnitudes of each head, scaled to length 1, [H * P]; a head of zeros stays zero. */
function unitProfiles(magnitude: Float32Array, order: Int32Array, headDim: number): Float64Array {
  const profiles = Float64Array.from(order, (channel) => magnitude[channel]);
  for (let from = 0; from < profiles.length; from += headDim) {
    const profile = profiles.subarray(from, from + headDim);
    const length = Math.fround(Math.hypot(...profile));
    if (length > 0) profile.set(profile.map((value) => Math.fround(value / length)));
  }
  return profiles;
}

/** The points of each label. */
function membersOf(labels: Int32Array, clusters: number): number[][] {
  const members = Array.from({length: clusters}, (): number[] => []);
  for (const [point, label] of labels.entries()) members[label].push(point);
  return members;
}

/** The sizes of the ranges into which k-means over the heads in `rows` cuts their sorted channels. */
function channelRanges(
  profiles: Float64Array,
  rows: readonly number[],
  headDim: number,
  channelGroups: number,
  tolerance: number,
): number[] {
  const width = rows.length;
  const points = Float64Array.from({length: headDim * width}, (_, i) => {
    return profiles[rows[i % width] * headDim + Math.floor(i / width)];
  });
  const centers = new Float64Array(channelGroups * width);
  for (let k = 0; k < channelGroups; k++) {
    const channel = k * Math.floor(headDim / channelGroups);
    centers.set(points.subarray(channel * width, (channel + 1) * width), k * width);
  }
  const sizes: number[] = Array(channelGroups).fill(0);
  let reached = 0;
  for (const label of kMeans(points, width, centers, {tolerance})) {
    // Sorted channels meet the centres in order; should one step back, its range still has no hole.
    reached = Math.max(reached, label);
    sizes[reached] = sizes[reached] + 1;
  }
  return sizes;
}
