"""Trains a model on exported corpus documents, resumably.

  python3 training/train.py decoder-small --documents train-128.bin --validation validation-128.bin \
      --context 128 --batch 32 --steps 3000 --checkpoint small.pt

Every 100 steps the whole state (weights, optimizer, step, log) goes to the checkpoint; the same command goes
on from there. Documents are read in file order, batch after batch, so a step's data depend on the step alone.
"""

import argparse
import json
import math
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when the library loads; torch cannot set it later

import numpy
import torch
from torch.nn import functional as F

import diffusion
import experts
from models import SIZES, make, unpublished
from safetensors import read_safetensors

WARM_UP, SEED, SAVE_EVERY = 100, 1, 100


def read_documents(path, context):
    """Token ids and roles, uint8 [documents, context + 1] each, of a file of export-corpus.ts."""
    raw = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 2, context + 1)
    return torch.from_numpy(raw[:, 0]), torch.from_numpy(raw[:, 1])


def read_in_turn(paths, context):
    """Documents of several files, one of each in turn as long as all of them last."""
    files = [read_documents(path, context) for path in paths]
    count = min(len(tokens) for tokens, _ in files)
    return [torch.stack([file[part][:count] for file in files], 1).flatten(0, 1) for part in (0, 1)]


def token_losses(model, tokens):
    """Cross-entropy [batch, context] of every predicted token, and where the argmax is right."""
    tokens = tokens.long()
    logits = model(tokens[:, :-1])
    losses = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
    return losses, logits.argmax(-1) == tokens[:, 1:]


def next_token_loss(model, tokens, roles):
    """Cross-entropy with weight 4 on the tokens that the document determines."""
    losses, _ = token_losses(model, tokens)
    weights = torch.where(roles[:, 1:] > 0, 4.0, 1.0)
    return (losses * weights).sum() / weights.sum()


def evaluate(model, documents, batch=32):
    """Perplexity over all tokens, argmax accuracy and count of answer and copy tokens."""
    losses, right = [], []
    with torch.no_grad():
        for tokens in documents[0].split(batch):
            loss, hit = token_losses(model, tokens)
            losses.append(loss)
            right.append(hit)
    loss, hit, roles = torch.cat(losses).double(), torch.cat(right), documents[1][:, 1:]
    score = {"loss": loss.mean().item(), "perplexity": loss.mean().exp().item(), "tokens": loss.numel()}
    for role, name in ((1, "answer"), (2, "copy")):
        if (roles == role).any():
            score[f"{name}Tokens"] = int((roles == role).sum())
            score[f"{name}Accuracy"] = hit[roles == role].double().mean().item()
    return score


def learning_rate(step, steps, peak, warm_up=WARM_UP):
    """Linear warm-up, then a cosine to a tenth of the peak."""
    if step < warm_up:
        return peak * (step + 1) / warm_up
    progress = (step - warm_up) / max(1, steps - warm_up)
    return peak * (0.55 + 0.45 * math.cos(math.pi * min(1.0, progress)))


def make_optimizer(model):
    # Decay rates and their bounds are no matrix of a product, so they are not pulled to zero.
    decayed = {name for name, p in model.named_parameters() if p.ndim == 2 and not name.endswith(("A_log", "lower_bounds"))}
    matrices = [p for name, p in model.named_parameters() if name in decayed]
    gains = [p for name, p in model.named_parameters() if name not in decayed]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": gains, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.95))


def save(path, state):
    """Writes beside the checkpoint and renames, so that an interruption leaves the old one whole."""
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def begin_with(path, config):
    """Weights of an earlier run and its log, which a published model leaves to its own card."""
    if path.endswith(".safetensors"):
        return {"model": widened(unpublished(read_safetensors(path), config), config), "log": []}
    return torch.load(path)


def widened(state, config):
    """Weights of a smaller vocabulary, of no biases and without experts as `config` has them: new tokens begin as the mean of the others."""
    fresh = make(config).state_dict()
    for name, weight in state.items():
        missing = len(fresh[name]) - len(weight)
        if missing > 0:
            state[name] = torch.cat([weight, weight.mean(0, keepdim=True).expand(missing, -1)])
    return {**fresh, **state}


def train_step(model, optimizer, tokens, roles, step, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr
    is_diffusion = isinstance(model.config, diffusion.Config)
    loss = diffusion.train_loss(model, tokens, step) if is_diffusion else next_token_loss(model, tokens, roles)
    if isinstance(model.config, experts.Config):
        loss = loss + model.extra_loss()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--documents", required=True, nargs="+", help="files of documents, which take turns")
    parser.add_argument("--validation", required=True, nargs="+")
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True, help="the length of the learning-rate schedule")
    parser.add_argument("--until", type=int, help="stop after this step (default: --steps)")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", help="a checkpoint, or the model.safetensors of a model here, whose weights a new run begins with")
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(SEED)
    documents = read_in_turn(args.documents, args.context)
    validation = [part[:64] for part in read_in_turn(args.validation, args.context)]
    model = make(SIZES[args.size])
    optimizer, first, log = make_optimizer(model), 0, []
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]
    elif args.start:
        started = begin_with(args.start, SIZES[args.size])
        model.load_state_dict(started["model"])
        log = started["log"]
    print(f"{sum(p.numel() for p in model.parameters())} parameters, from step {first}", flush=True)

    began, recent = time.time(), []
    for step in range(first, min(args.until or args.steps, args.steps)):
        rows = (torch.arange(args.batch) + step * args.batch) % len(documents[0])
        rate = learning_rate(step, args.steps, args.rate)
        recent.append(train_step(model, optimizer, documents[0][rows], documents[1][rows], step, rate))
        if (step + 1) % SAVE_EVERY == 0:
            score = (diffusion.evaluate if isinstance(model.config, diffusion.Config) else evaluate)(model, validation)
            log.append({"step": step + 1, "context": args.context, "batch": args.batch, "rate": rate,
                        "trainLoss": sum(recent) / len(recent),
                        "seconds": round(time.time() - began, 1), **score})
            print(json.dumps(log[-1]), flush=True)
            began, recent = time.time(), []
            save(args.checkpoint, {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                                   "step": step + 1, "log": log, "arguments": vars(args)})


if __name__ == "__main__":
    main()
