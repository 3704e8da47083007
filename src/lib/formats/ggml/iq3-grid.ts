/** The grid of IQ3_S: 512 of the 4096 points of four 3-bit codes, the first code in the lowest bits. */

const CORNERS = 8 ** 4;

/** Bit p of these bytes (base64, lowest bit first) is set where p is a point of the grid: `iq3s_grid` of src/ggml-common.h. */
const IS_POINT = [
  "p1cjCKUKBZIXI4kiEAAiBKNJIhGkCgAJCCIFShAFgCIBiBIECQIAARQARQiiAEAIQAoAAgAEAAIVAEUIABEAABerBVIAUAIE",
  "SxECCQIFAEEBpBEECSABBJIJghECAAQBKBQACkQRAAACCQIFAAIAAAAAkQBQAAAACgUCIAIABAGrVYoFKgWAKQWJJBIEAgAA",
  "kgAKgQKIABIlAhQKBAFAAIIACSQCAAAkEAIEgAEIAAGFAAIAACACACACQAEIAQAABKoEKpQCCAIqEAoAAQABRAEEARQAAQAA",
  "AhGKAYogAAgIQgQCAAQRAAIFIAQQQAAIAEAAAAIAAAAKAAUgAAAAABEEkQQCAQABhAoEIQgiAAAKIQIIAYAEARAKBSIAAAAA",
  "BQAQgAEAAAKgAAIAAAAEAAAIABAAAAEAACEAAQgCAAAEEQQAkQRAECoEAgQAAAAEAQIIQQAIAACEAYAAEAIgCBIAAQRAAAAA",
  "AARAAAAKAAAAAAAABAAAABQABAAAAAAAACoACgAAAQABAIEAAAAQAAAEABAEIAQBARACAAEAAAAAACAACAAEAAkAABAAAAEA",
  "IAAAAAEAAAAACgAAAAAAAJEABUABEAQABAIQACgAAAASQQIBAAIAAAQAACQACAAAIggBAAABAAAAAAQABAAAAAQAAAIAAAAA",
  "AQAAAAAAAAA=",
].join("");

/** The points in ascending order: their indices are what blocks store. */
export const POINTS: Uint16Array = pointsOf(IS_POINT);

function pointsOf(base64: string): Uint16Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const all = Array.from({length: CORNERS}, (_, point) => point);
  return Uint16Array.from(all.filter((point) => (bytes[point >> 3] >> (point & 7)) & 1));
}

const INDICES = new Int16Array(CORNERS).fill(-1);
POINTS.forEach((point, index) => {
  INDICES[point] = index;
});

/** The index of a point, -1 where it is none. */
export const pointIndex = (point: number): number => INDICES[point];

/** How many distances to a corner count as near. */
const NEAR = 3;
const neighbours = new Map<number, Uint16Array>();

/** The points at the three least distances from a corner that is no point, the nearest first, then by index. */
export function neighboursOf(corner: number): Uint16Array {
  const known = neighbours.get(corner) ?? findNeighbours(corner);
  neighbours.set(corner, known);
  return known;
}

function findNeighbours(corner: number): Uint16Array {
  const distances = POINTS.map((point) => squaredDistance(point, corner));
  let farthest = -1;
  for (let count = 0; count < NEAR; count++) farthest = leastAbove(distances, farthest);
  const near = POINTS.filter((_, index) => distances[index] <= farthest);
  return near.sort((a, b) => squaredDistance(a, corner) - squaredDistance(b, corner) || a - b);
}

/** The least of the numbers above another. */
function leastAbove(numbers: Uint16Array, bound: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const number of numbers) if (number > bound && number < least) least = number;
  return least;
}

function squaredDistance(a: number, b: number): number {
  let sum = 0;
  for (let shift = 0; shift < 12; shift += 3) sum += (((a >> shift) & 7) - ((b >> shift) & 7)) ** 2;
  return sum;
}
