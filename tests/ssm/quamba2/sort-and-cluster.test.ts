import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {kMeans} from "../../../src/lib/ssm/quamba2/k-means.js";
import {groupEnds, sortAndCluster} from "../../../src/lib/ssm/quamba2/sort-and-cluster.js";
import {wardClusters} from "../../../src/lib/ssm/quamba2/ward-clusters.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

describe("Ward's clustering", () => {
  test("finds the clumps of points on a line, however many it is asked for", () => {
    const points = Float64Array.of(0, 10, 0.1, 10.2, 30, 0.2, 30.5);
    const partition = (clusters: number) => {
      const labels = wardClusters(points, 1, clusters);
      return [...new Set(labels)]
        .map((label) => [...labels.keys()].filter((i) => labels[i] === label).join())
        .sort();
    };
    expect(partition(1)).toEqual(["0,1,2,3,4,5,6"]);
    expect(partition(2)).toEqual(["0,1,2,3,5", "4,6"]);
    expect(partition(3)).toEqual(["0,2,5", "1,3", "4,6"]);
    expect(partition(7)).toHaveLength(7);
  });

  test("weighs distance by size: two single points merge before one joins a large cluster as near", () => {
    const points = Float64Array.of(0, 0, 0, 0, 2, 4);
    const labels = wardClusters(points, 1, 2);
    expect(labels[4]).toBe(labels[5]);
    expect(labels[4]).not.toBe(labels[0]);
  });

  test("numbers clusters as a heap of merges does, the latest on top", () => {
    // Merges in order: (0,1), (2,3), (4,5), then the first two clumps, then all.
    const points = Float64Array.of(0, 1, 10, 12, 100, 103);
    expect([...wardClusters(points, 1, 2)]).toEqual([0, 0, 0, 0, 1, 1]);
    expect([...wardClusters(points, 1, 3)]).toEqual([2, 2, 1, 1, 0, 0]);
  });

  test("every merge is the cheapest there is: the tree is the same for points in any order", () => {
    // Drawn numbers have no ties, in which the order of the points would decide.
    const points = fc.record({seed: fc.nat(), count: fc.integer({min: 3, max: 12})}).map(({seed, count}) => {
      const random = randomStream(seed, "points on a line");
      return Array.from({length: count}, () => random.normal());
    });
    fc.assert(
      fc.property(points, fc.integer({min: 1, max: 3}), (values, clusters) => {
        const sets = (list: number[]) => {
          const labels = wardClusters(Float64Array.from(list), 1, clusters);
          const of = (label: number) => list.filter((_, i) => labels[i] === label).sort((a, b) => a - b);
          return Array.from({length: clusters}, (_, label) => of(label).join()).sort();
        };
        expect(sets([...values].reverse())).toEqual(sets(values));
      }),
      {seed: 3, numRuns: 200},
    );
  });

  test.each([0, 4, 1.5])("refuses %s clusters of three points", (clusters) => {
    expect(() => wardClusters(new Float64Array(6), 2, clusters)).toThrow(
      `wardClusters: clusters must be an integer from 1 to 3, got ${clusters}`,
    );
  });
});

describe("k-means", () => {
  test("moves the given centres to the means of their points", () => {
    const points = Float64Array.of(0, 1, 2, 10, 11, 12);
    expect([...kMeans(points, 1, Float64Array.of(0, 1))]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...kMeans(points, 1, Float64Array.of(12, 0))]).toEqual([1, 1, 1, 0, 0, 0]);
  });

  test("a centre without points takes the point that is farthest from its own", () => {
    const clumps = Float64Array.of(0, 0, 0, 0, 0, 0, 1, 1);
    expect([...kMeans(clumps, 2, new Float64Array(4))]).toEqual([0, 0, 0, 1]);
    expect([...kMeans(Float64Array.of(0, 1, 2, 9, 10, 11), 1, Float64Array.of(0, 50, 60))]).toEqual([
      0, 0, 0, 2, 2, 1,
    ]);
    expect([...kMeans(Float64Array.of(3), 1, Float64Array.of(1, 1, 1))]).toEqual([0]);
  });

  test("a tolerance stops it while points would still move", () => {
    const points = Float64Array.from({length: 40}, (_, i) => i + (i > 20 ? 3 : 0));
    const centers = Float64Array.of(0, 1);
    const [done, early] = [0, 10].map((tolerance) => kMeans(points, 1, centers, {tolerance}));
    expect(early).not.toEqual(done);
    expect(kMeans(points, 1, centers, {tolerance: 1e-12})).toEqual(done);
  });

  test("refuses centres of another width", () => {
    expect(() => kMeans(new Float64Array(4), 2, new Float64Array(3))).toThrow(
      "kMeans: centers must hold rows of 2 numbers, got 3",
    );
  });
});

describe("sort and cluster", () => {
  const [groups, heads, headDim] = [2, 7, 8];
  const options = {groups, headDim, headGroups: 3, channelGroups: 2};
  const stream = randomStream(9, "channel statistics");
  const magnitude = draws(groups * heads * headDim, () => Math.abs(stream.studentT(2)));
  const found = sortAndCluster(magnitude, options);

  test("gives a new order in which heads stay in their SSD group and channels in their head", () => {
    const {channelIndex, headIndex} = found;
    expect([...channelIndex].sort((a, b) => a - b)).toEqual([...magnitude.keys()]);
    headIndex.forEach((head, place) => {
      expect(Math.floor(head / heads)).toBe(Math.floor(place / heads));
      const channels = channelIndex.slice(place * headDim, (place + 1) * headDim);
      expect(channels.every((channel) => Math.floor(channel / headDim) === head)).toBe(true);
      const sorted = [...channels].map((channel) => magnitude[channel]);
      expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    });
  });

  test("cuts every group into as many groups as asked for, whose sizes add up", () => {
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(found.headGroupSizes.map(sum)).toEqual([heads, heads]);
    expect(found.headGroupSizes.flat()).toHaveLength(6);
    expect(found.headGroupSizes.flat().every((size) => size > 0)).toBe(true);
    expect(found.channelGroupSizes.flat().map(sum)).toEqual(Array(6).fill(headDim));
    const {headEnds, channelEnds} = groupEnds(found);
    expect(headEnds.map((ends) => ends.at(-1))).toEqual([heads, heads]);
    expect(channelEnds.flat().map((ends) => ends.at(-1))).toEqual(Array(6).fill(headDim));
    expect(headEnds[0][1] - headEnds[0][0]).toBe(found.headGroupSizes[0][1]);
  });

  test("puts heads of one profile side by side, whatever their loudness and the order of their channels", () => {
    const [flat, steep] = [
      [1, 1, 1, 1],
      [0, 0, 0, 1],
    ] as const;
    const profiles = [flat, steep, flat, steep, steep].map((profile, head) =>
      profile.map((_, i) => (head + 1) * profile[(i + head) % 4]),
    );
    const {headIndex, headGroupSizes, channelGroupSizes} = sortAndCluster(
      Float32Array.from(profiles.flat()),
      {
        groups: 1,
        headDim: 4,
        headGroups: 2,
        channelGroups: 2,
      },
    );
    const first = [...headIndex.slice(0, headGroupSizes[0][0])];
    expect([
      [0, 2],
      [1, 3, 4],
    ]).toContainEqual(first);
    const ofSteep = channelGroupSizes[0][first.length === 3 ? 0 : 1];
    expect(ofSteep).toEqual([3, 1]);
  });

  test("a louder head or a silent one changes nothing but its own place", () => {
    const silent = magnitude.map((value, i) => (i < headDim ? 0 : value));
    expect(() => sortAndCluster(silent, options)).not.toThrow();
    const louder = magnitude.map((value, i) => (i < headDim ? 1024 * value : value));
    expect(sortAndCluster(louder, options)).toEqual(found);
  });

  test.each([
    [{...options, headDim: 5}, "magnitude must hold 2 groups of heads of 5 channels, got 112"],
    [{...options, channelGroups: 9}, "channelGroups must be an integer from 1 to 8, got 9"],
    [{...options, groups: 0}, "groups must be an integer of at least 1, got 0"],
    [{...options, headGroups: 8}, "wardClusters: clusters must be an integer from 1 to 7, got 8"],
  ])("refuses %j", (wrong, message) => {
    expect(() => sortAndCluster(magnitude, wrong)).toThrow(message);
  });

  test("refuses a statistic that is no number", () => {
    const bad = magnitude.map((value, i) => (i === 3 ? Number.POSITIVE_INFINITY : value));
    expect(() => sortAndCluster(bad, options)).toThrow("magnitude must be finite, got Infinity at index 3");
  });
});
