import {describe, expect, test} from "vitest";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import type {PackedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {fp16, fp32} from "../../src/lib/formats/float/float.js";
import {int} from "../../src/lib/formats/int.js";
import {type KiviCacheOptions, kiviCache} from "../../src/lib/kv/kivi/kivi-cache.js";
import {xkvCache} from "../../src/lib/kv/xkv/xkv-cache.js";
import {tinyDecoder} from "../engine/tiny.js";
import {meanSquare} from "../quant/helpers.js";

const IDS = [3, 17, 5, 11, 2, 19, 8, 1, 14, 6, 9, 21, 4];
const model = await tinyDecoder();
const {config} = model;
const WIDTH = 3 * 4;

/** Logits of a prefill and then one token at a time. */
function logits(cache: PackedKvCache, prefill: number): Float32Array[] {
  const prompt = forward(model, IDS.slice(0, prefill), {cache}).data;
  cache.endPrompt?.();
  return [prompt, ...IDS.slice(prefill).map((id) => forward(model, [id], {cache}).data)];
}
const plain = (prefill: number) => logits({...plainKvCache(config), bytes: () => 0}, prefill);
const error = (cache: PackedKvCache, prefill: number) => {
  const [ours, exact] = [logits(cache, prefill), plain(prefill)];
  return meanSquare(
    Float32Array.from(ours.flatMap((x) => [...x])),
    Float32Array.from(exact.flatMap((x) => [...x])),
  );
};

describe("kiviCache", () => {
  const small: KiviCacheOptions = {bits: 2, groupSize: 2, residual: 4, residualFormat: fp32};
  /** Groups of two are their own minimum and maximum: codes only err from three on. */
  const wider: KiviCacheOptions = {...small, groupSize: 4, scaleType: "f32"};

  test("with a residual longer than the text is the plain cache", () => {
    expect(logits(kiviCache(config, {...small, residual: 16}), 6)).toEqual(plain(6));
  });

  test("attends to a prefill as it came, and to what its codes say from then on", () => {
    const ours = logits(kiviCache(config, small), 10);
    expect(ours[0]).toEqual(plain(10)[0]);
    expect(ours[1]).not.toEqual(plain(10)[1]);
  });

  test("holds codes for whole residuals of keys and for all values but the newest", () => {
    const cache = kiviCache(config, small);
    forward(model, IDS.slice(0, 7), {cache});
    // A layer: 4 keys and 3 values in 2-bit codes with two f16 a group of 2; 3 keys and 4 values in float32.
    const keys = (4 * WIDTH * 2) / 8 + 4 * 2 * WIDTH + 3 * WIDTH * 4;
    const values = (3 * WIDTH * 2) / 8 + 4 * 3 * (WIDTH / 2) + 4 * WIDTH * 4;
    expect(cache.bytes()).toBe(2 * (keys + values));
  });

  test("ends with the same rows whatever the pieces that tokens came in", () => {
    const rows = (prefill: number) => {
      const cache = kiviCache(config, small);
      const positions = (from: number, to: number) =>
        Int32Array.from({length: to - from}, (_, i) => from + i);
      const x = Float32Array.from({length: 9 * WIDTH}, (_, i) => Math.sin(i * i));
      for (let at = 0; at < 9; at += prefill) {
        const to = Math.min(9, at + prefill);
        const part = x.slice(at * WIDTH, to * WIDTH);
        cache.append(0, part, part, positions(at, to));
        cache.read(0);
      }
      return cache.read(0);
    };
    expect(rows(1)).toEqual(rows(9));
    expect(rows(4)).toEqual(rows(9));
  });

  test("more bits, less error; keys may be grouped per token, and a pass may read its own codes", () => {
    const errors = [2, 4, 8].map((bits) => error(kiviCache(config, {...wider, bits}), 8));
    expect(errors[0]).toBeGreaterThan(errors[1]);
    expect(errors[1]).toBeGreaterThan(errors[2]);
    expect(errors[2]).toBeGreaterThan(0);
    expect(error(kiviCache(config, {...small, keyAxis: "channels", own: "stored"}), 8)).toBeGreaterThan(0);
  });

  test("refuses a residual that groups do not fill", () => {
    expect(() => kiviCache(config, {groupSize: 32, residual: 48})).toThrow(
      new RangeError("kiviCache: residual must be a positive multiple of groupSize 32, got 48"),
    );
  });
});

describe("xkvCache", () => {
  test.each([
    {rankK: 0, rankV: 0, groupSize: 2},
    {rankK: 24, rankV: 99, groupSize: 2},
    {rankK: 12, rankV: 12, groupSize: 1},
  ])("keeps everything where factors would not be smaller: $rankK, $rankV", (options) => {
    expect(logits(xkvCache(config, options), 9)).toEqual(plain(9));
  });

  test("attends to a prefill as it came, and to the shared basis from then on", () => {
    const ours = logits(xkvCache(config, {rankK: 3, rankV: 3, groupSize: 2}), 10);
    expect(ours[0]).toEqual(plain(10)[0]);
    expect(ours[1]).not.toEqual(plain(10)[1]);
  });

  test("more components, less error", () => {
    const errors = [1, 3, 6].map((rank) =>
      error(xkvCache(config, {rankK: rank, rankV: rank, groupSize: 2}), 11),
    );
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors[2]).toBeGreaterThan(0);
  });

  test("counts a basis a group, a factor a layer, and the tokens after the prefill", () => {
    const cache = xkvCache(config, {rankK: 2, rankV: 3, groupSize: 2});
    forward(model, IDS.slice(0, 11), {cache});
    cache.endPrompt?.();
    const factors = 4 * (11 * (2 + 3) + 2 * WIDTH * (2 + 3));
    expect(cache.bytes()).toBe(factors);
    forward(model, [1], {cache});
    expect(cache.bytes()).toBe(factors + 2 * 2 * WIDTH * 4);
  });

  test("leaves layers outside its range alone", () => {
    const cache = xkvCache(config, {rankK: 1, rankV: 1, groupSize: 1, first: 1});
    forward(model, IDS, {cache});
    cache.endPrompt?.();
    const whole = 2 * 13 * WIDTH * 4;
    expect(cache.bytes()).toBe(whole + 2 * (13 + WIDTH) * 4);
  });

  test("shares and quantizes at once", () => {
    const options = {rankK: 3, rankV: 3, groupSize: 2};
    const [full, half, small] = [fp32, fp16, int({bits: 8})].map((format) => {
      const cache = xkvCache(config, {...options, format});
      return {error: error(cache, 11), bytes: cache.bytes()};
    });
    expect(half.bytes).toBe(full.bytes / 2);
    expect(small.bytes).toBeLessThan(half.bytes);
    expect(small.error).toBeLessThan(1.5 * full.error + 0.1);
  });

  test.each([
    [{rankK: -1, rankV: 1}, /rankK must be an integer of at least 0, got -1$/],
    [{rankK: 1, rankV: 1, last: 2}, /last must be below 2 layers, got 2$/],
    [{rankK: 1, rankV: 1, groupSize: 0}, /groupSize must be an integer of at least 1, got 0$/],
  ])("refuses %o", (options, message) => {
    expect(() => xkvCache(config, options)).toThrow(message);
  });
});

describe.each([
  ["kiviCache", () => kiviCache(config, {bits: 8, groupSize: 2, residual: 4, residualFormat: fp32})],
  ["xkvCache", () => xkvCache(config, {rankK: 3, rankV: 3, groupSize: 2})],
])("%s", (_, make) => {
  test("goes back to an earlier place, down to nothing, and on from there", () => {
    const cache = make();
    const empty = cache.bytes();
    expect(empty).toBe(0);
    forward(model, IDS, {cache});
    const full = cache.bytes();
    cache.truncate(6);
    expect(cache.bytes()).toBeLessThan(full);
    expect([...cache.read(1).positions]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cache.read(1).keys).toHaveLength(6 * WIDTH);
    const next = forward(model, [IDS[6]], {cache});
    expect(next.data.every(Number.isFinite)).toBe(true);
    cache.truncate(0);
    expect(cache.bytes()).toBe(0);
    expect(logits(cache, 8)[0]).toEqual(plain(8)[0]);
    expect(() => cache.truncate(99)).toThrow(/length must be an integer from 0 to 13, got 99$/);
  });
});
