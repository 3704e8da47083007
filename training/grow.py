"""Starts a large decoder from a small trained one, so that its function is nearly unchanged (Net2Net, arXiv:1511.05641).

  python3 training/grow.py decoder-large --small small.pt --out grown.pt

Two runs from random weights were stopped before they had learned to retrieve (README.md has their numbers); from here
the large decoder only has to put its new width and layers to use.
Old layers become every second one. Wherever something new would write into the residual stream it starts at zero.
"""

import argparse

import torch

from decoder import SIZES, Model
from train import SEED

READERS = ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj")
WRITERS = ("o_proj", "down_proj")


def grow(state, small, large):
    """The large decoder's state: `state` in the first channels, heads and hidden units, random values in the others."""
    grown = Model(large).state_dict()
    share, stride = (small.width / large.width) ** 0.5, large.layers // small.layers
    for name, weight in grown.items():
        if name.endswith(tuple(f"{writer}.weight" for writer in WRITERS)):
            weight.zero_()
    for name, old in state.items():
        new = grown[renamed(name, stride)]
        if name == "embed_tokens.weight":
            new[:, :small.width] = old * share
        elif old.ndim == 1:
            # The new channels are nearly empty, so the norm divides by less: the gain takes it back, but not the
            # last one's, where the smaller embedding does.
            new[:small.width] = old if name == "norm.weight" else old * share
        else:
            if name.endswith(tuple(f"{reader}.weight" for reader in READERS)):
                new[:old.shape[0], small.width:] = 0
            new[:old.shape[0], :old.shape[1]] = old
    return grown


def renamed(name, stride):
    if not name.startswith("layers."):
        return name
    _, layer, rest = name.split(".", 2)
    return f"layers.{int(layer) * stride}.{rest}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SIZES)
    parser.add_argument("--small", required=True, help="a checkpoint of the small decoder")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    small = torch.load(args.small)
    grown = grow(small["model"], SIZES[small["arguments"]["size"]], SIZES[args.name])
    torch.save({"model": grown, "log": small["log"], "step": 0, "arguments": {"size": args.name}}, args.out)


if __name__ == "__main__":
    main()
