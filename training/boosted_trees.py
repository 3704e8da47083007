"""Fits gradient-boosted trees to hand features with XGBoost, and writes them as tensors.

  python3 training/boosted_trees.py --features WORK/features.json --out src/data/regressors/ladder/trees.safetensors

Features and values are those of export-features.ts. Trees are written whole, level by level, so that a leaf above the last
level is repeated; thresholds and leaves are float16.
"""

import argparse
import json

import numpy
import torch
import xgboost

from safetensors import write_safetensors

DEPTH = 4
TREES = 120
SETTINGS = {"max_depth": DEPTH, "eta": 0.1, "min_child_weight": 3, "tree_method": "exact", "nthread": 1}
SIZES = (50, 200, 800, 1600)
SEEDS = 3
# All numbers of a task have trees of this many texts; the first has them of every size and seed.
FITTED = 800


def whole(node, level=0):
    """Inner nodes by level, and leaves, of a tree of the library's dump, filled up to DEPTH."""
    if level == DEPTH:
        return [], [node["leaf"]]
    if "leaf" in node:
        feature, threshold, yes, no = 0, float("inf"), node, node
    else:
        by_id = {child["nodeid"]: child for child in node["children"]}
        feature, threshold = int(node["split"][1:]), node["split_condition"]
        yes, no = by_id[node["yes"]], by_id[node["no"]]
    (left, left_leaves), (right, right_leaves) = whole(yes, level + 1), whole(no, level + 1)
    below = [a + b for a, b in zip(left, right)]
    return [[(feature, threshold)]] + below, left_leaves + right_leaves


def forest(features, values):
    """Tensors of the trees of some rows; rows without a number are left out."""
    known = [i for i, value in enumerate(values) if value is not None]
    x, y = numpy.array([features[i] for i in known]), numpy.array([values[i] for i in known])
    base = float(y.mean())
    booster = xgboost.train({**SETTINGS, "base_score": base}, xgboost.DMatrix(x, y), TREES)
    trees = [whole(json.loads(tree)) for tree in booster.get_dump(dump_format="json")]
    inner = [[node for level in levels for node in level] for levels, _ in trees]
    return {
        "feature": torch.tensor([[feature for feature, _ in tree] for tree in inner]).half(),
        "threshold": torch.tensor([[threshold for _, threshold in tree] for tree in inner]).half(),
        "leaf": torch.tensor([leaves for _, leaves in trees]).half(),
        "base": torch.tensor([base]),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    with open(args.features) as file:
        tasks = json.load(file)
    tensors = {}
    for task, data in tasks.items():
        for target in range(len(data["values"][0])):
            wanted = [(size, seed) for size in SIZES for seed in range(SEEDS)] if target == 0 else [(FITTED, 0)]
            for size, seed in wanted:
                rows = slice(seed * SIZES[-1], seed * SIZES[-1] + size)
                fitted = forest(data["features"][rows], [value[target] for value in data["values"][rows]])
                for part, tensor in fitted.items():
                    tensors[f"{task}/{target}/{size}/{seed}/{part}"] = tensor
    write_safetensors(args.out, tensors, {"format": "pt", "trees": str(TREES), "library": f"xgboost {xgboost.__version__}"})


if __name__ == "__main__":
    main()
