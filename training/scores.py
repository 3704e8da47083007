"""Scores of a published model on the test split, document by document: what its card says, and what a test computes again.

  python3 training/scores.py decoder-small --models src/data/models --documents DIR --context 128

DIR holds what `training/documents.sh` wrote. The scores go into `card.json` of the model's folder: the mean loss of every test
document and how many of its answers and copies are right, and of every task the samples that are not.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from models import SIZES, load
from safetensors import read_safetensors
from train import read_documents, token_losses

TASKS = ["needle-single", "needle-multikey", "needle-multiquery", "needle-multivalue", "variable-tracking",
         "common-words", "coreference"]
ANSWER, COPY = 1, 2


def in_batches(model, documents, batch=32):
    """Losses and hits [documents, context] of all documents."""
    parts = []
    with torch.no_grad():
        for tokens in documents.split(batch):
            parts.append(token_losses(model, tokens))
    return tuple(torch.cat(part) for part in zip(*parts))


def counted(hits, roles, role):
    """Tokens of a role in each document, and how many of them are right."""
    own = roles[:, 1:] == role
    return {"right": (hits & own).sum(1).tolist(), "of": own.sum(1).tolist()}


def document_scores(model, documents):
    losses, hits = in_batches(model, documents[0])
    means = [round(loss, 5) for loss in losses.double().mean(1).tolist()]
    return {"loss": means, "answers": counted(hits, documents[1], ANSWER), "copies": counted(hits, documents[1], COPY)}


def task_scores(model, documents):
    """Samples of a task, and the places of those of which not every answer token is the most likely one."""
    _, hits = in_batches(model, documents[0])
    wrong = ~(hits | (documents[1][:, 1:] == 0)).all(1)
    return {"samples": len(wrong), "wrong": wrong.nonzero().flatten().tolist()}


def scores(model, folder, context, tasks=TASKS):
    def read(name):
        return read_documents(os.path.join(folder, f"{name}-{context}.bin"), context)
    return {"context": context, "test": document_scores(model, read("test")),
            "tasks": {task: task_scores(model, read(task)) for task in tasks}}


def totals(test):
    """What a card says of the test split."""
    tokens = {name: sum(test[name]["of"]) for name in ("answers", "copies")}
    loss = sum(test["loss"]) / len(test["loss"])
    return {"loss": loss, "perplexity": torch.tensor(loss, dtype=torch.float64).exp().item(),
            **{f"{name}Tokens": tokens[name] for name in tokens},
            **{f"{name}Accuracy": sum(test[name]["right"]) / tokens[name] for name in tokens}}


def write_record(folder, parts):
    """Parts of `card.json`, the measurements that a card is written from, in place of those that it has."""
    path, record = os.path.join(folder, "card.json"), {}
    if os.path.exists(path):
        with open(path) as file:
            record = json.load(file)
    with open(path, "w") as out:
        out.write(json.dumps({**record, **parts}, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="a model's folder; an outlier variant has the sizes of its base")
    parser.add_argument("--models", required=True)
    parser.add_argument("--documents", required=True)
    parser.add_argument("--context", type=int, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    folder = os.path.join(args.models, args.name)
    weights = read_safetensors(os.path.join(folder, "model.safetensors"))
    is_variant = args.name.endswith("-outliers")
    model = load({name: weight.float() for name, weight in weights.items()}, SIZES[args.name.removesuffix("-outliers")])
    found = scores(model, args.documents, args.context, [] if is_variant else TASKS)
    write_record(folder, {"scores": found})
    print(json.dumps({**totals(found["test"]), **{task: len(s["wrong"]) for task, s in found["tasks"].items()}}))


if __name__ == "__main__":
    main()
