import {describe, expect, test} from "vitest";
import {
  formatReward,
  groupAdvantages,
  shareBetween,
  shareReward,
  tagCountReward,
} from "../../src/lib/decoding/split-reason/rewards.js";
import {splitSecondsPerToken} from "../../src/lib/decoding/split-reason/split-time.js";
import {coveragePercent, handedOver} from "../../src/lib/decoding/split-reason/tags.js";
import {chainRound, layersBytes} from "../../src/lib/decoding/subspec/offload.js";

describe("parts that are handed over", () => {
  test("reach from a tag to its end, or to the end of the text", () => {
    expect(handedOver("a<bigmodel>b</bigmodel>c")).toEqual([{from: 1, to: 23}]);
    expect(handedOver("a<bigmodel>b")).toEqual([{from: 1, to: 12}]);
    expect(handedOver("</bigmodel>")).toEqual([]);
    expect(coveragePercent("")).toBe(0);
  });

  test("are counted in characters, not in halves of them", () => {
    // A character beyond the basic plane is one, as it is for the authors' code.
    expect(coveragePercent("𝒙<bigmodel>𝒙</bigmodel>")).toBeCloseTo((100 * 22) / 23, 12);
    expect(shareBetween("𝒙<bigmodel>𝒙</bigmodel>")).toBeCloseTo(1 / 23, 12);
  });
});

describe("rewards", () => {
  const good = "<think>\na <bigmodel>b</bigmodel>\n</think>\n<answer>\n\\boxed{1}\n</answer>";

  test("want the shape, and tags that open and close in turn", () => {
    expect(formatReward(good)).toBe(2);
    expect(formatReward(good.replace("</bigmodel>", ""))).toBe(1);
    expect(formatReward(`x${good}`)).toBe(1);
    expect(formatReward("<bigmodel>a<bigmodel>b</bigmodel>")).toBe(0);
  });

  test("rise to the share that is wanted and fall after it, without a step", () => {
    expect(shareReward(0)).toBe(0);
    expect(shareReward(0.4)).toBe(1);
    expect(shareReward(1)).toBeCloseTo(-1, 12);
    for (let share = 0.01; share < 1; share += 0.01)
      expect(Math.abs(shareReward(share + 0.01) - shareReward(share))).toBeLessThan(0.04);
    expect(tagCountReward(good.replace("</bigmodel>", ""))).toBeLessThan(tagCountReward(good));
  });

  test("become advantages with mean 0, whatever is added to all", () => {
    const rewards = [1, 2, 4, 4.5];
    const advantages = Array.from(groupAdvantages(rewards));
    expect(advantages.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    Array.from(groupAdvantages(rewards.map((reward) => reward + 7))).forEach((value, i) => {
      expect(value).toBeCloseTo(advantages[i], 12);
    });
    expect(Array.from(groupAdvantages([3, 3]))).toEqual([0, 0]);
    expect(() => groupAdvantages([1])).toThrow("at least 2");
  });
});

describe("times", () => {
  test("lie between those of the two models", () => {
    const speeds = {small: 150, large: 15};
    expect(splitSecondsPerToken(0, speeds)).toBeCloseTo(1 / 150, 12);
    expect(splitSecondsPerToken(1, speeds)).toBeCloseTo(1 / 15, 12);
    expect(() => splitSecondsPerToken(2, speeds)).toThrow("share must be in [0, 1], got 2");
    expect(() => splitSecondsPerToken(0.5, {small: 0, large: 1})).toThrow("small must be above 0");
  });

  test("of SubSpec come out at the authors' figure with four constants: 9.1 times at depth 48", () => {
    // arXiv:2509.18344, figure 1: Qwen2.5-7B with 8 GB; 374.6 ms a token without drafts.
    const {secondsPerToken} = chainRound(0.9749, 48, {draftSeconds: 0.0127, verifySeconds: 0.5577});
    expect(0.3746 / secondsPerToken).toBeCloseTo(9.1, 1);
    const sizes = {layers: 28, hiddenSize: 3584, kvWidth: 512, intermediateSize: 18944};
    expect(layersBytes(sizes, 4.5) / layersBytes(sizes, 16)).toBeCloseTo(4.5 / 16, 12);
  });
});
