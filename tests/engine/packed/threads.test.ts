import {afterAll, expect, test} from "vitest";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {nodeThreads} from "../../../src/lib/kernels/node-threads.js";
import {sharedModule} from "../../../src/lib/kernels/shared-module.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {levelsIn} from "./products.js";

/** So many weights that threads share them, in ranges of unequal size. */
const [OUT, COLUMNS] = [523, 512];

const threads = nodeThreads(2);
const [one, two] = [await wasmBackend(), await wasmBackend({threads})];
const [alone, shared] = await Promise.all([one, two].map((backend) => backend.packed!()));
afterAll(() => threads.close());

test.each(["int4_g32", "nvfp4", "q4_K", "int8"])(
  "two threads give the products of one with weights in %s",
  (id) => {
    const weight = levelsIn(id, OUT, COLUMNS, 1);
    const bias = Float32Array.from({length: OUT}, (_, i) => i);
    for (const activations of ["f32", "int8"] as const) {
      const [ofOne, ofTwo] = [alone, shared].map((products) => products(weight, bias, activations)!);
      for (const rows of [1, 3, 7]) {
        const x = draws(rows * COLUMNS, randomStream(rows, "threads").normal);
        expect(ofTwo(x)).toEqual(ofOne(x));
      }
    }
  },
);

test("two threads give the products of one with float32 weights", () => {
  const data = draws(OUT * COLUMNS, randomStream(4, "threads").normal);
  const bias = Float32Array.from({length: OUT}, (_, i) => i);
  const [ours, theirs] = [two, one].map((backend) => backend.linear({shape: [OUT, COLUMNS], data}, bias));
  for (const rows of [1, 2, 5]) {
    const x = draws(rows * COLUMNS, randomStream(rows, "threads").normal);
    expect(ours(x)).toEqual(theirs(x));
  }
});

test("a small matrix is left to one thread", () => {
  const weight = levelsIn("int4_g32", 9, 64, 2);
  const x = new Float32Array(64).fill(1);
  expect(shared(weight, null, "int8")!(x)).toEqual(alone(weight, null, "int8")!(x));
});

test("what is no kernel gets no shared memory, and no number of threads is below one", () => {
  const empty = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x01, 0x00);
  expect(() => sharedModule(empty)).toThrow("must import its memory alone");
  expect(() => nodeThreads(0)).toThrow(RangeError);
});
