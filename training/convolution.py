"""Trains the cost model of an intermediate language: an embedding, convolutions, the largest value of each channel, layers.

  python3 training/convolution.py --folder WORK --out src/data/regressors/ladder/convolutions.safetensors

Tokens and values are those of export-features.ts. Values are logarithms, standardized while it learns; the last layer is
scaled back before it is written. (arXiv:2302.11405)
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from safetensors import write_safetensors

EMBED = 24
CHANNELS = 32
WIDTHS = (9, 5, 3)
BATCH = 64
RATE = 3e-3
# Name of the model, file of its tokens, seed, steps.
MODELS = [(task, task, 0, 300) for task in ("roofline", "program", "graph", "kernel")] + [
    (f"{tokens}/{seed}", tokens, seed, 600) for tokens in ("operators", "shapes") for seed in range(3)
]


class Convolution(torch.nn.Module):
    def __init__(self, vocabulary, targets):
        super().__init__()
        self.embed = torch.nn.Embedding(vocabulary, EMBED)
        self.conv = torch.nn.ModuleList(
            torch.nn.Conv1d(EMBED if i == 0 else CHANNELS, CHANNELS, width, padding=(width - 1) // 2)
            for i, width in enumerate(WIDTHS))
        self.full = torch.nn.ModuleList([torch.nn.Linear(CHANNELS, CHANNELS), torch.nn.Linear(CHANNELS, CHANNELS),
                                         torch.nn.Linear(CHANNELS, targets)])

    def forward(self, ids, mask):
        """Channels of tokens that fill up a row are zero, so that a text gives the same alone and in a batch."""
        x = (self.embed(ids) * mask.unsqueeze(-1)).transpose(1, 2)
        for conv in self.conv:
            x = torch.relu(conv(x)) * mask.unsqueeze(1)
        x = x.amax(dim=2)
        for i, layer in enumerate(self.full):
            x = layer(x) if i == len(self.full) - 1 else torch.relu(layer(x))
        return x


def batch_of(ids, rows):
    longest = max(len(ids[i]) for i in rows)
    padded = torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in rows])
    mask = torch.tensor([[1.0] * len(ids[i]) + [0.0] * (longest - len(ids[i])) for i in rows])
    return padded, mask


def trained(data, seed, steps):
    """A model after some steps, its last layer in the units of the values."""
    torch.manual_seed(seed)
    ids = data["ids"]
    values = torch.tensor([[float("nan") if value is None else value for value in row] for row in data["values"]])
    known = ~values.isnan()
    middle = values.nanmean(dim=0)
    scale = torch.stack([values[known[:, t], t].std() for t in range(values.shape[1])])
    wanted = torch.where(known, (values - middle) / scale, torch.zeros(()))
    model = Convolution(data["size"], values.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    loss = torch.zeros(())
    for _ in range(steps):
        rows = torch.randint(len(ids), (BATCH,)).tolist()
        found = model(*batch_of(ids, rows))
        loss = ((found - wanted[rows]) ** 2 * known[rows]).sum() / known[rows].sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        model.full[-1].weight.mul_(scale.unsqueeze(1))
        model.full[-1].bias.mul_(scale).add_(middle)
    return model, loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    tensors = {}
    for name, tokens, seed, steps in MODELS:
        with open(os.path.join(args.folder, f"tokens-{tokens}.json")) as file:
            data = json.load(file)
        model, loss = trained(data, seed, steps)
        print(name, f"{loss:.3f}", flush=True)
        for part, weight in model.state_dict().items():
            tensors[f"{name}/{part.replace('embed.weight', 'embed')}"] = weight.half()
        if data["tokens"]:
            codes = [ord(character) for token in data["tokens"] for character in token + "\0"]
            tensors[f"{tokens}/tokens"] = torch.tensor(codes).half()
    write_safetensors(args.out, tensors, {"format": "pt", "model": "convolutions of text"})


if __name__ == "__main__":
    main()
