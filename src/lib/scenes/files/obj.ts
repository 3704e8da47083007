import type {Mesh} from "../mesh.js";
import {problem, requireFew} from "./problem.js";

/** Most corners of one face. */
const MOST_CORNERS = 1000;
/** Coordinates beyond this are no model but a mistake, and their squares would leave float32. */
const MOST_COORDINATE = 1e15;

/**
 * Reads the vertices and faces of a Wavefront OBJ file; faces with more than three corners are cut into fans. All else,
 * such as normals, groups and materials, is passed over.
 * @throws FormatError for a coordinate that is no number, a face that names a vertex that is not there, or no face at all.
 */
export function readObj(text: string): Mesh {
  const positions: number[] = [];
  const triangles: number[] = [];
  for (const [n, line] of lines(text)) {
    const [keyword, ...rest] = line.split(/\s+/, MOST_CORNERS + 2);
    if (keyword === "v") {
      for (const word of [0, 1, 2]) positions.push(coordinate(rest[word], n));
      requireFew("vertices", positions.length / 3);
    } else if (keyword === "f") {
      addFace(triangles, rest, positions.length / 3, n);
      requireFew("triangles", triangles.length / 3);
    }
  }
  if (triangles.length === 0) throw problem("no-triangle", "file", "none", "an OBJ file with faces");
  return {positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles)};
}

/** Lines that hold a vertex or a face, with their numbers: the others are not worth cutting up. */
function* lines(text: string): Generator<readonly [number: number, line: string]> {
  let [n, from] = [1, 0];
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    const first = text[from];
    if (first === "v" || first === "f") yield [n, text.slice(from, Math.min(to, from + 100_000)).trim()];
    from = to + 1;
    n++;
  }
}

function coordinate(word: string | undefined, line: number): number {
  const value = word === undefined || word === "" ? Number.NaN : Number(word);
  if (Math.abs(value) <= MOST_COORDINATE) return value;
  throw problem(
    "coordinate",
    `line ${line}: coordinate`,
    word ?? "none",
    `a number between -${MOST_COORDINATE} and ${MOST_COORDINATE}`,
  );
}

function addFace(triangles: number[], words: readonly string[], vertices: number, line: number): void {
  if (words.length < 3 || words.length > MOST_CORNERS) {
    throw problem("face", `line ${line}: corners`, words.length, `3 to ${MOST_CORNERS}`);
  }
  const corners = words.map((word) => {
    const [index] = word.split("/", 1);
    const value = /^-?\d{1,10}$/.test(index) ? Number(index) : 0;
    const place = value < 0 ? vertices + value : value - 1;
    if (value !== 0 && place >= 0 && place < vertices) return place;
    throw problem("index", `line ${line}: vertex`, word, `one of the ${vertices} vertices above it`);
  });
  for (let i = 2; i < corners.length; i++) triangles.push(corners[0], corners[i - 1], corners[i]);
}
