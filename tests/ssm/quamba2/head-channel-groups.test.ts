import {describe, expect, test} from "vitest";
import {
  dequantizeGroups,
  type HeadChannelGroups,
  quantizeHeadChannels,
  quantizeStates,
} from "../../../src/lib/ssm/quamba2/head-channel-groups.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";

/** Two SSD groups of three heads of four channels; all group sizes differ. */
const GROUPS: HeadChannelGroups = {
  headEnds: [
    [1, 3],
    [2, 3],
  ],
  channelEnds: [
    [
      [1, 4],
      [3, 4],
    ],
    [
      [2, 4],
      [4, 4],
    ],
  ],
};

/** The group of head h and channel p of GROUPS, by looking. */
const GROUP_OF = [
  [0, 1, 1, 1],
  [2, 2, 2, 3],
  [2, 2, 2, 3],
  [4, 4, 5, 5],
  [4, 4, 5, 5],
  [6, 6, 6, 6],
];

function gaussian(seed: number, ...shape: number[]) {
  const stream = randomStream(seed, "grouped integers");
  return tensor(
    draws(
      shape.reduce((a, b) => a * b, 1),
      () => stream.normal(),
    ),
    shape,
  );
}

describe("a scan's input", () => {
  const x = gaussian(1, 5, 6, 4);

  test("has a scale for each group of channels of each group of heads: its own largest magnitude over 127", () => {
    const {scales, codes} = quantizeHeadChannels(x, GROUPS);
    const largest = new Float32Array(8);
    x.data.forEach((value, i) => {
      const group = GROUP_OF[Math.floor(i / 4) % 6][i % 4];
      largest[group] = Math.max(largest[group], Math.abs(value));
    });
    // The last group is empty: the floor of 1e-5 is all that is left.
    expect(scales).toEqual(largest.map((value) => Math.fround(Math.max(value, Math.fround(1e-5)) / 127)));
    expect(Math.max(...codes.map(Math.abs))).toBe(127);
  });

  test("comes back within half a step of its group", () => {
    const q = quantizeHeadChannels(x, GROUPS);
    const back = dequantizeGroups(q, GROUPS, "input");
    expect(back.shape).toEqual(x.shape);
    back.data.forEach((value, i) => {
      const step = q.scales[GROUP_OF[Math.floor(i / 4) % 6][i % 4]];
      expect(Math.abs(value - x.data[i])).toBeLessThanOrEqual(0.5 * step * (1 + 1e-6));
    });
  });

  test("an outlier costs only its own group precision", () => {
    const loud = {shape: x.shape, data: x.data.map((value, i) => (i === 0 ? 1000 : value))};
    const [calm, spoilt] = [x, loud].map((each) => quantizeHeadChannels(each, GROUPS).scales);
    expect(spoilt[0]).toBeGreaterThan(100 * calm[0]);
    expect(spoilt.slice(1)).toEqual(calm.slice(1));
  });

  test("clips where the range is shrunk, or the scales are those of a calibration", () => {
    const halved = quantizeHeadChannels(x, GROUPS, {clipRatio: 0.5});
    expect(halved.codes).toContain(127);
    expect(halved.codes).toContain(-128);
    const {scales} = quantizeHeadChannels(x, GROUPS);
    const fixed = quantizeHeadChannels(gaussian(2, 2, 6, 4), GROUPS, {scales});
    expect(fixed.scales).toEqual(scales);
    expect(fixed.scales).not.toBe(scales);
  });

  test("rounds ties to even and zero to zero", () => {
    const one: HeadChannelGroups = {headEnds: [[1]], channelEnds: [[[4]]]};
    const {codes, scales} = quantizeHeadChannels(tensor([127, 0.5, 1.5, -2.5], [1, 4]), one);
    expect(scales).toEqual(Float32Array.of(1));
    expect([...codes]).toEqual([127, 0, 2, -2]);
    const zeros = quantizeHeadChannels(tensor([0, 0, 0, 0], [1, 4]), one);
    expect([...zeros.codes]).toEqual([0, 0, 0, 0]);
    expect(zeros.scales[0]).toBe(Math.fround(Math.fround(1e-5) / 127));
  });

  test.each([
    [
      {
        headEnds: [
          [1, 2],
          [2, 3],
        ],
        channelEnds: GROUPS.channelEnds,
      },
      "headEnds must ascend to 3, got [1, 2]",
    ],
    [
      {headEnds: [[3, 1, 3], [3]], channelEnds: GROUPS.channelEnds},
      "headEnds must ascend to 3, got [3, 1, 3]",
    ],
    [{...GROUPS, channelEnds: []}, "channelEnds must ascend to 4, got []"],
    [{headEnds: [[6]], channelEnds: [[[3, 5]]]}, "channelEnds must ascend to 4, got [3, 5]"],
  ])("refuses groups %#", (groups, message) => {
    expect(() => quantizeHeadChannels(x, groups)).toThrow(new RangeError(`quantizeHeadChannels: ${message}`));
  });

  test.each([
    [{bits: 9}, "bits must be an integer from 2 to 8, got 9"],
    [{clipRatio: 0}, "clipRatio must be above 0 and at most 1, got 0"],
    [{scales: new Float32Array(3)}, "scales must hold 8 numbers, got 3"],
  ])("refuses %j", (options, message) => {
    expect(() => quantizeHeadChannels(x, GROUPS, options)).toThrow(`quantizeHeadChannels: ${message}`);
  });

  test("refuses what is no number", () => {
    const bad = {shape: x.shape, data: x.data.map((value, i) => (i === 7 ? Number.NaN : value))};
    expect(() => quantizeHeadChannels(bad, GROUPS)).toThrow("values must be finite, got NaN at index 7");
  });
});

describe("a scan's state", () => {
  const state = gaussian(3, 2, 6, 4, 3);

  test("has these scales once more for each number of state", () => {
    const q = quantizeStates(state, GROUPS);
    const back = dequantizeGroups(q, GROUPS, "state");
    const largest = new Float32Array(24);
    state.data.forEach((value, i) => {
      const group = GROUP_OF[Math.floor(i / 12) % 6][Math.floor(i / 3) % 4] * 3 + (i % 3);
      largest[group] = Math.max(largest[group], Math.abs(value));
      expect(Math.abs(back.data[i] - value)).toBeLessThanOrEqual(0.5 * q.scales[group] * (1 + 1e-6));
    });
    expect(q.scales).toEqual(largest.map((value) => Math.max(Math.fround(value / 127), Math.fround(1e-6))));
  });

  test("a state of zeros keeps a scale above zero", () => {
    const zeros = quantizeStates({shape: [6, 4, 3], data: new Float32Array(72)}, GROUPS);
    expect(zeros.scales.every((scale) => scale === Math.fround(1e-6))).toBe(true);
    expect(zeros.codes.every((code) => code === 0)).toBe(true);
  });
});
