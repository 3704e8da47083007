import {describe, expect, test} from "vitest";
import {attendSelected} from "../../src/lib/attention/attend-selected.js";
import {
  type HeldKeys,
  h2oEviction,
  snapKvEviction,
  streamingEviction,
} from "../../src/lib/attention/eviction.js";
import {attention} from "../../src/lib/engine/attention.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {randomQueries} from "./queries.js";

const held = (received: number[], isPrefill = false): HeldKeys => ({
  positions: received.map((_, i) => i),
  received: Float64Array.from(received),
  seen: received.length,
  isPrefill,
});

describe("eviction rules", () => {
  const scores = [0, 9, 0, 7, 0, 8, 0, 0];

  test("StreamingLLM keeps sinks and the newest", () => {
    expect(streamingEviction(() => 5, {sinks: 2}).keep(held(scores))).toEqual([0, 1, 5, 6, 7]);
    expect(streamingEviction(() => 1, {sinks: 2}).keep(held(scores))).toEqual([0]);
  });

  test("H2O keeps the newest and the heavy hitters", () => {
    expect(h2oEviction(() => 4).keep(held(scores))).toEqual([1, 5, 6, 7]);
    expect(h2oEviction(() => 4, {recentShare: 0}).keep(held(scores))).toEqual([1, 3, 5, 7]);
  });

  test("SnapKV keeps the window and its votes, once", () => {
    const rule = snapKvEviction(() => 4, {window: 2, pool: 1});
    expect(rule.keep(held(scores, true))).toEqual([1, 5, 6, 7]);
    expect(rule.keep(held(scores))).toHaveLength(8);
    expect(snapKvEviction(() => 5, {window: 2, pool: 3}).keep(held(scores, true))).toEqual([0, 1, 2, 6, 7]);
  });

  test("keep all where there is room", () => {
    for (const rule of [streamingEviction, h2oEviction, snapKvEviction]) {
      expect(rule((seen) => seen).keep(held(scores, true))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  test("refuse a capacity of none, and options out of range", () => {
    expect(() => h2oEviction(() => 0).keep(held(scores))).toThrow(
      /capacity of 8 tokens must be an integer of at least 1, got 0$/,
    );
    expect(() => h2oEviction(() => 1, {recentShare: 2})).toThrow(/recentShare must be from 0 to 1, got 2$/);
    expect(() => snapKvEviction(() => 1, {pool: 2})).toThrow(/width must be an odd integer/);
  });
});

describe("attendSelected", () => {
  const input = randomQueries(4, {tokens: 11, queries: 1});
  const stream = randomStream(6, "values");
  const step = {...input, values: draws(input.keys.length, () => stream.normal())};
  const selected = [[0, 3], [10], [1, 2, 3], [0], [5, 4], [9, 8, 7, 6]];

  test("is attention under the mask of the same keys", () => {
    const mask = new Uint8Array(6 * 11);
    selected.forEach((list, h) => {
      for (const j of list) mask[h * 11 + j] = 1;
    });
    const dense = attention({
      ...step,
      layer: 0,
      queryPositions: Int32Array.of(10),
      keyPositions: Int32Array.from({length: 11}, (_, j) => j),
      window: null,
      mask,
    });
    attendSelected(step, selected).forEach((value, i) => {
      expect(value).toBeCloseTo(dense[i], 6);
    });
  });

  test("refuses a head without keys, and keys that are not there", () => {
    expect(() => attendSelected(step, [[], ...selected.slice(1)])).toThrow(
      /head 0 must select keys from 0 to 10, got none$/,
    );
    expect(() => attendSelected(step, [[11], ...selected.slice(1)])).toThrow(/got 11$/);
    expect(() => attendSelected(step, [[1]])).toThrow(/selected must have 6 heads, got 1$/);
  });
});
