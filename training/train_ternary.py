"""Trains a published decoder with binary and ternary weights and few bits of activations, three seeds each; those that are done left out.

  python3 training/train_ternary.py --documents train-128.bin --validation validation-128.bin --out WORK/ternary --minutes 9

The decoder in float32 is the teacher, of logits and of hidden states. A run's file has the loss of each validation document before
and after the training, in nats per token, and the shares of right answers.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

from models import load_published
from ternary import quantized
from train import learning_rate, make_optimizer, read_documents, token_losses

MODEL, CONTEXT, BATCH, STEPS, RATE, WARM_UP = "decoder-small", 128, 16, 200, 2e-3, 20
SEEDS = (1, 2, 3)
RULES = ("four-thirds", "mean", "survivors")  # scales of ternary rows; binary rows have the mean
ACTIVATIONS = (32, 8, 2, 1)
SETTINGS = [(weights, activations, RULES[0]) for activations in ACTIVATIONS for weights in (2, 1)]
SETTINGS += [(2, activations, rule) for activations in ACTIVATIONS for rule in RULES[1:]]


def judged(model, validation):
    """Losses by document and the share of right answers."""
    tokens, roles = validation
    losses, right = [], []
    with torch.no_grad():
        for part in tokens.split(32):
            loss, hit = token_losses(model, part)
            losses.append(loss.double().mean(1))
            right.append(hit)
    answers = roles[:, 1:] == 1
    return {"documents": torch.cat(losses).tolist(), "answers": torch.cat(right)[answers].double().mean().item()}


def distilled(student, teacher, tokens):
    """Cross-entropy against the teacher's distribution, and the mean squared error of what every layer gives."""
    own, theirs = [], []
    with torch.no_grad():
        target = teacher(tokens, hidden=theirs).softmax(-1)
    logits = student(tokens, hidden=own)
    of_logits = F.cross_entropy(logits.flatten(0, 1), target.flatten(0, 1))
    # Relative to the teacher's own size, so that no layer outweighs the others.
    of_hidden = sum(F.mse_loss(a, b) / b.square().mean() for a, b in zip(own[1:], theirs[1:])) / len(own[1:])
    return of_logits + of_hidden


def name_of(weights, activations, rule):
    return f"w{weights}a{activations}" + ("" if rule == RULES[0] else f"-{rule}")


def run(weights, activations, rule, seed, args, documents, validation):
    """Quantizes, judges, trains and judges again; a seed decides which documents are read."""
    began = time.process_time()
    teacher, student = (load_published(args.models, MODEL) for _ in range(2))
    student = quantized(student, weights, activations, rule)
    first = documents[0][seed * 16000:][:BATCH].long()
    with torch.no_grad():
        student(first[:, :-1])
    before = judged(student, validation)
    optimizer, losses = make_optimizer(student), []
    for step in range(STEPS):
        rows = (torch.arange(BATCH) + step * BATCH + seed * 16000) % len(documents[0])
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, STEPS, RATE, WARM_UP)
        loss = distilled(student, teacher, documents[0][rows].long()[:, :-1])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    result = {"weights": weights, "activations": activations, "rule": rule, "seed": seed, "steps": STEPS, "before": before,
              "after": judged(student, validation), "trainLoss": sum(losses[-20:]) / 20,
              "seconds": round(time.process_time() - began, 1)}
    return result, student


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--models", default="src/data/models")
    parser.add_argument("--out", required=True, help="the folder of the runs' files")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no run after as many minutes")
    args = parser.parse_args()

    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    documents, validation = read_documents(args.documents, CONTEXT), read_documents(args.validation, CONTEXT)
    began = time.time()
    for seed in SEEDS:
        for weights, activations, rule in SETTINGS:
            name = name_of(weights, activations, rule)
            path = os.path.join(args.out, f"{name}-{seed}.json")
            if os.path.exists(path) or time.time() - began > 60 * args.minutes:
                continue
            result, model = run(weights, activations, rule, seed, args, documents, validation)
            torch.save(model.state_dict(), path.replace(".json", ".pt"))
            with open(path + ".new", "w") as file:
                json.dump(result, file)
            os.replace(path + ".new", path)
            before, after = (sum(result[when]["documents"]) / len(result[when]["documents"]) for when in ("before", "after"))
            print(name, seed, result["seconds"], before, after, result["after"]["answers"], flush=True)


if __name__ == "__main__":
    main()
