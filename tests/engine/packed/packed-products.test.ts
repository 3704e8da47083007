import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {layoutBytes, packedLayout} from "../../../src/lib/engine/packed/packed-layout.js";
import {packedLinear} from "../../../src/lib/engine/packed/packed-linear.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {formatById, formats} from "../../../src/lib/formats/registry.js";
import {expectClose, levelsIn} from "./products.js";

const leveled = Object.values(formats).filter((format) => format.levels !== undefined);
const packedProducts = await (await wasmBackend()).packed!();

describe.each(leveled.map(({id}) => id))("products with weights packed in %s", (id) => {
  const block = formatById(id).blockSize ?? 1;
  const columns = block > 64 ? 256 : 192;

  test.each(["f32", "int8"] as const)(
    "of one row and of several equal the definition, activations %s",
    (activations) => {
      const weight = levelsIn(id, 11, columns, 1);
      // Groups along another axis are no groups of rows, and the kernels must have been offered nothing.
      if (weight === undefined) return expect(formatById(id).convention).toMatch(/along axis/);
      if (packedLayout(weight) === null) return expect(packedProducts(weight, null, activations)).toBeNull();
      for (const rows of [1, 3, 4, 7]) expectClose(packedProducts, weight, rows, activations, rows);
    },
  );
});

test("rows may end inside a group, and be shorter than one", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("int4_g32", "int4", "int8", "mxfp4", "nvfp4", "razer", "int2"),
      fc.integer({min: 1, max: 9}),
      fc.integer({min: 1, max: 300}),
      fc.integer({min: 1, max: 6}),
      fc.constantFrom("f32" as const, "int8" as const),
      (id, out, columns, rows, activations) =>
        expectClose(packedProducts, levelsIn(id, out, columns, columns), rows, activations, out),
    ),
    {seed: 2, numRuns: 60},
  );
});

test("products of whole numbers under scales of one are exact", () => {
  const levels = Int8Array.from({length: 5 * 96}, (_, i) => ((i * 7) % 15) - 7);
  const weight = {
    rows: 5,
    columns: 96,
    size: 32,
    levels,
    scales: new Float32Array(15).fill(1),
    offsets: null,
  };
  const x = Float32Array.from({length: 6 * 96}, (_, i) => ((i * 5) % 17) - 8);
  expect(packedProducts(weight, null, "f32")!(x)).toEqual(packedLinear(weight, null)(x));
});

describe("the layout", () => {
  const bitsOf = (id: string) => {
    const [rows, columns] = [64, 1024];
    const layout = packedLayout(levelsIn(id, rows, columns, 3))!;
    return (8 * layoutBytes(layout)) / (rows * columns);
  };

  test("takes the bits of the codes and of one place a group, and a table", () => {
    expect(bitsOf("mxfp4")).toBeCloseTo(4 + 8 / 32, 1);
    expect(bitsOf("nvfp4")).toBeCloseTo(4 + 8 / 16, 1);
    expect(bitsOf("int4")).toBeLessThan(4 + 32 / 128 + 0.1);
    expect(bitsOf("tq2_0")).toBeLessThan(2.2);
    expect(bitsOf("q8_0")).toBeLessThan(8 + 32 / 32 + 0.1);
  });

  test("has several tables where blocks have special values of their own", () => {
    expect(packedLayout(levelsIn("razer", 64, 1024, 3))!.tableOf).not.toBeNull();
    expect(packedLayout(levelsIn("nvfp4", 64, 1024, 3))!.tableOf).toBeNull();
  });

  test("is none for groups of a size that the kernels do not take, nor for an empty matrix", () => {
    const levels = new Int8Array(2 * 40);
    expect(
      packedLayout({rows: 2, columns: 40, size: 20, levels, scales: new Float32Array(4), offsets: null}),
    ).toBeNull();
    expect(
      packedLayout({
        rows: 0,
        columns: 40,
        size: 32,
        levels: new Int8Array(0),
        scales: new Float32Array(0),
        offsets: null,
      }),
    ).toBeNull();
  });
});
