import {facesOf, rotation, type Shot} from "./mesh-shot.js";

/** Draws a mesh face by face, the farthest first: for small pictures, and where there is no WebGL. */
export function paintMesh(context: CanvasRenderingContext2D, {mesh, turn, colour, size}: Shot): void {
  const m = rotation(turn);
  const {corners, normals} = facesOf(mesh);
  const seen = (from: Float32Array, at: number, row: number) =>
    m[row] * from[at] + m[3 + row] * from[at + 1] + m[6 + row] * from[at + 2];
  const faces = Array.from({length: corners.length / 9}, (_, t) => {
    const at = 9 * t;
    const facing = [0, 1, 2].map((row) => seen(normals, at, row));
    const light = Math.min(1, Math.abs(0.35 * facing[0] + 0.55 * facing[1] + 0.75 * facing[2]));
    return {at, depth: seen(corners, at, 2) + seen(corners, at + 3, 2) + seen(corners, at + 6, 2), light};
  }).sort((a, b) => a.depth - b.depth);
  const pixel = (value: number) => (0.5 + 0.6 * value) * size;
  for (const {at, light} of faces) {
    context.fillStyle = context.strokeStyle = shaded(colour, light);
    context.beginPath();
    for (const k of [0, 3, 6])
      context.lineTo(pixel(seen(corners, at + k, 0)), pixel(-seen(corners, at + k, 1)));
    context.fill();
    // Faces that meet would leave a seam of the ground.
    context.stroke();
  }
}

/** A colour from half as dark, away from the light, to mixed with white, towards it. */
function shaded(colour: Shot["colour"], light: number): string {
  const parts = colour.map((part) => {
    const [dark, bright] = [0.5 * part, 0.6 * part + 0.4];
    return Math.round(255 * (dark + light * (bright - dark)));
  });
  return `rgb(${parts.join(" ")})`;
}
