import {describe, expect, test} from "vitest";
import {
  confidenceEntropy,
  groupSizes,
  type SegmentationRule,
  segmentationRules,
} from "../../src/lib/decoding/hamburger/segmentation.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const sizes = (rule: SegmentationRule, entropies: number[], threshold = 1, most = 4) =>
  groupSizes(entropies, {rule, threshold, most});

describe("the entropy of a confidence", () => {
  test("is 4.139 nats at 0.7 for 128,256 tokens, and none at 1", () => {
    expect(confidenceEntropy(0.7, 128256)).toBeCloseTo(4.139, 3);
    expect(confidenceEntropy(1, 128256)).toBe(0);
    expect(confidenceEntropy(0.25, 4)).toBeCloseTo(Math.log(4), 12);
    expect(() => confidenceEntropy(0, 4)).toThrow("confidence must be above 0");
    expect(() => confidenceEntropy(0.5, 1)).toThrow("vocabSize");
  });
});

describe.each(segmentationRules.all.map((rule) => ({id: rule.id, rule})))("$id", ({rule}) => {
  test("puts every token into one group, of at most as many as there is room for", () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = randomStream(seed, "entropies");
      const entropies = Array.from({length: random.integer(60)}, () => 5 * random.uniform() ** 4);
      const most = 1 + random.integer(5);
      const groups = sizes(rule, entropies, 4 * random.uniform(), most);
      expect(groups.reduce((sum, size) => sum + size, 0)).toBe(entropies.length);
      expect(groups.every((size) => size >= 1 && size <= most)).toBe(true);
    }
  });

  test("leaves every token alone where a group holds one", () => {
    expect(sizes(rule, [0, 0, 0, 0], 9, 1)).toEqual([1, 1, 1, 1]);
  });
});

describe("the rules", () => {
  const [sliding, small, decreasing] = segmentationRules.all;
  const entropies = [3, 0.5, 0.2, 0.1, 0.2, 0.3, 2, 2, 0.02];

  test("join by hand as written", () => {
    expect(sizes(sliding, entropies)).toEqual([4, 2, 1, 2]);
    expect(sizes(small, entropies)).toEqual([1, 4, 1, 1, 1, 1]);
    // 0.5 < 0.9, then all below 0.9 until the group is full; 0.3 is not below 0.3 of 0.2.
    expect(sizes(decreasing, entropies)).toEqual([4, 1, 1, 1, 2]);
  });

  test("sliding merges nothing at a confidence of 1; a higher threshold never gives more groups", () => {
    expect(sizes(sliding, entropies, confidenceEntropy(1, 256))).toEqual(entropies.map(() => 1));
    for (const rule of [sliding, small]) {
      const counts = [0, 0.3, 1, 2.5, 9].map((threshold) => sizes(rule, entropies, threshold).length);
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    }
  });
});
