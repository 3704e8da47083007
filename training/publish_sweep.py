"""Puts many small regression models of sweep_regression.py into one file, their names before those of their tensors.

  python3 training/publish_sweep.py sweep --models WORK/sweep/models --pieces WORK/pieces.json \\
      --validation WORK/sweep/validation-4.txt --out src/data/regressors \\
      all part-16 part-4 width-24 width-48 digits-2 digits-6 alone-roofline alone-program alone-graph alone-kernel

Of each name all seeds that were trained are taken. Weights are stored in float16; the vocabulary of texts stands in the file once.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from publish_regression import reference, stored
from regression import SIZES, read_examples
from safetensors import write_safetensors


def seeds_of(name, folder):
    """The trained settings of a name, by seed."""
    files = (f"{name}-{seed}.pt" for seed in range(1, 100))
    return [torch.load(os.path.join(folder, file)) for file in files if os.path.exists(os.path.join(folder, file))]


def tensors_of(state, pieces):
    """Tensors of one model under its name, with its digits where they are not four; the pieces are left to the file."""
    setting = state["setting"]
    tensors = stored(state["model"], SIZES[setting["size"]], pieces)
    del tensors["pieces"]
    if setting.get("digits", 4) != 4:
        tensors["digits"] = torch.tensor([float(setting["digits"])]).half()
    return {f"{setting['name']}/{name}": tensor for name, tensor in tensors.items()}


def entry(state):
    """The numbers of one model for the card."""
    setting, log = state["setting"], state["log"]
    parameters = sum(weight.numel() for weight in state["model"].values())
    return {**setting, "parameters": parameters, "kept": log.get("steps", setting["steps"]),
            "trainLoss": log["trainLoss"], "seconds": log["seconds"]}


def row(models):
    """A line of the card: what all seeds of a name share, and the range of their losses."""
    first = models[0]
    examples = ", ".join(f"{task} {count:,}" for task, count in first["tasks"].items())
    losses = sorted(model["trainLoss"] for model in models)
    name = first["name"].rpartition("-")[0]
    return f"| {name} | {first['parameters']:,} | {examples} | {first['steps']:,} × {first['batch']} | {first['rate']:g} | {len(models)} | {losses[0]:.3f} to {losses[-1]:.3f} |"


def card(name, groups):
    minutes = sum(model["seconds"] for models in groups for model in models) / 60
    rows = "\n".join(row(models) for models in groups)
    return f"""# Small regression models: {name}

Regression language models as the one of `src/data/regressors/small`, smaller and trained briefly, for what changes with one setting at a
time. `model.safetensors` holds them all in float16, the name of a model before those of its tensors; `expected.json` examples with
logits in float64 of the stored weights of the first; `card.json` every setting with its losses.

AdamW (betas 0.9 and 0.95, weight decay 0.1 on matrices), warm-up over 100 steps or a fifth of all if that is less, cosine to a tenth,
gradients clipped at norm 1, float32. Where few examples come again and again, the weights are those of the least loss on 128 texts
of the validation split, looked at every 25 steps (`kept` in `card.json`). Seeds differ in initial weights and in the order of examples; those of few examples in the
examples too. {minutes:.0f} minutes of one core for all. Recipe: `training/README.md`.

| name | parameters | examples | steps × batch | peak rate | seeds | training loss of the last tenth |
|---|---|---|---|---|---|---|
{rows}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="the folder of the published files")
    parser.add_argument("names", nargs="+", help="names of settings without their seeds")
    parser.add_argument("--models", required=True, help="the folder of checkpoints")
    parser.add_argument("--pieces", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    with open(args.pieces) as file:
        pieces = json.load(file)
    groups = [seeds_of(name, args.models) for name in args.names]
    tensors = {}
    for state in (state for group in groups for state in group):
        tensors.update(tensors_of(state, pieces))
    first = groups[0][0]
    config = SIZES[first["setting"]["size"]]
    whole = stored(first["model"], config, pieces)
    texts, targets = (part[:1] + part[-1:] for part in read_examples(args.validation))
    folder = os.path.join(args.out, args.folder)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), {"pieces": whole["pieces"], **tensors}, {"format": "pt", "model": args.folder})
    entries = [[entry(state) for state in group] for group in groups]
    files = {"expected.json": {"model": first["setting"]["name"], "examples": reference(config, whole, texts, targets)},
             "card.json": {"models": [model for group in entries for model in group]}}
    for file, value in files.items():
        with open(os.path.join(folder, file), "w") as out:
            out.write(json.dumps(value) + "\n")
    with open(os.path.join(folder, "README.md"), "w") as out:
        out.write(card(args.folder, entries))


if __name__ == "__main__":
    main()
