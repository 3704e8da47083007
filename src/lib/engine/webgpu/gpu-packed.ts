/** Products with packed weights on a graphics processor: the weights are uploaded once, as they are packed. */
import type {GroupedLevels} from "../../formats/grouped-levels.js";
import {packedProductWgsl} from "../../kernels/generated/packed-product-wgsl.js";
import {
  freeAll,
  type GpuDispatch,
  type GpuHost,
  type GpuKernel,
  type GpuWork,
} from "../../kernels/gpu-host.js";
import {type PackedLayout, packedLayout} from "../packed/packed-layout.js";

/** A packed matrix in the memory of a graphics processor. */
export interface GpuPackedProduct {
  /** Bytes that it takes there. */
  readonly bytes: number;
  /**
   * Uploads x [rows, columns] for y = x W^T [rows, out].
   * @throws RangeError if x does not hold whole rows, or the adapter has no room.
   */
  prepare(x: Float32Array): Promise<GpuWork>;
  free(): void;
}

const KERNEL: GpuKernel = {
  name: "packed-product",
  text: packedProductWgsl,
  bindings: ["uniform", ...Array.from({length: 4}, () => "read-only-storage" as const), "storage"],
};

/** Tables that a workgroup's memory has room for beside the tiles. */
const MOST_TABLES = 32;
/** Levels of a table, and elements of a part. */
const LEVELS = 16;
const PART = 16;
/** Outputs that a workgroup computes of one row of x, and the tile that it computes of more. */
const ROWS = 4;
const TILE = {rows: 32, outputs: 64} as const;
/** Rows of x from which on weights are unpacked once for several. */
const MATRIX = 4;

/**
 * Uploads a packed matrix. Sums are float32 in an order of their own: they differ from `packedLinear` by at most
 * n · 2^-23 · Σ|x·w| for n inputs, where w counts level and offset apart.
 * @returns null for a matrix that has no {@link packedLayout}, or more tables of levels than a workgroup has room for.
 * @throws RangeError if the adapter takes no buffer of that size.
 */
export function gpuPackedProduct(host: GpuHost, weight: GroupedLevels): GpuPackedProduct | null {
  const layout = packedLayout(weight);
  if (layout === null || layout.tables.length / LEVELS > MOST_TABLES) return null;
  const {columns} = weight;
  const inputs = layout.groups * layout.group;
  const marks = marksOf(layout);
  const numbers = numbersOf(layout);
  const constants = {BITS: layout.bits, ROOM: layout.tables.length === LEVELS ? 1 : MOST_TABLES};
  const shape = shapeOf(layout);
  const stored = [host.upload(layout.codes), host.upload(marks.bytes), host.upload(numbers.values)];
  return {
    bytes: layout.codes.byteLength + marks.bytes.byteLength + numbers.values.byteLength,
    async prepare(x) {
      const rows = x.length / columns;
      if (!Number.isInteger(rows)) {
        throw new RangeError(`prepare: x must hold rows of ${columns} numbers, got ${x.length} numbers`);
      }
      const sizes = [layout.rows, rows, ...shape, marks.tablesAt, ...numbers.places];
      const own = [host.upload(Uint32Array.from(sizes), "uniform"), host.upload(spread(x, columns, inputs))];
      const y = host.room(rows * layout.rows);
      const isVector = rows < MATRIX;
      const dispatch: GpuDispatch = {
        pipeline: await host.pipeline(KERNEL, isVector ? "multiplyVector" : "multiplyMatrix", constants),
        buffers: [own[0], ...stored, own[1], y],
        grid: isVector
          ? vectorGrid(layout.rows, rows, host.maxGroups)
          : [Math.ceil(layout.rows / TILE.outputs), Math.ceil(rows / TILE.rows), 1],
      };
      return {
        dispatches: rows === 0 ? [] : [dispatch],
        read: () => host.read(y, rows * layout.rows),
        free: () => freeAll([...own, y]),
      };
    },
    free: () => freeAll(stored),
  };
}

/** Fields of `Sizes` of the kernel, from `steps` to `placeBits`. */
const shapeOf = ({steps, groups, group, tables, places}: PackedLayout): readonly number[] => [
  ...[steps, groups, group / PART, tables.length / LEVELS],
  8 * (places?.BYTES_PER_ELEMENT ?? 0),
];

/** Workgroups for all outputs, in rows of as many as the adapter takes, for each row of x. */
function vectorGrid(out: number, rows: number, most: number): [number, number, number] {
  const groups = Math.ceil(out / ROWS);
  return [Math.min(groups, most), Math.ceil(groups / most), rows];
}

/** Places of scales, then tables of groups, from a whole word on. */
function marksOf({places, tableOf}: PackedLayout): {bytes: Uint8Array; tablesAt: number} {
  const first = places ?? new Uint8Array(0);
  const tablesAt = Math.ceil(first.byteLength / 4);
  const bytes = new Uint8Array(4 * tablesAt + (tableOf?.length ?? 0));
  bytes.set(new Uint8Array(first.buffer, first.byteOffset, first.byteLength));
  if (tableOf !== null) bytes.set(tableOf, 4 * tablesAt);
  return {bytes, tablesAt};
}

/** Levels, scales and offsets as float32, and the places at which the last two begin: 0 where there are no offsets. */
function numbersOf({tables, scales, offsets, rows, groups}: PackedLayout): {
  values: Float32Array;
  places: readonly [number, number];
} {
  const scalesAt = tables.length;
  const offsetsAt = scalesAt + scales.length;
  const values = new Float32Array(offsetsAt + (offsets === null ? 0 : rows * groups));
  values.set(tables);
  values.set(scales, scalesAt);
  if (offsets !== null) values.set(spread(offsets, offsets.length / rows, groups), offsetsAt);
  return {values, places: [scalesAt, offsets === null ? 0 : offsetsAt]};
}

/** Rows of `width` numbers at places `wide` apart, zeros behind. */
function spread(from: Float32Array, width: number, wide: number): Float32Array {
  if (width === wide) return from;
  const to = new Float32Array((from.length / width) * wide);
  for (let i = 0; i * width < from.length; i++) to.set(from.subarray(i * width, (i + 1) * width), i * wide);
  return to;
}
