import {describe, expect, test} from "vitest";
import {evictingCache} from "../../src/lib/attention/evicting-cache.js";
import {
  type Capacity,
  h2oEviction,
  snapKvEviction,
  streamingEviction,
} from "../../src/lib/attention/eviction.js";
import {selectionHooks} from "../../src/lib/attention/selection-hooks.js";
import {lambdaMask} from "../../src/lib/attention/streaming-llm.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {maxDifference} from "../engine/golden.js";
import {tinyDecoder} from "../engine/tiny.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6, 9, 21, 4];
const model = await tinyDecoder();
const RULES = {streaming: streamingEviction, h2o: h2oEviction, snapkv: snapKvEviction};
const rules = Object.entries(RULES).map(([name, rule]) => ({name, rule}));
/** Bytes of a row of a head: keys and values of 4, a position, a score where there is one. */
const rowBytes = (name: string) => 2 * 4 * 4 + 4 + (name === "streaming" ? 0 : 8);

function run(rule: (capacity: Capacity) => ReturnType<typeof h2oEviction>, capacity: Capacity, prefill = 8) {
  const {cache, hooks} = evictingCache(model.config, rule(capacity));
  const parts = [IDS.slice(0, prefill), ...IDS.slice(prefill).map((id) => [id])];
  return {cache, logits: parts.map((ids) => forward(model, ids, {cache, hooks}).data)};
}

describe.each(rules)("evictingCache with $name", ({name, rule}) => {
  test("with room for everything is the plain cache", () => {
    const cut = [IDS.slice(0, 8), ...IDS.slice(8).map((id) => [id])];
    const {cache, logits} = run(rule, (seen) => seen);
    const whole = forward(model, IDS).data;
    expect([...logits.flatMap((part) => [...part])]).toEqual([...whole]);
    expect(logits).toHaveLength(cut.length);
    expect(cache.bytes()).toBe(2 * 13 * 3 * rowBytes(name));
  });

  test("frees what it evicts: bytes follow the capacity, not the text", () => {
    const {cache, logits} = run(rule, () => 5);
    const held = name === "snapkv" ? 5 + 5 : 5;
    expect(cache.bytes()).toBe(2 * 3 * held * rowBytes(name));
    expect(cache.length).toBe(13);
    expect(logits.flatMap((part) => [...part]).every(Number.isFinite)).toBe(true);
  });

  test("attends to a prefill whole", () => {
    expect(run(rule, () => 3).logits[0]).toEqual(forward(model, IDS.slice(0, 8)).data);
  });

  test("goes back to an earlier place", () => {
    const {cache} = run(rule, () => 5);
    cache.truncate(2);
    expect(cache.read(0).positions.every((position) => position < 2)).toBe(true);
    cache.truncate(0);
    expect(cache.bytes()).toBe(0);
  });
});

test("StreamingLLM's cache, fed token by token, computes what a Λ-shaped mask does", () => {
  const {logits} = run(
    (capacity) => streamingEviction(capacity, {sinks: 2}),
    () => 5,
    1,
  );
  // A token sees itself beside the five that were held.
  const hooks = selectionHooks(
    ({heads}) => lambdaMask({heads, queries: 13, keys: 13}, {sinks: 2, window: 4}),
    {denseLayers: 0},
  );
  const masked = forward(model, IDS, {hooks}).data;
  expect(maxDifference(Float32Array.from(logits.flatMap((part) => [...part])), masked)).toBeLessThan(1e-5);
});

test("first layers may keep everything", () => {
  const {cache, hooks} = evictingCache(
    model.config,
    streamingEviction(() => 4),
    {denseLayers: 1},
  );
  forward(model, IDS, {cache, hooks});
  expect(cache.read(0).positions).toHaveLength(13);
  expect(cache.read(1).positions).toHaveLength(4);
});

test("heads evict on their own, and what one lacks is hidden from it alone", () => {
  const {cache, hooks} = evictingCache(
    model.config,
    h2oEviction(() => 4),
  );
  forward(model, IDS.slice(0, 12), {cache, hooks});
  expect(cache.bytes()).toBe(2 * 3 * 4 * rowBytes("h2o"));
  expect(cache.read(1).positions.length).toBeGreaterThan(4);
});
