import {joined, type Mesh} from "../mesh.js";
import {measure, type ShapeFamily, word} from "./family.js";
import {ball, type Detail, revolution, rod, type Vector} from "./solids.js";

/** Trees: a crown on a trunk. */
export const tree: ShapeFamily = {
  id: "tree",
  attributes: [
    word("crown", "conical", "ball", "tiered"),
    measure("height", 0.9, 2),
    measure("crown width", 0.4, 1.2),
    measure("trunk length", 0.2, 0.7),
    measure("trunk width", 0.06, 0.25),
  ],
  build({crown, height, "crown width": width, "trunk length": length, "trunk width": trunkWidth}, detail) {
    const trunk = rod([0, 0, 0], length + 0.1, trunkWidth / 2, detail, 0.35 * trunkWidth);
    return joined([trunk, ...crownOf(crown, {width, low: length, high: height}, detail)]);
  },
};

function crownOf(
  crown: number,
  {width, low, high}: {readonly width: number; readonly low: number; readonly high: number},
  detail: Detail,
): Mesh[] {
  const tall = Math.max(0.2, high - low);
  if (crown === 1) return [ball([0, low + tall / 2, 0], width / 2, tall / 2, 2 * detail)];
  if (crown === 0) return [cone([0, low, 0], tall, width / 2, 2 * detail)];
  return [0, 1, 2].map((i) =>
    cone([0, low + 0.28 * i * tall, 0], 0.44 * tall, (width / 2) * (1 - 0.25 * i), detail),
  );
}

const cone = ([x, low, z]: Vector, height: number, radius: number, detail: Detail): Mesh =>
  revolution(
    [x, z],
    [
      [0, low],
      [radius, low],
      [0, low + height],
    ],
    detail,
  );
