import type {TensorSet} from "../../experiment/experiment.js";
import {draws, randomStream} from "../../tensor/random.js";
import {matrixSize, type Tensor, tensor} from "../../tensor/tensor.js";

/** Rows and columns of a synthetic tensor: enough that its error varies by less than 1 % from seed to seed. */
const ROWS = 256;
/** Columns of a synthetic tensor. */
export const COLUMNS = 1024;
/** Columns that stand for outlier channels, and how much larger they are. */
const OUTLIERS = {count: 10, factor: 20};

/** Distributions to draw a tensor from. */
export const DISTRIBUTIONS = ["normal", "laplace", "student-t5", "outlier-columns"] as const;

/** A distribution that synthetic values are drawn from. */
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** Data sets of a trained model: its weights, the same with outlier channels, and what flows between its layers. */
export const DATA_NEEDS = [
  "weights/decoder-small",
  "weights/decoder-small-outliers",
  "activations/decoder-small",
  "activations/decoder-small-outliers",
] as const;

type DataNeed = (typeof DATA_NEEDS)[number];

/** Sources of the values of an experiment. */
export const SOURCES = [...DISTRIBUTIONS, ...DATA_NEEDS] as const;

/** A source of values: a distribution or a data set. */
export type Source = (typeof SOURCES)[number];

/** The choice of a source, in the words all experiments of this family share. */
export const sourceParam = {
  kind: "choice",
  label: "Values",
  help: "A synthetic tensor of 256 x 1024, or all matrices of a trained model.",
  options: SOURCES,
  names: {
    laplace: "Laplace",
    "student-t5": "Student's t",
    "outlier-columns": "outlier columns",
    "weights/decoder-small": "weights of decoder-small",
    "weights/decoder-small-outliers": "weights of decoder-small-outliers",
    "activations/decoder-small": "activations of decoder-small",
    "activations/decoder-small-outliers": "activations of decoder-small-outliers",
  },
  default: "normal",
} as const;

/** The seed of the synthetic tensors. */
export const seedParam = {
  kind: "integer",
  label: "Seed",
  help: "Synthetic tensors only.",
  min: 0,
  max: 9999,
  default: 0,
  advanced: true,
} as const;

/** The tensors of a source: one that is drawn, or the matrices of a data set (gains and biases are kept as floats). */
export function tensorsOf(source: Source, seed: number, data: {get(name: DataNeed): TensorSet}): TensorSet {
  if (isDistribution(source)) return new Map([[source, sample(source, seed)]]);
  return new Map([...data.get(source)].filter(([, values]) => isMatrix(values)));
}

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
  const x = tensor(draws(ROWS * COLUMNS, draw), [ROWS, COLUMNS]);
  if (distribution !== "outlier-columns") return x;
  return scaleColumns(x, pickColumns(OUTLIERS.count, COLUMNS, stream.integer), OUTLIERS.factor);
}

/** `count` different columns of 0 … columns - 1; `integer(n)` draws one of 0 … n - 1. */
export function pickColumns(
  count: number,
  columns: number,
  integer: (n: number) => number,
): ReadonlySet<number> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, columns)) chosen.add(integer(columns));
  return chosen;
}

/** `x` with the chosen columns multiplied by `factor`. */
export function scaleColumns(x: Tensor, chosen: ReadonlySet<number>, factor: number): Tensor {
  const {columns} = matrixSize(x);
  return tensor(
    x.data.map((value, i) => (chosen.has(i % columns) ? value * factor : value)),
    x.shape,
  );
}

function isDistribution(source: Source): source is Distribution {
  return (DISTRIBUTIONS as readonly string[]).includes(source);
}

function isMatrix({shape}: Tensor): boolean {
  return shape.filter((dim) => dim > 1).length >= 2;
}
