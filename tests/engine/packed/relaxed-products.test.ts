import {setFlagsFromString} from "node:v8";
import {describe, expect, test} from "vitest";
import {packedLinear} from "../../../src/lib/engine/packed/packed-linear.js";
import {wasmPacked} from "../../../src/lib/engine/wasm/wasm-packed.js";
import {hasRelaxedSimd} from "../../../src/lib/kernels/relaxed-simd.js";
import {wasmHeap} from "../../../src/lib/kernels/wasm-heap.js";
import {expectClose, levelsIn} from "./products.js";

// Node 20 has it behind a flag, and its baseline compiler, which later versions mended, gives wrong sums.
if (!hasRelaxedSimd())
  for (const flag of ["--experimental-wasm-relaxed-simd", "--no-liftoff"]) setFlagsFromString(flag);

const plain = await wasmPacked(wasmHeap(), false);
const relaxed = await wasmPacked(wasmHeap(), true);

test("relaxed SIMD is found where it is", () => {
  expect(hasRelaxedSimd()).toBe(true);
});

describe.each(["int4_g32", "int4", "int8", "nvfp4", "razer", "q4_K", "q8_0", "iq4_nl", "tq2_0"])(
  "products with weights packed in %s",
  (id) => {
    test.each(["f32", "int8"] as const)(
      "equal the definition with relaxed SIMD, activations %s",
      (activations) => {
        const weight = levelsIn(id, 11, 256, 1);
        for (const rows of [1, 3, 4, 7]) expectClose(relaxed, weight, rows, activations, rows);
      },
    );
  },
);

test("several rows have the very sums of plain SIMD, as products of bytes are exact", () => {
  const weight = levelsIn("nvfp4", 24, 128, 2);
  const x = Float32Array.from({length: 8 * 128}, (_, i) => Math.sin(i));
  expect(relaxed(weight, null, "int8")!(x)).toEqual(plain(weight, null, "int8")!(x));
});

test("the level -128, whose magnitude is no signed byte, is read as it is", () => {
  const levels = Int8Array.from({length: 4 * 64}, (_, i) => (i % 2 === 0 ? -128 : 127));
  const weight = {rows: 4, columns: 64, size: 32, levels, scales: new Float32Array(8).fill(1), offsets: null};
  const x = Float32Array.from({length: 64}, (_, i) => ((i * 5) % 17) - 8);
  const [value] = relaxed(weight, null, "int8")!(x);
  expect(value).toBeCloseTo(packedLinear(weight, null, "int8")(x)[0], 2);
});
