/** What the kernels are measured against on the same adapter: a copy, and a product whose weights take 16 bits. */
import {freeAll, type GpuHost, type GpuKernel, type GpuWork} from "../../src/lib/kernels/gpu-host.js";

const COPY: GpuKernel = {
  name: "copy",
  bindings: ["read-only-storage", "storage"],
  text: `const LANES = 256u;
@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> target_: array<vec4<f32>>;

@compute @workgroup_size(LANES)
fn copy(at: Place) {
  let i = LANES * (at.group.x + at.group.y * at.groups.x) + at.lane;
  if (i < arrayLength(&source)) { target_[i] = source[i]; }
}`,
};

/** Four outputs a workgroup, as the packed product has them; weights in pairs, which every adapter can unpack. */
const HALF: GpuKernel = {
  name: "half-product",
  bindings: ["uniform", "read-only-storage", "read-only-storage", "storage"],
  text: `const LANES = 64u;
@group(0) @binding(0) var<uniform> sizes: vec4<u32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(LANES)
fn multiply(at: Place) {
  let eights = sizes.x / 8;
  let first = 4 * (at.group.x + at.group.y * at.groups.x);
  var sum = vec4<f32>();
  for (var i = at.lane; i < eights; i += LANES) {
    let low = x[2 * i];
    let high = x[2 * i + 1];
    for (var r = 0u; r < 4; r++) {
      let w = weights[min(first + r, sizes.y - 1) * eights + i];
      sum[r] += dot(vec4(unpack2x16float(w.x), unpack2x16float(w.y)), low)
        + dot(vec4(unpack2x16float(w.z), unpack2x16float(w.w)), high);
    }
  }
  let all = sumOver(sum, at);
  if (at.lane < 4 && first + at.lane < sizes.y) { y[first + at.lane] = all[at.lane]; }
}`,
};

const grid = (host: GpuHost, groups: number): readonly [number, number, number] => [
  Math.min(groups, host.maxGroups),
  Math.ceil(groups / host.maxGroups),
  1,
];

/** A copy of so many float32 numbers, a multiple of 4. */
export async function prepareCopy(host: GpuHost, numbers: number): Promise<GpuWork> {
  const buffers = [host.room(numbers), host.room(numbers)];
  return {
    dispatches: [
      {pipeline: await host.pipeline(COPY, "copy"), buffers, grid: grid(host, Math.ceil(numbers / 1024))},
    ],
    read: () => host.read(buffers[1], numbers),
    free: () => freeAll(buffers),
  };
}

/** y [out] = W x of weights as pairs of halves, [out, columns / 2]; columns a multiple of 8. */
export async function prepareHalfProduct(
  host: GpuHost,
  pairs: Uint32Array,
  x: Float32Array,
): Promise<GpuWork> {
  const columns = x.length;
  const out = (2 * pairs.length) / columns;
  const y = host.room(out);
  const buffers = [
    host.upload(Uint32Array.of(columns, out, 0, 0), "uniform"),
    ...[host.upload(pairs), host.upload(x), y],
  ];
  return {
    dispatches: [
      {pipeline: await host.pipeline(HALF, "multiply"), buffers, grid: grid(host, Math.ceil(out / 4))},
    ],
    read: () => host.read(y, out),
    free: () => freeAll(buffers),
  };
}
