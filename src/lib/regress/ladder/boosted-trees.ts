import {FormatError} from "../../io/format-error.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Predictor} from "./ridge.js";

/** Trees of one depth whose sum predicts a number. Nodes of a tree stand level by level, the root first. */
interface Forest {
  readonly depth: number;
  readonly trees: number;
  /** Feature and threshold of each inner node, [trees, 2^depth - 1]. */
  readonly feature: Float32Array;
  readonly threshold: Float32Array;
  /** What each leaf adds, [trees, 2^depth]. */
  readonly leaf: Float32Array;
  /** What all predictions begin with. */
  readonly base: number;
}

function readForest(tensors: ReadonlyMap<string, Tensor>, name: string): Forest {
  const get = (part: string): Tensor => {
    const field = `${name}/${part}`;
    const tensor = tensors.get(field);
    if (tensor !== undefined) return tensor;
    const found = {kind: "missing-tensor", offset: null, field, value: "none", allowed: "a tensor"} as const;
    throw new FormatError("boostedTrees", found);
  };
  const [trees, leaves] = get("leaf").shape;
  return {
    depth: Math.log2(leaves),
    trees,
    feature: get("feature").data,
    threshold: get("threshold").data,
    leaf: get("leaf").data,
    base: get("base").data[0],
  };
}

/** The leaf of a tree that features fall into: left where a feature is below the threshold. */
function leafOf({depth, feature, threshold}: Forest, tree: number, features: Float64Array): number {
  const inner = 2 ** depth - 1;
  let node = 0;
  while (node < inner) {
    const at = tree * inner + node;
    node = 2 * node + (features[feature[at]] < threshold[at] ? 1 : 2);
  }
  return node - inner;
}

/**
 * Gradient-boosted trees fitted by XGBoost, as training/boosted_trees.py writes them. (arXiv:1603.02754)
 * @param name of the forest: its tensors are `name/feature`, `name/threshold`, `name/leaf` and `name/base`
 * @throws FormatError with kind `missing-tensor`.
 */
export function boostedTrees(tensors: ReadonlyMap<string, Tensor>, name: string): Predictor {
  const forest = readForest(tensors, name);
  const leaves = 2 ** forest.depth;
  return (features) => {
    let sum = forest.base;
    for (let tree = 0; tree < forest.trees; tree++)
      sum += forest.leaf[tree * leaves + leafOf(forest, tree, features)];
    return sum;
  };
}
