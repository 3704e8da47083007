import type {Mesh} from "../mesh.js";
import {measure, type ShapeFamily, word} from "./family.js";
import {type OutlinePoint, revolution} from "./solids.js";

/** Bottles: one outline, turned around an axis. */
export const bottle: ShapeFamily = {
  id: "bottle",
  attributes: [
    word("shoulder", "sloping", "steep", "round"),
    word("mouth", "rimmed", "plain"),
    measure("height", 0.6, 1.4),
    measure("width", 0.25, 0.7),
    measure("neck length", 0.08, 0.4),
    measure("neck width", 0.06, 0.2),
  ],
  build({shoulder, mouth, height, width, "neck length": neckLength, "neck width": neckWidth}, detail): Mesh {
    const [wide, narrow] = [width / 2, neckWidth / 2];
    const top = Math.max(0.4 * height, height - neckLength);
    const from = top - [0.8, 0.12, 0.6][shoulder] * wide;
    const rim: OutlinePoint[] =
      mouth === 0
        ? [
            [narrow, height - 0.05],
            [1.3 * narrow, height - 0.05],
            [1.3 * narrow, height],
          ]
        : [[narrow, height]];
    const bend: OutlinePoint[] = shoulder === 2 ? arc(wide, narrow, from, top) : [];
    return revolution(
      [0, 0],
      [[0, 0], [wide, 0], [wide, from], ...bend, [narrow, top], ...rim, [0, height]],
      // One outline is all there is: as many triangles as other objects have takes more of them.
      2 * detail,
    );
  },
};

/** A quarter of an ellipse between the wall and the neck. */
function arc(wide: number, narrow: number, from: number, to: number): OutlinePoint[] {
  return [1, 2, 3].map((i): OutlinePoint => {
    const angle = (Math.PI / 2) * (i / 4);
    return [narrow + (wide - narrow) * Math.cos(angle), from + (to - from) * Math.sin(angle)];
  });
}
