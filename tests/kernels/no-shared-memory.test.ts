import {afterAll, expect, test, vi} from "vitest";
import {wasmFormats} from "../../src/lib/checkpoint/wasm/wasm-formats.js";
import {packedLinear} from "../../src/lib/engine/packed/packed-linear.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {formats} from "../../src/lib/formats/registry.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

/** A page that is not isolated from others: no shared memory, whoever asks. */
const {Memory} = WebAssembly;
vi.stubGlobal("SharedArrayBuffer", undefined);
vi.stubGlobal("WebAssembly", {
  ...Object.fromEntries(
    Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
  ),
  Memory: class extends Memory {
    constructor(descriptor: ConstructorParameters<typeof Memory>[0]) {
      if (descriptor.shared) throw new ReferenceError("SharedArrayBuffer is not defined");
      super(descriptor);
    }
  },
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const [ROWS, COLUMNS] = [64, 256];
const x = {shape: [ROWS, COLUMNS], data: draws(ROWS * COLUMNS, randomStream(1, "alone").normal)};

test("without shared memory every format is packed by its kernel", async () => {
  const faster = await wasmFormats();
  for (const id of ["q4_0", "q4_K", "nvfp4", "int4", "razer"]) {
    const format = formats[id];
    expect(faster(format).encode).not.toBe(format.encode);
    expect(faster(format).encode(x)).toEqual(format.encode(x));
  }
});

test("without shared memory products with packed weights run in their kernel", async () => {
  const levels = formats.int4_g32.levels!(formats.int4_g32.encode(x))!;
  const product = (await (await wasmBackend()).packed!())(levels, null, "f32")!;
  const input = draws(COLUMNS, randomStream(2, "alone").normal);
  const [ours, defined] = [product(input), packedLinear(levels, null)(input)];
  // n · 2^-23 · Σ|x·w|
  const bound = COLUMNS * 2 ** -23 * COLUMNS * 16;
  expect(ours.every((value, i) => Math.abs(value - defined[i]) <= bound)).toBe(true);
});
