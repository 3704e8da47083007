import {FormatError, type FormatProblem} from "../../io/format-error.js";

/** Most bytes of a file: a reader holds all of it in memory. */
export const MOST_BYTES = 64 * 2 ** 20;
/** Most vertices, and most triangles, of a file. */
export const MOST_ELEMENTS = 2_000_000;

/** The error of a mesh file; most have no single byte to blame. */
export const problem = (
  kind: string,
  field: string,
  value: unknown,
  allowed: string,
  more: Partial<Pick<FormatProblem, "cure" | "offset">> = {},
): FormatError => new FormatError("readMesh", {kind, field, value, allowed, offset: null, ...more});

/** @throws FormatError unless a number of vertices or triangles is within the limit. */
export function requireFew(field: string, count: number): void {
  if (count > MOST_ELEMENTS) {
    throw problem("too-many", field, count, `at most ${MOST_ELEMENTS}`, {cure: "Decimate the mesh first"});
  }
}
