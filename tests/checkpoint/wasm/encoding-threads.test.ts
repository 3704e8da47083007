import {afterAll, expect, test} from "vitest";
import {piecesOf} from "../../../src/lib/checkpoint/wasm/wasm-codec.js";
import {wasmFormats} from "../../../src/lib/checkpoint/wasm/wasm-formats.js";
import {formats} from "../../../src/lib/formats/registry.js";
import {nodeThreads} from "../../../src/lib/kernels/node-threads.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const threads = nodeThreads(3);
const shared = await wasmFormats(threads);
const alone = await wasmFormats();
afterAll(() => threads.close());

const fast = Object.values(formats).filter((format) => alone(format).encode !== format.encode);
/** Rows that three threads cannot share evenly, and more elements than one call takes. */
const SHAPE = [271, 256];
const x = {shape: SHAPE, data: draws(SHAPE[0] * SHAPE[1], randomStream(1, "threads").normal)};

test.each(fast.map((format) => [format.id, format] as const))("threads pack %s as one does", (_, format) => {
  expect(shared(format).encode(x)).toEqual(alone(format).encode(x));
});

test("a thread that finds a NaN has the tensor refused as the plain encoder refuses it", () => {
  const data = x.data.slice();
  data[data.length - 1] = Number.NaN;
  const bad = {shape: SHAPE, data};
  expect(() => shared(formats.q4_0).encode(bad)).toThrow(`NaN at index ${data.length - 1}`);
  expect(() => shared(formats.razer).encode(bad)).toThrow(`NaN at index ${data.length - 1}`);
});

test("pieces cover all blocks once, in order, none larger than a call takes", () => {
  for (const blocks of [0, 1, 3, 4, 11, 100, 257]) {
    for (const ways of [1, 2, 3]) {
      const calls = [...piecesOf(blocks, {most: 32, atOnce: ways, scratch: 64, place: 1000})];
      let next = 0;
      for (const pieces of calls) {
        expect(pieces.length).toBeLessThanOrEqual(ways);
        pieces.forEach(({at, first, count}, i) => {
          expect([at, first]).toEqual([64 + 1000 * i, next]);
          expect(count).toBeGreaterThan(0);
          expect(count).toBeLessThanOrEqual(32);
          next += count;
        });
      }
      expect(next).toBe(blocks);
    }
  }
});
