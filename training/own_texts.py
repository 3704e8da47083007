"""Documents that a published decoder writes on itself, greedily, after the beginnings of exported ones.

  python3 training/own_texts.py decoder-large --models src/data/models --documents train-256.bin --context 256 \
      --prompt 128 --count 3072 --out own-256.bin

What drafts for a model is best trained on what the model says. The file has the form of export-corpus.ts, without roles.
"""

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from decoder import SIZES, Past, rotation
from models import load_published
from train import read_documents

BATCH = 256


def continued(model, prompts, length):
    """Token ids [batch, length] that begin with `prompts` and go on with the likeliest token each."""
    ids, past = prompts, [Past() for _ in model.layers]
    cos, sin = rotation(model.config, length, model.norm.weight)
    fresh = ids
    while ids.shape[1] < length:
        first = ids.shape[1] - fresh.shape[1]
        x, mask = model.embed(fresh), model.attention_mask(ids.shape[1], model.norm.weight)[first:]
        for layer, before in zip(model.layers, past):
            x = layer(x, cos[first:ids.shape[1]], sin[first:ids.shape[1]], mask, past=before)
        fresh = model.head(model.norm(x[:, -1:])).argmax(-1)
        ids = torch.cat([ids, fresh], 1)
    return ids


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--models", required=True, help="the folder of the published models")
    parser.add_argument("--documents", required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--prompt", type=int, required=True, help="tokens of a document that are kept")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    model = load_published(args.models, args.size)
    documents = read_documents(args.documents, args.context)[0][:args.count]
    with torch.no_grad(), open(args.out, "wb") as out:
        for batch in documents.split(BATCH):
            ids = continued(model, batch[:, :args.prompt].long(), args.context + 1).to(torch.uint8)
            out.write(torch.stack([ids, torch.zeros_like(ids)], 1).numpy().tobytes())
            print(f"{out.tell()} bytes", flush=True)


if __name__ == "__main__":
    main()
