import {describe, expect, test} from "vitest";
import {
  type EvictingCacheOptions,
  evictingCache,
} from "../../../src/lib/attention/eviction/evicting-cache.js";
import {type EvictionRule, noteBytes} from "../../../src/lib/attention/eviction/eviction.js";
import {evictionMask} from "../../../src/lib/attention/eviction/eviction-replay.js";
import {h2oRule} from "../../../src/lib/attention/h2o/h2o.js";
import {selectionHooks} from "../../../src/lib/attention/selection-hooks.js";
import {snapKvRule} from "../../../src/lib/attention/snapkv/snapkv.js";
import {streamingRule} from "../../../src/lib/attention/streaming-llm.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {fp16} from "../../../src/lib/formats/float/float.js";
import {int} from "../../../src/lib/formats/int.js";
import {maxDifference} from "../../engine/golden.js";
import {tinyDecoder} from "../../engine/tiny.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6, 9, 21, 4];
const model = await tinyDecoder();
/** The newest query alone, averaged over the heads of the layer: the least attended key goes. */
const newestOfLayer: EvictionRule = {
  evicts: "after each token",
  counted: 1,
  countedHeads: "all of the layer",
  keep({positions, received, room}) {
    const order = Array.from(positions, (_, at) => at).sort((a, b) => received[b] - received[a]);
    return order.slice(0, room).sort((a, b) => a - b);
  },
};
const rules = Object.entries({
  streaming: streamingRule,
  h2o: h2oRule(),
  snapkv: snapKvRule({window: 3, pool: 3}),
  newest: newestOfLayer,
}).map(([name, rule]) => ({name, rule}));
/** Bytes of a row of a head: keys and values of 4, a position, a score where there is one. */
const rowBytes = (rule: EvictionRule) => 2 * 4 * 4 + noteBytes(rule);

const opened = (rule: EvictionRule, options: Partial<EvictingCacheOptions> = {}) =>
  evictingCache(model.config, rule, {room: () => 5, ...options});

/** Logits of a text that comes in parts of these lengths, one row after another; its prompt ends after `prompt` tokens. */
function fed(
  {cache, hooks}: ReturnType<typeof opened>,
  parts: readonly number[],
  {ids = IDS, prompt = 8}: {readonly ids?: readonly number[]; readonly prompt?: number} = {},
): number[] {
  let from = 0;
  return parts.flatMap((count) => {
    if (cache.length === prompt) cache.endPrompt?.();
    from += count;
    const {data} = forward(model, ids.slice(from - count, from), {cache, hooks});
    if (cache.length === prompt) cache.endPrompt?.();
    return Array.from(data);
  });
}

const ones = (count: number) => Array<number>(count).fill(1);
const readOf = ({cache}: ReturnType<typeof opened>) => [cache.read(0), cache.read(1), cache.bytes()];

describe.each(rules)("evictingCache with $name", ({name, rule}) => {
  test("with room for everything is the plain cache", () => {
    const session = opened(rule, {room: (seen) => seen});
    expect(fed(session, [8, ...ones(5)])).toEqual([...forward(model, IDS).data]);
    expect(session.cache.bytes()).toBe(2 * 13 * 3 * rowBytes(rule));
  });

  test("frees what it evicts: bytes follow the room, not the text", () => {
    const session = opened(rule);
    expect(fed(session, [8, ...ones(5)]).every(Number.isFinite)).toBe(true);
    const held = name === "snapkv" ? 5 + 5 : 5;
    expect(session.cache.bytes()).toBe(2 * 3 * held * rowBytes(rule));
    expect(session.cache.length).toBe(13);
  });

  test("lets a prompt see all of itself", () => {
    const session = opened(rule, {room: () => 3});
    expect(forward(model, IDS.slice(0, 8), session)).toEqual(forward(model, IDS.slice(0, 8)));
  });

  test.each([[[8, ...ones(5)]], [[3, 5, 4, 1]], [[...ones(8), 2, 3]], [[1, 7, 5]]])(
    "holds the same to the bit, and gives the same, for a text in parts of %j",
    (parts) => {
      for (const format of [undefined, int({bits: 4, groupSize: 4})]) {
        const options = {denseLayers: 1, ...(format && {format})};
        const [whole, inParts] = [opened(rule, options), opened(rule, options)];
        const expected = fed(whole, [8, 5]);
        expect(maxDifference(fed(inParts, parts), expected)).toBe(0);
        expect(readOf(inParts)).toEqual(readOf(whole));
      }
    },
  );

  test.each([[[1, 1, 1]], [[3]], [[2, 1]]])("comes back from drafts that came in parts of %j", (parts) => {
    const [drafted, straight] = [opened(rule, {format: fp16}), opened(rule, {format: fp16})];
    for (const session of [drafted, straight]) fed(session, [8, 1]);
    fed(drafted, parts, {ids: [20, 0, 7]});
    drafted.cache.truncate(9);
    expect(readOf(drafted)).toEqual(readOf(straight));
    const rest = {ids: IDS.slice(9)};
    expect(fed(drafted, [1, 2, 1], rest)).toEqual(fed(straight, [1, 2, 1], rest));
    drafted.cache.truncate(10);
    straight.cache.truncate(10);
    expect(readOf(drafted)).toEqual(readOf(straight));
  });

  test("goes back to nothing always, and refuses a place in a prompt that was thinned", () => {
    const session = opened(rule);
    fed(session, [8, 1]);
    expect(() => session.cache.truncate(7)).toThrow(
      /truncate: length must be 0 or from 8 to 9, got 7: what was dropped or counted before does not come back$/,
    );
    expect(session.cache.length).toBe(9);
    session.cache.truncate(0);
    expect(session.cache.bytes()).toBe(0);
    expect(fed(session, [8, 1])).toEqual(fed(opened(rule), [8, 1]));
  });

  test("takes back the newest 64 tokens, and those before them only where nothing was dropped", () => {
    const session = opened(rule);
    const long = Array.from({length: 80}, (_, i) => (5 * i) % 23);
    fed(session, [8, ...ones(72)], {ids: long});
    if (rule.evicts === "after the prompt") session.cache.truncate(8);
    else {
      expect(() => session.cache.truncate(15)).toThrow(/must be 0 or from 16 to 80, got 15/);
      session.cache.truncate(16);
      const straight = opened(rule);
      fed(straight, [8, ...ones(8)], {ids: long});
      expect(readOf(session)).toEqual(readOf(straight));
    }
  });
});

test.each(rules.filter(({rule}) => rule.evicts === "after each token"))(
  "$name fed token by token without a prompt computes what its mask of the whole text does",
  ({rule}) => {
    const room = (seen: number) => Math.min(seen, Math.ceil(0.5 * (seen + 1)) - 1);
    const session = opened(rule, {room, sinks: 2});
    const hooks = selectionHooks((queries) => evictionMask(rule, queries, {keepFraction: 0.5, sinks: 2}), {
      denseLayers: 0,
    });
    const masked = forward(model, IDS, {hooks}).data;
    expect(maxDifference(fed(session, [4, ...ones(9)], {prompt: 0}), masked)).toBeLessThan(1e-5);
  },
);

test("SnapKV's cache holds after each prompt what its mask shows to the last query", () => {
  const rule = snapKvRule({window: 3, pool: 3});
  for (const tokens of [4, 9, 13]) {
    const session = evictingCache(model.config, rule, {room: (seen) => Math.ceil(0.5 * seen)});
    const shown: number[][] = [];
    const watched = {
      ...session,
      hooks: {
        attention: (...[call, plain]: Parameters<NonNullable<typeof session.hooks.attention>>) => {
          const {data, keys} = evictionMask(rule, call, {keepFraction: 0.5});
          const row = (h: number) => data.subarray(((h + 1) * keys - 1) * keys, (h + 1) * keys * keys);
          const union = Array.from({length: keys}, (_, j) => j).filter((j) =>
            Array.from({length: 6}, (_, h) => row(h)[j]).includes(1),
          );
          shown.push(union);
          return session.hooks.attention!(call, plain);
        },
      },
    };
    forward(model, IDS.slice(0, tokens), watched);
    session.cache.endPrompt?.();
    expect([0, 1].map((layer) => [...session.cache.read(layer).positions])).toEqual(shown);
  }
});

test("first layers may keep everything", () => {
  const session = opened(streamingRule, {room: () => 4, denseLayers: 1});
  forward(model, IDS, session);
  session.cache.endPrompt?.();
  expect(session.cache.read(0).positions).toHaveLength(13);
  expect(session.cache.read(1).positions).toHaveLength(4);
});

test("heads evict on their own, and what one lacks is hidden from it alone; by the layer's mean they agree", () => {
  const [own, shared] = [h2oRule(), newestOfLayer].map((rule) => opened(rule, {room: () => 4})) as [
    ReturnType<typeof opened>,
    ReturnType<typeof opened>,
  ];
  for (const session of [own, shared]) fed(session, [12], {prompt: 12});
  expect(own.cache.bytes()).toBe(2 * 3 * 4 * rowBytes(h2oRule()));
  expect(own.cache.read(1).positions.length).toBeGreaterThan(4);
  expect(shared.cache.read(1).positions).toHaveLength(4);
});
