import {joined, type Mesh} from "../mesh.js";
import {measure, type ShapeFamily, word} from "./family.js";
import {box, type Detail, rod} from "./solids.js";

const THICKNESS = 0.06;

/** Chairs: a seat on four legs, with or without a back and arms. */
export const chair: ShapeFamily = {
  id: "chair",
  attributes: [
    word("seat", "square", "round"),
    word("back", "solid", "slatted", "backless"),
    word("arms", "armless", "armed"),
    measure("height", 0.35, 0.8),
    measure("back height", 0.3, 0.9),
    measure("width", 0.4, 0.8),
    measure("stoutness", 0.015, 0.05),
  ],
  build({seat, back, arms, height, width, stoutness, "back height": backHeight}, detail) {
    const parts: Mesh[] = [
      seat === 1
        ? rod([0, height - THICKNESS, 0], THICKNESS, width / 2, detail)
        : box([0, height - THICKNESS / 2, 0], [width, THICKNESS, width], detail),
    ];
    const reach = (seat === 1 ? 0.33 : 0.47) * width - stoutness;
    for (const x of [-reach, reach]) {
      for (const z of [-reach, reach]) parts.push(rod([x, 0, z], height - THICKNESS, stoutness, detail));
      if (arms === 1) {
        parts.push(box([x, height + 0.22, 0], [2 * stoutness, 2 * stoutness, width], detail));
        parts.push(rod([x, height, reach], 0.22, stoutness, detail));
      }
    }
    const leanedOn = back === 2 ? [] : backOf(back === 1, {height, width, backHeight, stoutness}, detail);
    return joined([...parts, ...leanedOn]);
  },
};

/** A board, or five slats under a rail. */
function backOf(
  isSlatted: boolean,
  {height, width, backHeight, stoutness}: Readonly<Record<string, number>>,
  detail: Detail,
): Mesh[] {
  const z = -width / 2 + stoutness;
  const middle = height + backHeight / 2;
  if (!isSlatted) return [box([0, middle, z], [width, backHeight, 2 * stoutness], detail)];
  const rail = box([0, height + backHeight, z], [width, 3 * stoutness, 2 * stoutness], detail);
  const slats = [-2, -1, 0, 1, 2].map((i) =>
    box([(i * width) / 5, middle, z], [width / 14, backHeight, stoutness], detail),
  );
  return [rail, ...slats];
}
