"""Trains the picture classifier with weights of few bits, three seeds each; runs that are done are left out.

  python3 training/train_shifts.py --pictures train.bin --validation validation.bin --out WORK/shifts --minutes 9

A run's file has the share of signs and of whole weights that stayed the same over every period of steps, and the validation score.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

from picture_net import Net, judged, read_small
from train import learning_rate

STEPS, BATCH, PERIOD = 4000, 64, 100
SEEDS = (1, 2, 3)
SIGMA = 1e-3
# The best of 3e-3, 1e-2 and 2e-2 after 1,500 steps with another seed and 3 bits.
RATES = {"dense-shift": 1e-2}
OTHER_RATE = 2e-2
RUNS = [("float", 0, SIGMA)] + [(way, bits, SIGMA) for bits in (2, 3, 4) for way in ("dense-shift", "shift-zero", "int")]
RUNS += [("dense-shift", 3, sigma) for sigma in (0.03, 1.0)] + [("shift-rounded", bits, SIGMA) for bits in (2, 3, 4)]


def kept(before, after):
    """Shares of signs and of levels that are the same."""
    return [(before.sign() == after.sign()).double().mean().item(), (before == after).double().mean().item()]


def run(way, bits, sigma, seed, train, validation, steps=STEPS):
    torch.manual_seed(seed)
    began, (labels, pictures) = time.process_time(), train
    model = Net(way, bits, sigma)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0, betas=(0.9, 0.95))
    codes, frozen, losses = model.codes(), [], []
    for step in range(steps):
        rows = (torch.arange(BATCH) + (step + seed * 400) * BATCH) % len(labels)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, RATES.get(way, OTHER_RATE))
        loss = F.cross_entropy(model(pictures[rows]), labels[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % PERIOD == 0:
            codes, before = model.codes(), codes
            frozen.append(kept(before, codes))
    model.eval()
    return {"way": way, "bits": bits, "sigma": sigma, "seed": seed, "steps": steps, "frozen": frozen,
            "trainLoss": sum(losses[-100:]) / 100, "validation": judged(model, *validation),
            "seconds": round(time.process_time() - began, 1)}, model


def name_of(way, bits, sigma, seed):
    return f"{way}-{bits}-{seed}" if sigma == SIGMA else f"{way}-{bits}-sigma{sigma}-{seed}"


def keep(path, result, model):
    """Weights first, so that a run whose result is there is whole."""
    torch.save(model.state_dict(), path.replace(".json", ".pt"))
    with open(path + ".new", "w") as file:
        json.dump(result, file)
    os.replace(path + ".new", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True, help="the folder of the runs' files")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no run after as many minutes")
    args = parser.parse_args()

    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    train, validation = read_small(args.pictures), read_small(args.validation)
    began = time.time()
    for seed in SEEDS:
        for way, bits, sigma in RUNS:
            path = os.path.join(args.out, name_of(way, bits, sigma, seed) + ".json")
            if os.path.exists(path) or time.time() - began > 60 * args.minutes:
                continue
            result, model = run(way, bits, sigma, seed, train, validation)
            keep(path, result, model)
            print(name_of(way, bits, sigma, seed), result["seconds"], round(result["trainLoss"], 3), result["validation"],
                  [round(signs, 3) for signs, _ in result["frozen"]], flush=True)


if __name__ == "__main__":
    main()
