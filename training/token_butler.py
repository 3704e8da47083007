"""Trains TokenButler's predictor (arXiv:2503.07518) for a published decoder, resumably.

  python3 training/token_butler.py decoder-small --models src/data/models --documents train-128.bin \
      --validation validation-128.bin --context 128 --steps 3000 --checkpoint butler-small.pt

One small attention block over the hidden states of layer 0 predicts the attention logits of every head of all later
layers. The decoder stays as published. Loss: mean squared error over the keys that a query sees; the released code
averages over later keys too, which no budget ever looks at.
"""

import argparse
import json
import math
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when the library loads; torch cannot set it later

import torch
from torch import nn
from torch.nn import functional as F

from decoder import SIZES, rotate
from models import load
from safetensors import read_safetensors
from train import SEED, read_in_turn, save

SAVE_EVERY, BASE = 100, 10000.0

# What the predictor reads of layer 0, by the library's names: before its attention (the released code) or after it
# (the paper's figure); both are after a norm.
SITES = {"attention.input": "self_attn.qkv.input", "mlp.input": "mlp.gate_up.input"}


def rotation(width, length, like):
    """cos and sin [length, width / 2]."""
    exponent = torch.arange(0, width, 2, dtype=torch.float64) / width
    angle = torch.arange(length, dtype=torch.float64)[:, None] * BASE**-exponent
    return angle.cos().to(like), angle.sin().to(like)


class Predictor(nn.Module):
    """hidden [batch, T, E] to importance queries and keys, [batch, heads, layers, T, D] each."""

    def __init__(self, config, reduced, dim, hidden):
        super().__init__()
        self.heads, self.layers, self.dim = config.heads, config.layers, dim
        out = config.layers * config.heads * dim
        self.input = nn.Linear(config.width, reduced, bias=False)
        self.q, self.k, self.v = (nn.Linear(reduced, reduced, bias=False) for _ in range(3))
        self.norm = nn.LayerNorm(reduced, eps=1e-5)
        self.up, self.down = nn.Linear(reduced, 2 * reduced), nn.Linear(2 * reduced, config.width)
        self.query_hidden, self.key_hidden = (nn.Linear(config.width, hidden, bias=False) for _ in range(2))
        self.query_out, self.key_out = (nn.Linear(hidden, out, bias=False) for _ in range(2))
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, x):
        r = self.input(x)
        y = x + self.down(F.gelu(self.up(self.norm(self.mix(r)))))
        return (self.slots(second(F.silu(first(y)))) for first, second in
                ((self.query_hidden, self.query_out), (self.key_hidden, self.key_out)))

    def mix(self, r):
        """Causal attention of the predictor itself, heads side by side."""
        batch, length, width = r.shape
        q, k, v = (p(r).view(batch, length, self.heads, -1).transpose(1, 2) for p in (self.q, self.k, self.v))
        cos, sin = rotation(q.shape[-1], length, r)
        mask = torch.full((length, length), -math.inf, dtype=r.dtype).triu(1)
        scores = rotate(q, cos, sin) @ rotate(k, cos, sin).transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)

    def slots(self, flat):
        """Layer n, head j is slot j * layers + n, as released checkpoints have it."""
        batch, length, _ = flat.shape
        x = flat.view(batch, length, self.heads, self.layers, self.dim).permute(0, 2, 3, 1, 4)
        return rotate(x, *rotation(self.dim, length, flat))


def observe(model, tokens, site):
    """What the predictor reads, and the true logits [batch, heads, T, T] of every layer but the first."""
    seen = {}
    with torch.no_grad():
        model(tokens, capture=seen.__setitem__)
    config, logits = model.config, []
    cos, sin = rotation(config.head_dim, tokens.shape[1], model.norm.weight)
    for index in range(1, config.layers):
        part = f"model.layers.{index}.self_attn."
        q, k = (x.view(*tokens.shape, -1, config.head_dim).transpose(1, 2) for x in
                (model.layers[index].self_attn.q_proj(seen[part + "qkv.input"]), seen[part + "key_rotated"]))
        k = k.repeat_interleave(config.heads // config.kv_heads, 1)
        logits.append(rotate(q, cos, sin) @ k.transpose(-1, -2) / math.sqrt(config.head_dim))
    return seen[f"model.layers.0.{SITES[site]}"], logits


def scores(predictor, hidden):
    """Predicted logits of every layer but the first, one [batch, heads, T, T] after the other."""
    queries, keys = predictor(hidden)
    for layer in range(1, predictor.layers):
        yield queries[:, :, layer] @ keys[:, :, layer].transpose(-1, -2) / math.sqrt(predictor.dim)


def loss_of(predictor, hidden, logits):
    seen = torch.ones(hidden.shape[1], hidden.shape[1]).tril()
    total = sum(((score - true).square() * seen).sum() for score, true in zip(scores(predictor, hidden), logits))
    return total / (seen.sum() * logits[0][..., 0, 0].numel() * len(logits))


def hit_accuracy(predictor, hidden, logits):
    """Share of the true top half of the last query's keys that is in the predicted top half, mean over heads and layers."""
    half, hits = max(1, hidden.shape[1] // 2), []
    for score, true in zip(scores(predictor, hidden), logits):
        chosen, wanted = (torch.zeros_like(x[..., -1, :]).scatter(-1, x[..., -1, :].topk(half).indices, 1.0)
                          for x in (score, true))
        hits.append((chosen * wanted).sum(-1).mean() / half)
    return torch.stack(hits).mean()


def evaluate(predictor, model, documents, site):
    losses, hits = [], []
    with torch.no_grad():
        for tokens in documents.split(8):
            observed = observe(model, tokens[:, :-1].long(), site)
            losses.append(loss_of(predictor, *observed).item())
            hits.append(hit_accuracy(predictor, *observed).item())
    return {"validationLoss": sum(losses) / len(losses), "hitAccuracy": sum(hits) / len(hits)}


def learning_rate(step, steps, peak):
    """A tenth of the steps warm up, then a cosine to zero."""
    warm_up = max(1, steps // 10)
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def train_step(predictor, optimizer, observed, rate):
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = loss_of(predictor, *observed)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(predictor.parameters(), 20.0)
    optimizer.step()
    return loss.item()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--models", required=True, help="the folder of the published models")
    parser.add_argument("--documents", required=True, nargs="+", help="files of documents, which take turns")
    parser.add_argument("--validation", required=True, nargs="+")
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, required=True, help="the length of the learning-rate schedule")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--site", choices=SITES, default="mlp.input")
    parser.add_argument("--reduced", type=int, default=16, help="R, the width of the predictor's own attention")
    parser.add_argument("--dim", type=int, default=8, help="D, values of an importance key")
    parser.add_argument("--hidden", type=int, default=64, help="I, the hidden width of the projections")
    parser.add_argument("--checkpoint", required=True)
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    config = SIZES[args.size]
    model = load({name: weight.float() for name, weight in
                  read_safetensors(os.path.join(args.models, args.size, "model.safetensors")).items()}, config)
    documents = read_in_turn(args.documents, args.context)[0]
    validation = read_in_turn(args.validation, args.context)[0][:32]
    predictor = Predictor(config, args.reduced, args.dim, args.hidden)
    optimizer = torch.optim.AdamW(predictor.parameters(), weight_decay=0.01)
    first, log = 0, []
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        predictor.load_state_dict(state["predictor"])
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]
    print(f"{sum(p.numel() for p in predictor.parameters())} parameters, from step {first}", flush=True)

    began, recent = time.time(), []
    for step in range(first, args.steps):
        rows = (torch.arange(args.batch) + step * args.batch) % len(documents)
        observed = observe(model, documents[rows, :-1].long(), args.site)
        recent.append(train_step(predictor, optimizer, observed, learning_rate(step, args.steps, args.rate)))
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == args.steps:
            log.append({"step": step + 1, "trainLoss": sum(recent) / len(recent),
                        **evaluate(predictor, model, validation, args.site), "seconds": round(time.time() - began, 1)})
            print(json.dumps(log[-1]), flush=True)
            began, recent = time.time(), []
            save(args.checkpoint, {"predictor": predictor.state_dict(), "optimizer": optimizer.state_dict(),
                                   "step": step + 1, "log": log, "arguments": vars(args)})


if __name__ == "__main__":
    main()
