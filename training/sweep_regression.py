"""Trains many small regression language models from a list of settings, one after another, those that are done left out.

  python3 training/sweep_regression.py WORK/settings.json --examples WORK/sweep --out WORK/sweep/models --minutes 9

A setting has a `name`, a `size`, `tasks` with their counts of examples, `steps`, `batch`, `rate`, `seed`, and may have
`digits` (4), `from` (the example of each task that it begins with), `start` (a setting whose weights it begins with) and `best`:
examples that, looked at every so many steps, choose the weights of the least loss.
Examples are the files TASK-DIGITS.txt of export-costs.ts; the optimizer and the schedule are those of train_regression.py, the
warm-up a fifth of the steps at most.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from regression import SIZES, Model, loss_of, read_examples
from train import WARM_UP, learning_rate, make_optimizer, save
from train_regression import batches_from, validation_loss


def examples_of(setting, folder, files):
    """Texts and numbers of a setting's tasks, one task after another; files are read once."""
    texts, targets = [], []
    for task, count in setting["tasks"].items():
        path = os.path.join(folder, f"{task}-{setting.get('digits', 4)}.txt")
        if path not in files:
            files[path] = read_examples(path)
        first = setting.get("from", 0)
        texts += files[path][0][first:first + count]
        targets += files[path][1][first:first + count]
    return texts, targets


LOOK_EVERY = 25


class Best:
    """The weights of the least loss on some examples so far."""

    def __init__(self, examples):
        self.examples, self.loss, self.step, self.state = examples, float("inf"), 0, None

    def look(self, model, step):
        loss = validation_loss(model, *self.examples)
        if loss < self.loss:
            self.loss, self.step = loss, step
            self.state = {name: weight.clone() for name, weight in model.state_dict().items()}


def train(model, setting, texts, targets, best):
    """Trains a model on examples that come again and again; gives its losses by step."""
    optimizer, losses = make_optimizer(model), []
    batch, steps = min(setting["batch"], len(texts)), setting["steps"]
    batches = batches_from(0, torch.tensor([len(text) for text in texts]), batch, setting["seed"])
    for step in range(steps):
        rows = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, setting["rate"], min(WARM_UP, steps // 5))
        loss = loss_of(model, [texts[i] for i in rows], [targets[i] for i in rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if best and (step + 1) % LOOK_EVERY == 0:
            best.look(model, step + 1)
    return losses


def run(setting, args, files):
    """Trains one setting and writes its checkpoint."""
    began = time.process_time()
    torch.manual_seed(setting["seed"])
    model = Model(SIZES[setting["size"]])
    if "start" in setting:
        model.load_state_dict(torch.load(os.path.join(args.out, setting["start"] + ".pt"))["model"])
    texts, targets = examples_of(setting, args.examples, files)
    best = Best(read_examples(os.path.join(args.examples, setting["best"] + ".txt"))) if "best" in setting else None
    losses = train(model, setting, texts, targets, best)
    if best:
        model.load_state_dict(best.state)
        losses = losses[:best.step]
    last = losses[-max(1, len(losses) // 10):]
    validation = read_examples(os.path.join(args.examples, f"validation-{setting.get('digits', 4)}.txt"))
    log = {"trainLoss": sum(last) / len(last), "validationLoss": validation_loss(model, *validation),
           "steps": len(losses), "seconds": round(time.process_time() - began, 1)}
    save(os.path.join(args.out, setting["name"] + ".pt"), {"model": model.state_dict(), "setting": setting, "log": log})
    print(setting["name"], json.dumps(log), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("settings")
    parser.add_argument("--examples", required=True, help="the folder of TASK-DIGITS.txt and validation-DIGITS.txt")
    parser.add_argument("--out", required=True, help="the folder of checkpoints")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no setting after as many minutes")
    args = parser.parse_args()

    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    with open(args.settings) as file:
        settings = json.load(file)
    began, files = time.time(), {}
    for setting in settings:
        if time.time() - began > 60 * args.minutes:
            return
        if not os.path.exists(os.path.join(args.out, setting["name"] + ".pt")):
            run(setting, args, files)


if __name__ == "__main__":
    main()
