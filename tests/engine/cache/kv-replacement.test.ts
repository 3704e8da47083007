import {describe, expect, test} from "vitest";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {captureKv, filledCache, replacedKv} from "../../../src/lib/engine/cache/kv-replacement.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {tinyDecoder} from "../tiny.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14];
const model = await tinyDecoder();

describe("a text's keys and values", () => {
  test("put back in their own place change nothing", () => {
    const kv = captureKv(model, IDS);
    const plain = forward(model, IDS);
    expect(forward(model, IDS, {hooks: replacedKv(kv)})).toEqual(plain);
    const {keys, values} = kv;
    expect(forward(model, IDS, {hooks: replacedKv({keys, values})})).toEqual(plain);
  });

  test("of the first tokens in a cache let the rest go on as after a prompt", () => {
    const cache = plainKvCache(model.config);
    forward(model, IDS.slice(0, 5), {cache});
    const filled = filledCache(model.config, captureKv(model, IDS.slice(0, 5)));
    expect(filled.length).toBe(5);
    const [expected, found] = [cache, filled].map((each) => forward(model, IDS.slice(5), {cache: each}));
    // Keys are turned all at once here and token by token there: the same products.
    expect(found).toEqual(expected);
    filled.truncate(2);
    expect([...filled.read(0).positions]).toEqual([0, 1]);
  });

  test("must be of all layers and the same tokens to fill a cache", () => {
    const {keys, values} = captureKv(model, IDS);
    const message = "filledCache: keys and values must be of 2 layers and the same tokens, got";
    expect(() => filledCache(model.config, {keys, values: values.slice(1)})).toThrow(message);
    const short = [values[0], values[1].slice(0, 12)];
    expect(() => filledCache(model.config, {keys, values: short})).toThrow(
      `${message} 108, 108, 108, 12 values`,
    );
  });
});
