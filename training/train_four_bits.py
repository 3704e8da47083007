"""Trains one small decoder with every recipe of four_bits.py, three seeds each, those that are done left out.

  python3 training/train_four_bits.py --documents train-128.bin --validation validation-128.bin --out WORK/four-bits --minutes 9

Recipes of one seed begin with the same weights and read the same documents in the same order. A run's file has its validation
loss every 50 steps and the final loss of each validation document, in nats per token.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from decoder import Config, Model
from four_bits import RECIPES, with_recipe
from train import learning_rate, make_optimizer, next_token_loss, read_documents, token_losses

CONTEXT, BATCH, RATE, WARM_UP, LOOK_EVERY = 128, 16, 4e-3, 50, 50
SEEDS = (1, 2, 3)
# Model, steps and recipes: `long` reads 20 times as many tokens for each weight of its layers.
SETTINGS = {
    "short": (Config(layers=2, width=64, heads=4, kv_heads=2, hidden=160), 450, tuple(RECIPES)),
    "long": (Config(layers=1, width=32, heads=2, kv_heads=2, hidden=96), 1400, ("bf16", "quest-nearest", "quartet")),
}


def document_losses(model, tokens):
    """Mean cross-entropy of each document."""
    with torch.no_grad():
        return torch.cat([token_losses(model, part)[0].double().mean(1) for part in tokens.split(32)])


def run(setting, recipe, seed, documents, validation):
    """Trains once; gives the losses over steps and at the end."""
    size, steps, _ = SETTINGS[setting]
    torch.manual_seed(seed)
    draw = torch.Generator().manual_seed(seed)
    model = with_recipe(Model(size), recipe, draw)
    optimizer, curve, began = make_optimizer(model), [], time.process_time()
    for step in range(steps):
        rows = (torch.arange(BATCH) + step * BATCH + seed * 16000) % len(documents[0])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, RATE, WARM_UP)
        loss = next_token_loss(model, documents[0][rows], documents[1][rows])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if (step + 1) % LOOK_EVERY == 0:
            curve.append([(step + 1) * BATCH * CONTEXT, document_losses(model, validation[:64]).mean().item()])
    return {"recipe": recipe, "seed": seed, "steps": steps, "seconds": round(time.process_time() - began, 1), "curve": curve,
            "documents": document_losses(model, validation).tolist()}, model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--setting", choices=SETTINGS, default="short")
    parser.add_argument("--documents", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True, help="the folder of the runs' files")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no run after as many minutes")
    args = parser.parse_args()

    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    documents, validation = read_documents(args.documents, CONTEXT), read_documents(args.validation, CONTEXT)[0]
    began = time.time()
    for seed in SEEDS:
        for recipe in SETTINGS[args.setting][2]:
            path = os.path.join(args.out, f"{recipe}-{seed}.json")
            if os.path.exists(path) or time.time() - began > 60 * args.minutes:
                continue
            result, model = run(args.setting, recipe, seed, documents, validation)
            torch.save(model.state_dict(), path.replace(".json", ".pt"))
            with open(path + ".new", "w") as file:
                json.dump(result, file)
            os.replace(path + ".new", path)
            print(recipe, seed, result["seconds"], sum(result["documents"]) / len(result["documents"]), flush=True)


if __name__ == "__main__":
    main()
