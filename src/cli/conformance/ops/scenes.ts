import {type PointSetDistances, pointSetDistances} from "../../../lib/scenes/distances.js";
import {deltasOf, dequantizePoints, orderZeroEntropy, quantizePoints} from "../../../lib/scenes/quantize.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {numberArg} from "./formats-arguments.js";

/** Distances by the names of golden files, in which A is the reference. */
const COLUMNS: Readonly<Record<string, keyof PointSetDistances>> = {
  cd_squared_sum: "chamferSquared",
  cd_l1_half: "chamfer",
  hausdorff: "hausdorff",
  directed_A_to_B: "hausdorffFromReference",
  directed_B_to_A: "hausdorffFromPredicted",
  "fscore(A=reference)": "fScore",
  fscore: "fScore",
};

/** Distances of two sets of points, in the order of the columns that the file names. */
const pointSetDistance: CaseOp = (args, inputs) => {
  const [a, b] = ["A", "B"].map((name) => (inputs[name] as GoldenTensor).data);
  const distances = pointSetDistances(a, b, numberArg(args, "tau"));
  const columns = (args.columns ?? Object.keys(COLUMNS).slice(0, 6)) as readonly string[];
  const values = columns.map((column) => {
    if (!Object.hasOwn(COLUMNS, column)) {
      throw new RangeError(`columns: must be of ${Object.keys(COLUMNS).join(", ")}, got ${column}`);
    }
    return distances[COLUMNS[column]];
  });
  return {values};
};

/** Points on a grid, what they stand for, and the entropy of their differences. */
const vertexQuantise: CaseOp = (args, inputs) => {
  const {data, shape} = inputs.A as GoldenTensor;
  const quantized = quantizePoints(data, numberArg(args, "bits"));
  return {
    q: {data: quantized.q, shape},
    reconstructed: {data: dequantizePoints(quantized), shape},
    entropy_bits_per_coordinate: [orderZeroEntropy(deltasOf(quantized.q))],
  };
};

/** Ops on meshes and sets of points. */
export const sceneOps: Ops = {
  cases: {point_set_distance: pointSetDistance, vertex_quantise: vertexQuantise},
};
