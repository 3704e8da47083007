"""Trains a model of pictures on a file of export-pictures.ts, resumably.

  python3 training/train_vision.py vision-mamba-small --pictures train.bin --validation validation.bin \\
      --batch 64 --steps 800 --checkpoint vision.pt

The optimizer, its schedule and the way of checkpoints are those of train.py; a step's pictures depend on the step alone.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from train import learning_rate, make_optimizer, save
from vision import SIZES, Model, evaluate, loss_of, read_pictures

SAVE_EVERY = 100


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--pictures", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, required=True, help="the length of the learning-rate schedule")
    parser.add_argument("--until", type=int, help="stop after this step (default: --steps)")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checkpoint", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    labels, pixels = read_pictures(args.pictures)
    validation = [part[:512] for part in read_pictures(args.validation)]
    model = Model(SIZES[args.size])
    optimizer, first, log = make_optimizer(model), 0, []
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(labels)} pictures, from step {first}", flush=True)

    began, recent = time.time(), []
    for step in range(first, min(args.until or args.steps, args.steps)):
        rows = (torch.arange(args.batch) + step * args.batch) % len(labels)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.rate)
        loss = loss_of(model, labels[rows], pixels[rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        if (step + 1) % SAVE_EVERY == 0:
            log.append({"step": step + 1, "pictures": (step + 1) * args.batch, "trainLoss": sum(recent) / len(recent),
                        "seconds": round(time.time() - began, 1), "validation": evaluate(model, *validation)})
            print(json.dumps(log[-1]), flush=True)
            began, recent = time.time(), []
            save(args.checkpoint, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1,
                                   "log": log, "arguments": vars(args)})


if __name__ == "__main__":
    main()
