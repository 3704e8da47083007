import {draws, randomStream} from "../../tensor/random.js";
import {type Tensor, tensor} from "../../tensor/tensor.js";

/** Rows and columns of a synthetic tensor: enough that its error varies by less than 1 % from seed to seed. */
const SHAPE = [256, 1024] as const;
/** Columns that stand for outlier channels, and how much larger they are. */
const OUTLIERS = {count: 10, factor: 20};

/** Distributions to draw a tensor from. */
export const DISTRIBUTIONS = ["normal", "laplace", "student-t5", "outlier-columns"] as const;

export type Distribution = (typeof DISTRIBUTIONS)[number];

/**
 * A 256 x 1024 tensor of independent draws: standard normal, Laplace of scale 1, Student's t with 5 degrees of
 * freedom, or standard normal with 10 random columns multiplied by 20.
 */
export function sample(distribution: Distribution, seed: number): Tensor {
  const stream = randomStream(seed, distribution);
  const draw = {
    normal: stream.normal,
    laplace: stream.laplace,
    "student-t5": () => stream.studentT(5),
    "outlier-columns": stream.normal,
  }[distribution];
  const [rows, columns] = SHAPE;
  const data = draws(rows * columns, draw);
  if (distribution === "outlier-columns") {
    const chosen = new Set<number>();
    while (chosen.size < OUTLIERS.count) chosen.add(stream.integer(columns));
    for (const column of chosen) {
      for (let i = column; i < data.length; i += columns) data[i] = data[i]! * OUTLIERS.factor;
    }
  }
  return tensor(data, SHAPE);
}
