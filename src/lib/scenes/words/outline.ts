import type {Mesh} from "../mesh.js";
import {type BitCoder, contexts, decoder, encoder} from "../range-coder.js";
import {coordinateOf, type Silhouette, silhouetteOf, VIEWS} from "../silhouette.js";

/** The view whose outline is stored. */
const [FRONT] = VIEWS;

/** Neighbours already coded that a pixel's context looks at: two to the left, five above. */
const NEIGHBOURS: readonly (readonly [column: number, row: number])[] = [
  [-1, 0],
  [-2, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
  [2, -1],
  [0, -2],
];

/** The front silhouette of a mesh in its unit box. */
export const frontOutline = (mesh: Mesh, resolution: number): Silhouette =>
  silhouetteOf(mesh, FRONT, resolution);

/**
 * A silhouette in bytes: each pixel coded in the context of its neighbours, so that only where the outline runs bits are
 * spent. (The method of JBIG, ITU-T T.82) The resolution comes first.
 */
export function encodeOutline({pixels, resolution}: Silhouette): Uint8Array {
  const coder = encoder();
  codePixels(coder, pixels, resolution);
  const body = coder.finish();
  const bytes = new Uint8Array(1 + body.length);
  bytes[0] = resolution;
  bytes.set(body, 1);
  return bytes;
}

/** The silhouette of {@link encodeOutline}. */
export function decodeOutline(bytes: Uint8Array): Silhouette {
  const [resolution] = bytes;
  const pixels = new Uint8Array(resolution * resolution);
  codePixels(decoder(bytes.subarray(1)), pixels, resolution);
  return {pixels, resolution};
}

/** Codes pixels in place: an encoder reads them, a decoder writes them. */
function codePixels(coder: BitCoder, pixels: Uint8Array, size: number): void {
  const all = contexts(2 ** NEIGHBOURS.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let context = 0;
      for (const [x, y] of NEIGHBOURS) {
        const isInside = column + x >= 0 && column + x < size && row + y >= 0;
        context = 2 * context + (isInside ? pixels[(row + y) * size + column + x] : 0);
      }
      const place = row * size + column;
      pixels[place] = coder.bit(all, context, pixels[place]);
    }
  }
}

interface Ends {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/** Left and right ends of a silhouette in each row, as coordinates; NaN in empty rows. */
function ends({pixels, resolution}: Silhouette): Ends {
  const left = new Float64Array(resolution).fill(Number.NaN);
  const right = new Float64Array(resolution).fill(Number.NaN);
  for (let row = 0; row < resolution; row++) {
    const line = pixels.subarray(row * resolution, (row + 1) * resolution);
    const [first, last] = [line.indexOf(1), line.lastIndexOf(1)];
    if (first < 0) continue;
    left[row] = coordinateOf(first - 0.5, resolution);
    right[row] = coordinateOf(last + 0.5, resolution);
  }
  return {left, right};
}

/**
 * A mesh pulled sideways, row by row, until its front silhouette has the ends of the stored one. What the text cannot say,
 * such as a bend, is corrected where the outline shows it; depth stays as it was.
 */
export function fittedTo(mesh: Mesh, outline: Silhouette): Mesh {
  const {resolution} = outline;
  const [own, wanted] = [ends(frontOutline(mesh, resolution)), ends(outline)];
  const moves = Array.from({length: resolution}, (_, row) => moveOf(own, wanted, row));
  const positions = Float32Array.from(mesh.positions);
  for (let i = 0; i < positions.length; i += 3) {
    const at = rowAt(positions[i + 1], resolution);
    const [below, share] = [Math.floor(at), at - Math.floor(at)];
    const [a, b] = [moves[below], moves[Math.min(resolution - 1, below + 1)]];
    const moved = (x: number, {scale, shift}: typeof a) => scale * x + shift;
    positions[i] = (1 - share) * moved(positions[i], a) + share * moved(positions[i], b);
  }
  return {positions, triangles: mesh.triangles};
}

/** Widest and narrowest that a row is pulled: beyond, other parts of the object stand in it, and only its middle moves. */
const [WIDER, NARROWER] = [2, 0.5];

/** Scale and shift that bring the ends of a row to those that are stored; none where one of the two is empty. */
function moveOf(own: Ends, wanted: Ends, row: number): {readonly scale: number; readonly shift: number} {
  const scale = (wanted.right[row] - wanted.left[row]) / (own.right[row] - own.left[row]);
  if (!Number.isFinite(scale)) return {scale: 1, shift: 0};
  if (scale >= NARROWER && scale <= WIDER) return {scale, shift: wanted.left[row] - scale * own.left[row]};
  const middle = (ends: Ends) => (ends.left[row] + ends.right[row]) / 2;
  return {scale: 1, shift: middle(wanted) - middle(own)};
}

/** The row of pixels, with its fraction, at a height. */
function rowAt(height: number, resolution: number): number {
  const [first, last] = [coordinateOf(0, resolution), coordinateOf(resolution - 1, resolution)];
  const row = ((height - first) / (last - first)) * (resolution - 1);
  return Math.max(0, Math.min(resolution - 1, row));
}
