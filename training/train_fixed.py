"""Trains the picture classifiers of train_shifts.py further in fixed point, three seeds each; runs that are done are left out.

  python3 training/train_fixed.py --pictures train.bin --validation validation.bin --float WORK/shifts --out WORK/fixed

Weights alone, under the points that the first pictures choose, or weights and points together, and both with weights of few powers of two.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

from fixed_point import FixedNet
from picture_net import Net, judged, read_small
from train import learning_rate
from train_shifts import BATCH, SEEDS, keep

STEPS, RATE, POINT_RATE, WARM_UP, FIRST = 800, 2e-3, 2e-2, 40, 512
WORDS = (3, 4, 5, 6, 8)
RUNS = [(way, word, 0) for word in WORDS for way in ("chosen", "trained")] + [("trained", 8, terms) for terms in (1, 2, 3)]


def renewed(model, pictures):
    """The model with norms' statistics of the pictures under its last weights: those of training follow weights that still jump."""
    for norm in model.norms:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    with torch.no_grad():
        for part in pictures.split(512):
            model(part)
    return model.eval()


def float_net(folder, seed, pictures):
    model = Net("float")
    model.load_state_dict(torch.load(os.path.join(folder, f"float-0-{seed}.pt")))
    return renewed(model, pictures[:8192])


def points(model):
    return {name: point.point.item() for name, point in model.points.items()}


def run(way, word, terms, seed, start, train, validation):
    began, (labels, pictures) = time.process_time(), train
    model = FixedNet(start.folded(), word, way == "trained", terms)
    with torch.no_grad():
        model(pictures[:FIRST])
    first, before = points(model), judged(model, *validation)
    own = [p for name, p in model.named_parameters() if "points" not in name]
    groups = [{"params": own, "peak": RATE}]
    if way == "trained":
        groups.append({"params": list(model.points.parameters()), "peak": POINT_RATE})
    optimizer, losses = torch.optim.Adam(groups, lr=0.0, betas=(0.9, 0.95)), []
    for step in range(STEPS):
        rows = (torch.arange(BATCH) + (step + seed * 400) * BATCH) % len(labels)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, STEPS, group["peak"], WARM_UP)
        loss = F.cross_entropy(model(pictures[rows]), labels[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(own, 1.0)
        optimizer.step()
        losses.append(loss.item())
    return {"way": way, "word": word, "terms": terms, "seed": seed, "steps": STEPS, "before": before, "firstPoints": first,
            "points": points(model), "validation": judged(model, *validation), "trainLoss": sum(losses[-100:]) / 100,
            "seconds": round(time.process_time() - began, 1)}, model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--float", required=True, help="the folder of train_shifts.py")
    parser.add_argument("--out", required=True, help="the folder of the runs' files")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no run after as many minutes")
    args = parser.parse_args()

    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    train, validation = read_small(args.pictures), read_small(args.validation)
    began = time.time()
    for seed in SEEDS:
        start = float_net(args.float, seed, train[1])
        for way, word, terms in RUNS:
            path = os.path.join(args.out, f"{way}-{word}-{terms}-{seed}.json")
            if os.path.exists(path) or time.time() - began > 60 * args.minutes:
                continue
            result, model = run(way, word, terms, seed, start, train, validation)
            keep(path, result, model)
            print(way, word, terms, seed, result["seconds"], result["before"]["right"], result["validation"]["right"],
                  {name: (result["firstPoints"][name], round(p, 1)) for name, p in result["points"].items()}, flush=True)


if __name__ == "__main__":
    main()
