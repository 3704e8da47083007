import {describe, expect, test} from "vitest";
import {forwardAttamba} from "../../../src/lib/engine/attamba/attamba.js";
import {
  attambaCache,
  type ChunkRule,
  copyOfCache,
  heldNumbers,
} from "../../../src/lib/engine/attamba/attamba-cache.js";
import type {AttambaConfig} from "../../../src/lib/engine/attamba/attamba-config.js";
import {cyclicEnds, uniformEnds} from "../../../src/lib/engine/attamba/chunk-ends.js";
import {type Attamba, attambaOf, attambaShapes} from "../../../src/lib/engine/attamba/load-attamba.js";
import {referenceBackend} from "../../../src/lib/engine/backend.js";
import {attambaText} from "../../../src/lib/engine/open-text.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {randomEnds} from "../../../src/lib/mixers/attamba/random-ends.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {maxDifference} from "../golden.js";

/** Sizes that differ wherever they can; attention is as wide as the stream, since it has no projections of keys. */
const config: AttambaConfig = {
  architecture: "AttambaForCausalLM",
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 3,
  heads: 2,
  headDim: 8,
  vocabSize: 11,
  maxPositions: 64,
  normEps: 1e-5,
  ropeTheta: 10000,
  tied: true,
  tokenChunk: 4,
  leading: 2,
  chunks: "cyclic",
  scan: {inner: 12, heads: 3, state: 5, convWidth: 4},
};

/** A model of drawn weights. */
function drawn(own: Partial<AttambaConfig> = {}, backend = referenceBackend): Promise<Attamba> {
  const whole = {...config, ...own};
  const stream = randomStream(7, "attamba");
  const tensors = Object.entries(attambaShapes(whole)).map(([name, shape]) => {
    const count = shape.reduce((n, side) => n * side, 1);
    const spread = Math.sqrt(shape.at(-1)!);
    const draw = () => (/norm|\.D$/.test(name) ? 1 + 0.1 * stream.normal() : stream.normal() / spread);
    return [name, {shape, data: draws(count, draw)}] as const;
  });
  return attambaOf({config: whole, tensors: new Map(tensors)}, {backend});
}

const TEXT = Array.from({length: 30}, (_, i) => (i * i + 3 * i) % 11);

const RULES: Readonly<Record<string, Partial<ChunkRule>>> = {
  "its own": {},
  "uniform chunks of 5": {ends: uniformEnds({tokenChunk: 5})},
  "cyclic chunks of 9, no token beside": {ends: cyclicEnds({tokenChunk: 9, layers: 3}), leading: 0},
  "random chunks": {ends: randomEnds({tokenChunk: 4, layers: 3}, 30, 3), leading: 7},
  "chunks of one token": {ends: () => true},
};

describe("attention over the states of chunks", () => {
  test.each(Object.entries(RULES))("reads a text in parts of any length as at once, %s", async (_, rule) => {
    const model = await drawn();
    const whole = forwardAttamba(model, TEXT, {cache: attambaCache(config, rule)}).data;
    for (const part of [1, 4, 7]) {
      const cache = attambaCache(config, rule);
      const rows: number[] = [];
      for (let at = 0; at < TEXT.length; at += part) {
        rows.push(...forwardAttamba(model, TEXT.slice(at, at + part), {cache}).data);
      }
      expect(maxDifference(rows, whole)).toBeLessThan(1e-5);
      expect(cache.length).toBe(TEXT.length);
    }
  });

  test("keeps the ends of chunks and the last tokens, and room for open chunks", async () => {
    const cache = attambaCache(config);
    forwardAttamba(await drawn(), TEXT, {cache});
    const held = [0, 1, 2].map((layer) => [...cache.layers[layer].positions]);
    expect(held).toEqual([
      [0, 3, 7, 11, 15, 19, 23, 27, 28, 29],
      [0, 2, 6, 10, 14, 18, 22, 26, 28, 29],
      [0, 1, 5, 9, 13, 17, 21, 25, 28, 29],
    ]);
    expect(cache.layers.map(({open}) => open === null)).toEqual([false, false, true]);
    const {keysAndValues, states} = heldNumbers(cache, config);
    expect(keysAndValues).toBe(3 * 10 * 2 * 16);
    expect(states).toBe(3 * 2 * (12 * 5 + 3 * (12 + 10)));
  });

  test("never looks ahead: what follows changes no row", async () => {
    const model = await drawn();
    const whole = forwardAttamba(model, TEXT).data;
    const start = forwardAttamba(model, TEXT.slice(0, 17)).data;
    expect(maxDifference(start, whole.subarray(0, start.length))).toBeLessThan(1e-5);
  });

  test("carries a token to later queries by the end of its chunk alone, and no further than it is seen", async () => {
    const model = await drawn({layers: 1});
    const moved = (at: number, ends: readonly number[]) => {
      const rule = {ends: (_: number, position: number) => ends.includes(position), leading: 0};
      const rowsOf = (text: readonly number[]) =>
        forwardAttamba(model, text, {cache: attambaCache(model.config, rule)}).data;
      const [before, after] = [rowsOf(TEXT), rowsOf(TEXT.with(at, (TEXT[at] + 1) % 11))];
      const rows = TEXT.map((_, t) => [before, after].map((data) => data.slice(11 * t, 11 * (t + 1))));
      return rows.flatMap(([a, b], t) => (maxDifference(a, b) > 0 ? [t] : []));
    };
    const from = (first: number) => Array.from({length: 30 - first}, (_, i) => first + i);
    // A chunk that is still open reaches the queries in it by their own keys.
    expect(moved(4, [9, 19])).toEqual(from(4));
    expect(moved(12, [9])).toEqual(from(12));
  });

  test("is the same on the WebAssembly backend", async () => {
    const [reference, wasm] = [await drawn(), await drawn({}, await wasmBackend())];
    const expected = forwardAttamba(reference, TEXT).data;
    expect(maxDifference(forwardAttamba(wasm, TEXT).data, expected)).toBeLessThan(2e-4);
  });

  test("reads aside without the text becoming longer, and copies go their own ways", async () => {
    const model = await drawn();
    const text = attambaText(model);
    text.read(TEXT.slice(0, 9));
    const aside = text.aside(TEXT.slice(9, 13)).data;
    expect(maxDifference(text.aside(TEXT.slice(9, 13)).data, aside)).toBe(0);
    expect(maxDifference(text.read(TEXT.slice(9, 13)).data, aside)).toBe(0);
    const cache = attambaCache(config);
    const copy = copyOfCache(cache);
    forwardAttamba(model, TEXT, {cache});
    expect(copy.length).toBe(0);
    expect(copy.layers[0].positions.length).toBe(0);
  });

  test("gives one row of logits where only the last is asked for, and refuses ids of no token", async () => {
    const model = await drawn();
    const {shape, data} = forwardAttamba(model, TEXT, {rows: "last"});
    expect(shape).toEqual([1, 11]);
    expect(maxDifference(data, forwardAttamba(model, TEXT).data.subarray(-11))).toBe(0);
    expect(() => forwardAttamba(model, [])).toThrow(RangeError);
    expect(() => forwardAttamba(model, [11])).toThrow(/0 to 10/);
  });
});
