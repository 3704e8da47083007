"""Trains what a published decoder guesses later tokens with, resumably; the decoder stays as it is.

  python3 training/heads.py medusa decoder-large --models src/data/models --documents train-256.bin own-256.bin \
      --validation validation-256.bin own-validation-256.bin --context 256 --steps 600 --checkpoint medusa.pt

`medusa`: a head for each distance over the last hidden states (arXiv:2401.10774): W_out (h + silu(W1 h + b)), W1 = 0 at the
start, so that every head begins as the model's own. `prompts`: embeddings of tokens that are put after the last one and
that no other token sees (arXiv:2405.18628); the logits at the j-th guess the token j + 1 places after it. `hamburger`: see
hamburger.py.
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

from decoder import SIZES, Past, rotation
from hamburger import Hamburger
from models import load_published
from train import SEED, read_in_turn, save

SAVE_EVERY, WARM_UP, RANKS = 100, 50, 8


def last_hidden(model, tokens):
    """What the head takes, [batch, length, width]."""
    hidden = []
    model(tokens, hidden=hidden)
    return model.norm(hidden[-1])


class Guesser(nn.Module):
    """What guesses tokens at several distances, after whichever places of a document."""

    def loss(self, model, tokens, step):
        """Cross-entropies, each distance with 0.8 of the weight of the one before. (arXiv:2401.10774, section 2.2.1)"""
        found = guesses(self, model, tokens, self.places(last_place(self.count, tokens), step))
        return sum(0.8**k * F.cross_entropy(*guess) for k, guess in enumerate(found))

    def score(self, model, documents):
        """Shares of first guesses that are right, by distance."""
        shares = accuracies(self, model, documents, self.places(last_place(self.count, documents), 0))
        return {"validationTop1": [row[0] for row in shares]}


class Medusa(Guesser):
    """Hidden states to logits of the tokens 2, 3, ... places after the one they stand at."""

    def __init__(self, model, count):
        super().__init__()
        width, self.count = model.config.width, count
        self.mix = nn.ModuleList(nn.Linear(width, width) for _ in range(count))
        self.out = nn.ModuleList(nn.Linear(width, model.config.vocabulary, bias=False) for _ in range(count))
        for mix, out in zip(self.mix, self.out):
            nn.init.zeros_(mix.weight)
            nn.init.zeros_(mix.bias)
            out.weight.data.copy_(model.lm_head.weight)

    def places(self, last, step):
        """All places of a document up to `last`."""
        return torch.arange(last + 1)

    def forward(self, model, ids, at):
        """Logits [batch, places, count, vocabulary] after each of the places `at`."""
        with torch.no_grad():
            h = last_hidden(model, ids)[:, at]
        return torch.stack([out(h + F.silu(mix(h))) for mix, out in zip(self.mix, self.out)], 2)


class Prompts(Guesser):
    """Embeddings of the tokens that ask for guesses, [count, width], as they enter the first layer."""

    def __init__(self, model, count, many=48):
        super().__init__()
        self.many, self.count = many, count
        mean, std = (of(model.embed_tokens.weight, 0) for of in (torch.mean, torch.std))
        self.embedding = nn.Parameter(mean + 0.1 * std * torch.randn(count, model.config.width))

    def places(self, last, step):
        """Some places of a document; which ones depends on the step alone."""
        return torch.randperm(last + 1, generator=torch.Generator().manual_seed(step))[:self.many]

    def forward(self, model, ids, at):
        """Logits [batch, places, count, vocabulary] of the prompt tokens after each of the places `at`."""
        config, (batch, length), count = model.config, ids.shape, len(self.embedding)
        past = text_past(model, ids)
        own = torch.arange(len(at) * count)
        place, j = own // count, own % count
        cos, sin = rotation(config, length + count, self.embedding)
        positions = at[place] + 1 + j
        sees_text = torch.arange(length)[None] <= at[place][:, None]
        sees_own = (place[:, None] == place[None]) & (j[None] <= j[:, None])
        mask = torch.zeros(len(own), length + len(own)).masked_fill(~torch.cat([sees_text, sees_own], 1), -math.inf)
        x = self.embedding.repeat(len(at), 1).expand(batch, -1, -1)
        for layer, before in zip(model.layers, past):
            x = layer(x, cos[positions], sin[positions], mask, past=before)
        return model.head(model.norm(x)).view(batch, len(at), count, -1)


def text_past(model, ids):
    """Keys and values of a text, layer by layer, without gradients."""
    past = [Past() for _ in model.layers]
    with torch.no_grad():
        cos, sin = rotation(model.config, ids.shape[1], model.norm.weight)
        x, mask = model.embed(ids), model.attention_mask(ids.shape[1], model.norm.weight)
        for layer, before in zip(model.layers, past):
            x = layer(x, cos, sin, mask, past=before)
    return past


def guesses(heads, model, tokens, at):
    """Logits [n, vocabulary] and the true tokens [n] at each distance from the places `at`: the first is two places on."""
    logits = heads(model, tokens[:, :-1], at)
    for j in range(logits.shape[2]):
        yield logits[:, :, j].flatten(0, 1), tokens[:, at + j + 2].flatten()


def last_place(heads_count, tokens):
    """The last place of a document whose guesses all have true tokens."""
    return tokens.shape[1] - 2 - heads_count


KINDS = {"medusa": Medusa, "prompts": Prompts, "hamburger": Hamburger}


def accuracies(heads, model, documents, at, batch=8):
    """Share of true tokens at each distance (rows) that the guess of each rank is (columns, the first first)."""
    hits = []
    with torch.no_grad():
        for tokens in documents.split(batch):
            hits.append(torch.stack([(logits.topk(RANKS).indices == true[:, None]).double().mean(0)
                                     for logits, true in guesses(heads, model, tokens.long(), at)]))
    return torch.stack(hits).mean(0).tolist()


def learning_rate(step, steps, peak):
    """Linear warm-up, then a cosine to zero."""
    if step < WARM_UP:
        return peak * (step + 1) / WARM_UP
    return peak * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--models", required=True, help="the folder of the published models")
    parser.add_argument("--documents", required=True, nargs="+", help="files of documents, which take turns")
    parser.add_argument("--validation", required=True, nargs="+")
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--count", type=int, default=3, help="heads, or prompt tokens, or tokens of a group")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, required=True, help="the length of the learning-rate schedule")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--checkpoint", required=True)
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    model = load_published(args.models, args.size).requires_grad_(False)
    documents = read_in_turn(args.documents, args.context)[0]
    validation = read_in_turn(args.validation, args.context)[0][:64]
    heads = KINDS[args.kind](model, args.count)
    optimizer = torch.optim.AdamW(heads.parameters(), weight_decay=0.0)
    first, log = 0, []
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        heads.load_state_dict(state["heads"])
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]
    print(f"{sum(p.numel() for p in heads.parameters())} parameters, from step {first}", flush=True)

    began, recent = time.time(), []
    for step in range(first, args.steps):
        rows = (torch.arange(args.batch) + step * args.batch) % len(documents)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.rate)
        loss = heads.loss(model, documents[rows].long(), step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        recent.append(loss.item())
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == args.steps:
            log.append({"step": step + 1, "trainLoss": sum(recent) / len(recent), **heads.score(model, validation),
                        "seconds": round(time.time() - began, 1)})
            print(json.dumps(log[-1]), flush=True)
            began, recent = time.time(), []
            save(args.checkpoint, {"heads": heads.state_dict(), "optimizer": optimizer.state_dict(),
                                   "step": step + 1, "log": log, "arguments": vars(args)})


if __name__ == "__main__":
    main()
