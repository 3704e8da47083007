import {joined, type Mesh} from "../mesh.js";
import {count, measure, type ShapeFamily, word} from "./family.js";
import {box, lyingRod} from "./solids.js";

const [BOARD, WIDTH] = [0.04, 0.6];

/** Carts: a bed between wheels, with or without boards around it and a shaft to pull it. */
export const cart: ShapeFamily = {
  id: "cart",
  attributes: [
    word("bed", "boarded", "flat"),
    word("shaft", "shafted", "shaftless"),
    count("axles", 1, 3),
    measure("length", 0.7, 1.6),
    measure("wheel size", 0.2, 0.6),
    measure("board height", 0.1, 0.5),
  ],
  build({bed, shaft, axles, length, "wheel size": wheelSize, "board height": boardHeight}, detail) {
    const low = 0.6 * wheelSize;
    const parts: Mesh[] = [box([0, low, 0], [length, BOARD, WIDTH], detail)];
    for (let axle = 0; axle < axles; axle++) {
      const x = axles === 1 ? 0 : (axle / (axles - 1) - 0.5) * (length - wheelSize / 2);
      for (const z of [-1, 1]) {
        const side = z * (WIDTH / 2 + 0.05);
        parts.push(lyingRod([x, wheelSize / 2, side], 0.06, wheelSize / 2 / (axles === 3 ? 1.5 : 1), detail));
      }
      parts.push(lyingRod([x, wheelSize / 2, 0], WIDTH, 0.02, detail));
    }
    if (bed === 0) {
      const middle = low + boardHeight / 2;
      for (const side of [-1, 1]) {
        parts.push(box([0, middle, (side * WIDTH) / 2], [length, boardHeight, BOARD], detail));
        parts.push(box([(side * length) / 2, middle, 0], [BOARD, boardHeight, WIDTH], detail));
      }
    }
    if (shaft === 0) parts.push(box([length / 2 + 0.25, low, 0], [0.5, BOARD, BOARD], detail));
    return joined(parts);
  },
};
