"""Trains a regression language model on examples of export-costs.ts, resumably.

  python3 training/train_regression.py regressor-small --examples train.txt --validation validation.txt \\
      --batch 64 --steps 2000 --checkpoint small.pt

The optimizer, its schedule and the way of checkpoints are those of train.py.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from regression import SIZES, Model, loss_of, read_examples
from train import learning_rate, make_optimizer, save

SAVE_EVERY = 100
# Batches are drawn together and cut after sorting by length: texts of one length waste no padding.
POOL = 8


def order_of(lengths, batch, seed):
    """Indices of batches: a shuffle, sorted by length within pools of several batches, the batches of a pool shuffled."""
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(lengths), generator=generator)
    batches = []
    for pool in shuffled.split(batch * POOL):
        cut = pool[lengths[pool].argsort(stable=True)].split(batch)
        batches += [cut[i] for i in torch.randperm(len(cut), generator=generator)]
    return [rows for rows in batches if len(rows) == batch]


def batches_from(step, lengths, batch, seed):
    """Batches for ever from a step on; every pass through the examples has an order of its own."""
    epoch, at = divmod(step, len(lengths) // batch)
    while True:
        order = order_of(lengths, batch, 1000 * seed + epoch)
        yield from order[at:]
        epoch, at = epoch + 1, 0


def validation_loss(model, texts, targets):
    with torch.no_grad():
        losses = [loss_of(model, texts[i:i + 64], targets[i:i + 64]).item() for i in range(0, len(texts), 64)]
    return sum(losses) / len(losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--examples", required=True)
    parser.add_argument("--count", type=int, help="only as many of the examples")
    parser.add_argument("--validation", required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, required=True, help="the length of the learning-rate schedule")
    parser.add_argument("--until", type=int, help="stop after this step (default: --steps)")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", help="a checkpoint whose weights a new run begins with")
    parser.add_argument("--checkpoint", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    texts, targets = read_examples(args.examples)
    texts, targets = texts[:args.count], targets[:args.count]
    validation = [part[:512] for part in read_examples(args.validation)]
    model = Model(SIZES[args.size])
    optimizer, first, log = make_optimizer(model), 0, []
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]
    elif args.start:
        model.load_state_dict(torch.load(args.start)["model"])
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(texts)} examples, from step {first}", flush=True)

    lengths = torch.tensor([len(text) for text in texts])
    batches = batches_from(first, lengths, args.batch, args.seed)
    began, recent = time.time(), []
    for step in range(first, min(args.until or args.steps, args.steps)):
        rows = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.rate)
        loss = loss_of(model, [texts[i] for i in rows], [targets[i] for i in rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent.append(loss.item())
        if (step + 1) % SAVE_EVERY == 0:
            log.append({"step": step + 1, "examples": (step + 1) * args.batch, "trainLoss": sum(recent) / len(recent),
                        "validationLoss": validation_loss(model, *validation), "seconds": round(time.time() - began, 1)})
            print(json.dumps(log[-1]), flush=True)
            began, recent = time.time(), []
            save(args.checkpoint, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1,
                                   "log": log, "arguments": vars(args)})


if __name__ == "__main__":
    main()
