import {joined, type Mesh} from "../mesh.js";
import {count, measure, type ShapeFamily, word} from "./family.js";
import {box, rod} from "./solids.js";

/** Tables: a top on legs that stand in a circle or, if there are four, in the corners. */
export const table: ShapeFamily = {
  id: "table",
  attributes: [
    word("top", "square", "round", "oblong"),
    count("legs", 3, 6),
    measure("height", 0.4, 1.3),
    measure("width", 0.8, 1.6),
    measure("thickness", 0.03, 0.15),
    measure("stoutness", 0.02, 0.08),
  ],
  build({top, legs, height, width, thickness, stoutness}, detail) {
    const depth = top === 2 ? 0.55 * width : width;
    const plate: Mesh =
      top === 1
        ? rod([0, height - thickness, 0], thickness, width / 2, detail)
        : box([0, height - thickness / 2, 0], [width, thickness, depth], detail);
    const reach = 0.5 - (1.5 * stoutness) / width;
    const standing = Array.from({length: legs}, (_, i) => {
      const angle = (2 * Math.PI * (i + 0.5)) / legs;
      const spread = legs === 4 && top !== 1 ? Math.SQRT2 : 0.9;
      const [x, z] = [spread * reach * width * Math.cos(angle), spread * reach * depth * Math.sin(angle)];
      return rod([x, 0, z], height - thickness, stoutness, detail);
    });
    return joined([plate, ...standing]);
  },
};
