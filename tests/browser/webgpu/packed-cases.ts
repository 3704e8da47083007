import {packedLinear} from "../../../src/lib/engine/packed/packed-linear.js";
import {gpuPackedProduct} from "../../../src/lib/engine/webgpu/gpu-packed.js";
import type {GroupedLevels} from "../../../src/lib/formats/grouped-levels.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {type GpuHost, runOnGpu} from "../../../src/lib/kernels/gpu-host.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const normals = (count: number, seed: number) => draws(count, randomStream(seed, "webgpu").normal);

function levelsIn(id: string, data: Float32Array, columns: number): GroupedLevels {
  const format = formatById(id);
  return format.levels!(format.encode({shape: [data.length / columns, columns], data}))!;
}

async function multiplied(host: GpuHost, weight: GroupedLevels, x: Float32Array): Promise<Float32Array> {
  const product = gpuPackedProduct(host, weight)!;
  try {
    return await runOnGpu(host, product.prepare(x));
  } finally {
    product.free();
  }
}

/** The largest difference from the definition, as a share of the stated bound: within it up to 1. */
async function shareOfBound(host: GpuHost, weight: GroupedLevels, x: Float32Array): Promise<number> {
  const {rows: out, columns, size, levels, scales, offsets} = weight;
  const actual = await multiplied(host, weight, x);
  const expected = packedLinear(weight, null)(x);
  if (actual.length !== expected.length) return Number.NaN;
  const groups = Math.ceil(columns / size);
  // A share that is no number makes the largest none.
  let worst = 0;
  actual.forEach((value, at) => {
    const [t, o] = [Math.floor(at / out), at % out];
    let magnitude = 0;
    for (let i = 0; i < columns; i++) {
      const group = o * groups + Math.floor(i / size);
      const term = Math.abs(levels[o * columns + i] * scales[group]) + Math.abs(offsets?.[group] ?? 0);
      magnitude += Math.abs(x[t * columns + i]) * term;
    }
    if (value === expected[at] || (Number.isNaN(value) && Number.isNaN(expected[at]))) return;
    const share = Math.abs(value - expected[at]) / (magnitude * (columns + 8) * 2 ** -23);
    worst = Math.max(worst, share);
  });
  return worst;
}

async function worstOf(
  host: GpuHost,
  id: string,
  shapes: readonly (readonly [rows: number, columns: number, out: number])[],
  change: (weights: Float32Array) => void = () => {},
): Promise<number> {
  let worst = 0;
  for (const [rows, columns, out] of shapes) {
    const data = normals(out * columns, columns);
    change(data);
    worst = Math.max(
      worst,
      await shareOfBound(host, levelsIn(id, data, columns), normals(rows * columns, out)),
    );
  }
  return worst;
}

/** Vectors, a few rows, and tiles that are not full; columns of whole blocks, and with a part of one. */
const PLAIN = [
  [1, 256, 9],
  [3, 512, 67],
  [5, 256, 70],
  [37, 512, 5],
] as const;
const ODD = [
  [1, 1, 1],
  [2, 33, 3],
  [4, 17, 66],
  [33, 301, 7],
] as const;

const GROUPED = ["int4_g32", "int4", "mxfp4", "nvfp4", "razer"] as const;
const BLOCKS = ["q4_0", "q4_K", "q8_0", "int8", "tq2_0", "int2"] as const;

/** Cases by name: each gives a number that must be at most 1. */
export const packedCases: Readonly<Record<string, (host: GpuHost) => Promise<number>>> = {
  ...Object.fromEntries(
    [...GROUPED, ...BLOCKS].map((id) => [
      `products with weights packed in ${id} equal the definition`,
      (host: GpuHost) => worstOf(host, id, PLAIN),
    ]),
  ),
  ...Object.fromEntries(
    GROUPED.map((id) => [
      `rows of ${id} may end inside a group, and be shorter than one`,
      (host: GpuHost) => worstOf(host, id, ODD),
    ]),
  ),
  ...Object.fromEntries(
    GROUPED.map((id) => [
      `blocks of zeros in ${id} give what the definition gives`,
      (host: GpuHost) => worstOf(host, id, PLAIN, (data) => data.fill(0, 64, 192)),
    ]),
  ),
  "a scale that is no number makes its outputs none, and leaves the others": async (host) => {
    const weight = levelsIn("mxfp4", normals(8 * 64, 5), 64);
    const scales = weight.scales.slice();
    scales[5] = Number.NaN;
    const broken = {...weight, scales};
    const shares = [1, 5].map((rows) => shareOfBound(host, broken, normals(rows * 64, 6)));
    const [vector, matrix] = await Promise.all(shares);
    return Math.max(vector, matrix);
  },
  "no row of x gives no output": async (host) =>
    (await multiplied(host, levelsIn("mxfp4", normals(8 * 64, 5), 64), new Float32Array(0))).length,
  "an empty matrix, and groups of an odd size, are left to the definition": async (host) => {
    const odd = {columns: 40, size: 20, scales: new Float32Array(4), offsets: null};
    const products = [
      gpuPackedProduct(host, {...odd, rows: 2, levels: new Int8Array(80)}),
      gpuPackedProduct(host, {...odd, rows: 0, levels: new Int8Array(0)}),
    ];
    return products.filter((product) => product !== null).length;
  },
};
