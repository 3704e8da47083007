import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {decoderSizes} from "../../../src/lib/engine/cache/sizes.js";
import {equalRanks, SAME_SIZE} from "../../../src/lib/experiments/claims/kv-caches/equal-bytes.js";
import {layersOf} from "../../../src/lib/experiments/claims/kv-caches/evidence.js";
import {
  largestRank,
  type Sharing,
  sharings,
  TECHNIQUES,
  WHOLE,
  type XkvSharing,
} from "../../../src/lib/experiments/kv/sharings.js";
import {DECODER_IDS, DECODERS} from "../../../src/lib/experiments/shared/decoders.js";

const ALL = {techniques: TECHNIQUES, groupSizes: [1, 2, 4, 8], keptKeys: [0.0625, 0.125, 0.25, 0.5, 1]};
const isXkv = (sharing: Sharing): sharing is XkvSharing => "rankV" in sharing;
/** Numbers of a cache of groups: a basis of the tokens and a factor for each layer, keys and values. */
const numbersOf = (
  {layers, width, tokens}: {layers: number; width: number; tokens: number},
  {groupSize, rankK, rankV}: {groupSize: number; rankK: number; rankV: number},
) => {
  let sum = 0;
  for (let first = 0; first < layers; first += groupSize) {
    const columns = Math.min(groupSize, layers - first) * width;
    for (const rank of [rankK, rankV]) sum += Math.min(rank * (tokens + columns), tokens * columns);
  }
  return sum;
};

describe.each(DECODER_IDS)("ways of %s to share layers", (id) => {
  const config = DECODERS[id];
  const width = config.kvHeads * config.headDim;
  const all = sharings(config, ALL);

  test("have names of their own, and groups no larger than the model", () => {
    const names = [WHOLE, ...all].map(({name}) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const {groupSize} of all) expect(groupSize).toBeLessThanOrEqual(config.layers);
    const groups = new Set(all.filter(isXkv).map(({groupSize}) => groupSize));
    expect([...groups]).toEqual([1, 2, 4, 8].filter((size) => size <= config.layers));
  });

  test("keep components as a share of the width, half as many again for values, never more than all", () => {
    for (const sharing of all.filter(isXkv)) {
      const [keys, values] = [sharing.rankK / sharing.groupSize, sharing.rankV / sharing.groupSize];
      expect(ALL.keptKeys.map((kept) => Math.round(kept * width))).toContain(keys);
      expect(values).toBe(Math.min(width, Math.round(1.5 * keys)));
      expect(sharing.name).toBe(
        `${sharing.groupSize === 1 ? "SVD" : `xKV-${sharing.groupSize}`} ${keys}, ${values}`,
      );
      expect(sharing.technique).toBe(sharing.groupSize === 1 ? "single-layer SVD" : "xKV");
    }
  });

  test("shrink a text without end by the width over its components, one where nothing is saved", () => {
    for (const {rankK, rankV, groupSize, limitRatio} of all.filter(isXkv)) {
      const perLayer = Math.min(width, rankK / groupSize) + Math.min(width, rankV / groupSize);
      expect(limitRatio).toBeCloseTo((2 * width) / perLayer, 3);
      expect(limitRatio).toBeGreaterThanOrEqual(1);
    }
  });

  test("of the same components shrink a text without end alike, whatever the group", () => {
    const limits = new Map<string, number[]>();
    for (const {rankK, groupSize, limitRatio} of all.filter(isXkv)) {
      const key = String(rankK / groupSize);
      limits.set(key, [...(limits.get(key) ?? []), limitRatio]);
    }
    for (const ratios of limits.values()) expect(Math.max(...ratios) / Math.min(...ratios)).toBeCloseTo(1, 9);
  });

  test("by merging begin at the middle layer or at the first, by the paper's rule or the released one", () => {
    const merged = all.filter((sharing) => "rule" in sharing);
    expect(merged.map(({technique, rule, first}) => [technique, rule, first])).toEqual([
      ["MiniCache", "correct", config.layers / 2],
      ["MiniCache", "correct", 0],
      ["MiniCache, released", "released", config.layers / 2],
      ["MiniCache, released", "released", 0],
    ]);
    for (const {gamma, groupSize} of merged) expect([gamma, groupSize]).toEqual([0.05, 2]);
  });

  test("need a decomposition as large as the largest of a group's values", () => {
    for (const groupSize of [1, 2, 4, 8]) {
      const ranks = all.filter(isXkv).filter((sharing) => sharing.groupSize === groupSize);
      expect(largestRank(all, groupSize)).toBe(Math.max(0, ...ranks.map(({rankV}) => rankV)));
    }
    expect(largestRank([], 4)).toBe(0);
    expect(largestRank([WHOLE], 1)).toBe(0);
  });
});

test("only what was chosen is listed", () => {
  const config = DECODERS["decoder-small"];
  expect(sharings(config, {techniques: [], groupSizes: [1], keptKeys: [1]})).toEqual([]);
  expect(sharings(config, {techniques: ["xKV"], groupSizes: [8], keptKeys: [0.5]})).toEqual([]);
  expect(sharings(config, {techniques: ["xKV"], groupSizes: [2, 4], keptKeys: [0.25, 0.5]})).toHaveLength(4);
  expect(sharings(config, {techniques: ["MiniCache"], groupSizes: [], keptKeys: []})).toHaveLength(2);
});

describe("ranks of equal bytes", () => {
  const shapes = fc.record({
    layers: fc.constantFrom(4, 8, 16, 32),
    width: fc.constantFrom(32, 64, 256, 1024),
    tokens: fc.constantFrom(128, 256, 1024, 65_536),
    times: fc.constantFrom(4, 8),
  });

  test("are equal to 1 % for every group, and near what was asked where there is room", () => {
    fc.assert(
      fc.property(shapes, ({layers, width, tokens, times}) => {
        const ranks = equalRanks(layersOf(layers, width), tokens, {groupSizes: [1, 2, 4], times});
        const sizes = ranks.map((rank) => numbersOf({layers, width, tokens}, rank));
        expect(ranks.map(({groupSize}) => groupSize)).toEqual([1, 2, 4]);
        // Each is within 1 % of the largest group's: of two, one may lie above and one below.
        for (const size of sizes)
          expect(Math.abs(size / sizes[2] - 1)).toBeLessThanOrEqual(SAME_SIZE + 1e-12);
        for (const {rankK, rankV} of ranks) {
          expect(Math.min(rankK, rankV)).toBeGreaterThanOrEqual(1);
          expect(Math.abs(rankK - 0.4 * (rankK + rankV))).toBeLessThanOrEqual(1);
        }
        const achieved = (2 * layers * width * tokens) / sizes[2];
        expect(achieved / times).toBeGreaterThan(0.6);
        expect(achieved / times).toBeLessThan(1.7);
      }),
      {seed: 51, numRuns: 40},
    );
  });

  test("give larger groups fewer components for each layer, the more so the shorter the text", () => {
    const perLayer = (tokens: number) =>
      equalRanks(layersOf(32, 1024), tokens, {groupSizes: [1, 4], times: 8}).map(
        ({groupSize, rankK, rankV}) => (rankK + rankV) / groupSize,
      );
    const [shortAlone, shortFour] = perLayer(1024);
    const [longAlone, longFour] = perLayer(65_536);
    expect(shortFour).toBeLessThan(shortAlone);
    expect(longFour).toBeLessThan(longAlone);
    expect(shortFour / shortAlone).toBeLessThan(longFour / longAlone);
  });

  test("stand in the order in which the groups were asked for", () => {
    const sizes = decoderSizes(DECODERS["decoder-large"]);
    const [a, b] = [
      [4, 1, 2],
      [1, 2, 4],
    ].map((groupSizes) => equalRanks(sizes, 256, {groupSizes, times: 8}));
    expect(a.map(({groupSize}) => groupSize)).toEqual([4, 1, 2]);
    expect([...a].sort((x, y) => x.groupSize - y.groupSize)).toEqual(b);
  });
});
