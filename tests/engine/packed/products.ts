import {expect} from "vitest";
import type {PackedActivations, PackedLinears} from "../../../src/lib/engine/backend.js";
import {int8Activations, packedLinear} from "../../../src/lib/engine/packed/packed-linear.js";
import type {GroupedLevels} from "../../../src/lib/formats/grouped-levels.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const normals = (count: number, seed: number) => draws(count, randomStream(seed, "packed").normal);

/** Levels of a random matrix in a format. */
export function levelsIn(id: string, rows: number, columns: number, seed: number): GroupedLevels {
  const format = formatById(id);
  const packed = format.encode({shape: [rows, columns], data: normals(rows * columns, seed)});
  return format.levels!(packed)!;
}

/** Products must be within so many roundings of all terms; a level and an offset are terms of their own. */
export function expectClose(
  packedProducts: PackedLinears,
  weight: GroupedLevels,
  rows: number,
  activations: PackedActivations,
  seed: number,
): void {
  const {rows: out, columns, size, levels, scales, offsets} = weight;
  const x = normals(rows * columns, seed);
  const bias = normals(out, seed + 1);
  const product = packedProducts(weight, bias, activations)!;
  const seen =
    activations === "int8"
      ? int8Activations.decode(int8Activations.encode({shape: [rows, columns], data: x})).data
      : x;
  const expected = packedLinear(weight, bias, activations)(x);
  const groups = Math.ceil(columns / size);
  let worst = 0;
  product(x).forEach((value, at) => {
    const [t, o] = [Math.floor(at / out), at % out];
    let magnitude = Math.abs(bias[o]);
    for (let i = 0; i < columns; i++) {
      const group = o * groups + Math.floor(i / size);
      const term = Math.abs(levels[o * columns + i] * scales[group]) + Math.abs(offsets?.[group] ?? 0);
      magnitude += Math.abs(seen[t * columns + i]) * term;
    }
    worst = Math.max(worst, Math.abs(value - expected[at]) / magnitude);
  });
  expect(worst).toBeLessThanOrEqual((columns + 8) * 2 ** -23);
}
