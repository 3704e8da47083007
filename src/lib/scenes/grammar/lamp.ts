import {joined, type Mesh} from "../mesh.js";
import {measure, type ShapeFamily, word} from "./family.js";
import {ball, box, type Detail, revolution, rod} from "./solids.js";

/** Lamps: a shade on a stem on a foot. */
export const lamp: ShapeFamily = {
  id: "lamp",
  attributes: [
    word("shade", "cone", "drum", "globe"),
    word("foot", "disc", "block"),
    measure("height", 0.6, 1.8),
    measure("shade width", 0.25, 0.9),
    measure("foot width", 0.2, 0.6),
    measure("stoutness", 0.015, 0.08),
  ],
  build({shade, foot, height, stoutness, "shade width": shadeWidth, "foot width": footWidth}, detail) {
    const low = foot === 1 ? 0.12 : 0.05;
    const base =
      foot === 1
        ? box([0, low / 2, 0], [0.7 * footWidth, low, 0.7 * footWidth], detail)
        : rod([0, 0, 0], low, footWidth / 2, detail, 0.8 * (footWidth / 2));
    const stem = rod([0, low, 0], height - low, stoutness, detail);
    return joined([base, stem, shadeOf(shade, height, shadeWidth, detail)]);
  },
};

function shadeOf(shade: number, height: number, width: number, detail: Detail): Mesh {
  const half = 0.35 * width;
  if (shade === 2) return ball([0, height, 0], width / 2, width / 2, detail);
  const above = shade === 1 ? width / 2 : 0.22 * width;
  return revolution(
    [0, 0],
    [
      [0.9 * (width / 2), height - half],
      [width / 2, height - half],
      [above, height + half],
      [0.9 * above, height + half],
    ],
    detail,
  );
}
