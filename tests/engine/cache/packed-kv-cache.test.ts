import {describe, expect, test} from "vitest";
import {plainKvCache} from "../../../src/lib/engine/cache/kv-cache.js";
import {packedKvCache} from "../../../src/lib/engine/cache/packed-kv-cache.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {fp32} from "../../../src/lib/formats/float/float.js";
import {int} from "../../../src/lib/formats/int.js";
import {mxfp4} from "../../../src/lib/formats/mx/mx.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import {gaussian, meanSquare} from "../../quant/helpers.js";
import {tinyDecoder} from "../tiny.js";

const IDS = [3, 17, 5, 11, 2, 19, 8];

describe("packedKvCache", () => {
  test("with fp32 is the plain cache", async () => {
    const model = await tinyDecoder();
    const plain = forward(model, IDS, {cache: plainKvCache(model.config)});
    expect(forward(model, IDS, {cache: packedKvCache(model.config, fp32)})).toEqual(plain);
  });

  test("gives back what the format makes of each token's heads", async () => {
    const {config} = await tinyDecoder();
    const cache = packedKvCache(config, mxfp4);
    const keys = gaussian(1, [2, 3, 4]);
    const values = gaussian(2, [2, 3, 4]);
    cache.append(1, keys.data, values.data, Int32Array.of(5, 6));
    const kept = cache.read(1);
    expect(kept.keys).toEqual(mxfp4.decode(mxfp4.encode({shape: [6, 4], data: keys.data})).data);
    expect(kept.values).toEqual(mxfp4.decode(mxfp4.encode({shape: [6, 4], data: values.data})).data);
    expect([...kept.positions]).toEqual([5, 6]);
    expect(cache.read(0).keys).toHaveLength(0);
  });

  test.each([nvfp4(), int({bits: 4, granularity: "tensor"})])(
    "a text in pieces gives the logits of the whole, also where a scale spans the tensor: $id",
    async (format) => {
      const model = await tinyDecoder();
      const whole = forward(model, IDS, {cache: packedKvCache(model.config, format)});
      for (let cut = 1; cut < IDS.length; cut++) {
        const cache = packedKvCache(model.config, format);
        const head = forward(model, IDS.slice(0, cut), {cache});
        const tail = forward(model, IDS.slice(cut), {cache});
        expect([...head.data, ...tail.data]).toEqual([...whole.data]);
      }
    },
  );

  test("counts the bytes it holds, and frees them when cut", async () => {
    const model = await tinyDecoder();
    const cache = packedKvCache(model.config, mxfp4);
    expect(cache.bytes()).toBe(0);
    forward(model, IDS, {cache});
    // 2 layers, 7 tokens, keys and values: 3 heads of 4 codes of 4 bits, and a scale byte a head.
    expect(cache.bytes()).toBe(2 * 7 * 2 * (6 + 3));
    cache.truncate(2);
    expect(cache.bytes()).toBe(2 * 2 * 2 * (6 + 3));
    expect(cache.length).toBe(2);
    expect(cache.read(1).positions).toEqual(Int32Array.of(0, 1));
    expect(() => cache.truncate(3)).toThrow(RangeError);
  });

  test("fewer bits, more error", async () => {
    const model = await tinyDecoder();
    const plain = forward(model, IDS).data;
    const error = (bits: number) =>
      meanSquare(forward(model, IDS, {cache: packedKvCache(model.config, int({bits}))}).data, plain);
    expect(error(8)).toBeGreaterThan(0);
    expect(error(2)).toBeGreaterThan(error(4));
    expect(error(4)).toBeGreaterThan(error(8));
  });
});
