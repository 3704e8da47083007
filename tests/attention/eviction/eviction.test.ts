import {describe, expect, test} from "vitest";
import {attendSelected} from "../../../src/lib/attention/attend-selected.js";
import {type EvictionRule, survivors} from "../../../src/lib/attention/eviction/eviction.js";
import {h2oRule} from "../../../src/lib/attention/h2o/h2o.js";
import {snapKvRule} from "../../../src/lib/attention/snapkv/snapkv.js";
import {streamingRule} from "../../../src/lib/attention/streaming-llm.js";
import {attention} from "../../../src/lib/engine/attention.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {randomQueries} from "../queries.js";

const scores = [0, 9, 0, 7, 0, 8, 0, 0];
const kept = (rule: EvictionRule, room: number, sinks = 0) =>
  survivors(rule, {positions: scores.map((_, i) => i), received: Float64Array.from(scores), room}, sinks);

describe("rules of eviction", () => {
  test("StreamingLLM keeps sinks and the newest", () => {
    expect(kept(streamingRule, 5, 2)).toEqual([0, 1, 5, 6, 7]);
    expect(kept(streamingRule, 1, 2)).toEqual([0, 1]);
    expect(kept(streamingRule, 2)).toEqual([6, 7]);
  });

  test("H2O keeps the newest and the heavy hitters", () => {
    expect(kept(h2oRule(), 4)).toEqual([1, 5, 6, 7]);
    expect(kept(h2oRule(), 5)).toEqual([1, 3, 5, 6, 7]);
    expect(kept(h2oRule({recentShare: 0}), 4)).toEqual([0, 1, 3, 5]);
    expect(kept(h2oRule({recentShare: 1}), 4)).toEqual([4, 5, 6, 7]);
  });

  test("SnapKV keeps the window and its votes", () => {
    expect(kept(snapKvRule({window: 2, pool: 1}), 4)).toEqual([1, 5, 6, 7]);
    expect(kept(snapKvRule({window: 2, pool: 3}), 5)).toEqual([0, 1, 2, 6, 7]);
  });

  test("keep all where there is room, and the first keys always, on top of the room", () => {
    for (const rule of [streamingRule, h2oRule(), snapKvRule({window: 2})]) {
      expect(kept(rule, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(kept(rule, 0, 3).slice(0, 3)).toEqual([0, 1, 2]);
    }
    expect(kept(h2oRule(), 4, 3)).toEqual([0, 1, 2, 5, 6, 7]);
  });

  test("refuse a room that is no number of keys, and options out of range", () => {
    expect(() => kept(h2oRule(), -1)).toThrow(/survivors: room must be an integer of at least 0, got -1$/);
    expect(() => kept(h2oRule(), 1.5)).toThrow(/got 1\.5$/);
    expect(() => h2oRule({recentShare: 2})).toThrow(/recentShare must be from 0 to 1, got 2$/);
    expect(() => snapKvRule({pool: 2})).toThrow(/width must be an odd integer/);
    expect(() => snapKvRule({window: 0})).toThrow(/window must be an integer of at least 1, got 0$/);
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
