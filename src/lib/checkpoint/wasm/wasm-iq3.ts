/** IQ3_S, packed and unpacked in WebAssembly: its grid as the kernel reads it. */
import {neighboursOf, POINTS, pointIndex} from "../../formats/ggml/iq3-grid.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";

/** The kernel of IQ3_S. */
export interface Iq3 {
  encodeIq3S(x: number, blocks: number, bytes: number, room: number, tables: number): void;
  decodeIq3S(bytes: number, blocks: number, x: number, points: number): void;
}

const CORNERS = 8 ** 4;
/** Places in the tables, as the kernel has them. */
const [LEVELS, STARTS, NEAR] = [8192, 24_576, 40_976];
/** Bytes of four points nearby: 16 levels and four points. */
const FOUR = 24;

/** The odd number that code i of a point stands for. */
const levelOf = (point: number, i: number): number => 2 * ((point >> (3 * i)) & 7) + 1;

const levelsOf = (point: number): number[] => [0, 1, 2, 3].map((i) => levelOf(point, i));

/** Levels of all points of the grid, four bytes each, in the memory of the kernel. */
export function iq3Points(heap: WasmHeap): number {
  const at = heap.allocate(4 * POINTS.length);
  heap.bytes(at, 4 * POINTS.length).set(Array.from(POINTS, levelsOf).flat());
  return at;
}

/** Tables of its search: indices and levels of points by their corners, and the points near each corner that is none. */
export function iq3Tables(heap: WasmHeap): number {
  const near = Array.from({length: CORNERS}, (_, corner) =>
    pointIndex(corner) < 0 ? foursNear(corner) : [],
  );
  const fours = near.flat();
  const at = heap.allocate(NEAR + FOUR * fours.length);
  heap.shorts(at, CORNERS).set(near.map((_, corner) => pointIndex(corner)));
  heap.bytes(at + LEVELS, 4 * CORNERS).set(near.flatMap((_, corner) => levelsOf(corner)));
  let first = 0;
  const starts = heap.integers(at + STARTS, CORNERS + 1);
  near.forEach((each, corner) => {
    starts[corner] = first;
    first += each.length;
  });
  starts[CORNERS] = first;
  fours.forEach((points, i) => {
    const to = at + NEAR + FOUR * i;
    heap.bytes(to, 16).set([0, 1, 2, 3].flatMap((code) => points.map((point) => levelOf(point, code))));
    heap.shorts(to + 16, 4).set(points);
  });
  return at;
}

/** Points near a corner, four at a time; the last four are filled up with the nearest, which a tie does not take again. */
function foursNear(corner: number): number[][] {
  const points = neighboursOf(corner);
  return Array.from({length: Math.ceil(points.length / 4)}, (_, four) =>
    [0, 1, 2, 3].map((i) => points[4 * four + i] ?? points[0]),
  );
}
