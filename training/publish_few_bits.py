"""Writes what the runs of train_four_bits.py and train_ternary.py found as one file, for the experiments that show them.

  python3 training/publish_few_bits.py --four-bits WORK/four-bits --long WORK/four-bits-long --ternary WORK/ternary \
      --models src/data/models --validation validation-128.bin --out src/data/measured/few-bit-training.safetensors

Losses are in nats per token, float32. `SETTING/RECIPE/SEED/curve` has pairs of tokens read and loss, `.../documents` the final loss of
each validation document; `ternary/wWaA/SEED/before`, `/after` the losses of the documents and `/answers` the share of right answer tokens
before and after.
"""

import argparse
import glob
import json
import os

import torch

from models import load_published
from safetensors import write_safetensors
from train import read_documents
from train_ternary import CONTEXT, MODEL, RULES, judged, name_of


def runs(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path) as file:
            yield json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--four-bits", required=True)
    parser.add_argument("--long", required=True)
    parser.add_argument("--ternary", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    tensors = {}
    for setting, folder in (("short", args.four_bits), ("long", args.long)):
        for run in runs(folder):
            name = f"{setting}/{run['recipe']}/{run['seed']}"
            tensors[f"{name}/curve"] = torch.tensor(run["curve"])
            tensors[f"{name}/documents"] = torch.tensor(run["documents"])
    for run in runs(args.ternary):
        name = f"ternary/{name_of(run['weights'], run['activations'], run.get('rule', RULES[0]))}/{run['seed']}"
        for when in ("before", "after"):
            tensors[f"{name}/{when}"] = torch.tensor(run[when]["documents"])
        tensors[f"{name}/answers"] = torch.tensor([run["before"]["answers"], run["after"]["answers"]])
    teacher = judged(load_published(args.models, MODEL), read_documents(args.validation, CONTEXT))
    tensors["teacher/documents"] = torch.tensor(teacher["documents"])
    tensors["teacher/answers"] = torch.tensor([teacher["answers"]])
    write_safetensors(args.out, tensors, {"format": "pt"})


if __name__ == "__main__":
    main()
