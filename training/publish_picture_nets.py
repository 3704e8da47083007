"""Writes the networks of train_shifts.py and train_fixed.py as one file, and what torch finds with them beside it.

  python3 training/publish_picture_nets.py --shifts WORK/shifts --fixed WORK/fixed --pictures train.bin --test test.bin \\
      --out src/data/picture-nets

`WAY/BITS/SIGMA/SEED/levels` has all weights as multiples of their layer's scale, float16 and exact but for those of `float`; `/affine` a
factor and an addend for each output, in which scales and norms are folded; `/frozen` the shares of signs and of weights that stayed the
same over each 100 steps. `fixed/WAY/WORD/TERMS/SEED/levels` and `/biases` have integers, `/points` the bits behind their points and behind
those of every operation's output, in the order of the passes.
"""

import argparse
import glob
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from fixed_point import Cast, FixedNet
from picture_net import Net, judged, read_small
from safetensors import write_safetensors
from train_fixed import float_net, renewed

TESTED, SHOWN = 1024, 2


def results(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(path) as file:
            yield json.load(file), torch.load(path.replace(".json", ".pt"))


def expected(model, labels, pictures, result):
    with torch.no_grad():
        logits = model(pictures[:SHOWN]).tolist()
    return {"right": judged(model, labels, pictures)["right"], "logits": logits, "trainLoss": result["trainLoss"],
            "validationRight": result["validation"]["right"], "seconds": result["seconds"]}


def of_levels(result, state, pictures):
    """Tensors of a network and the network, with the norms' statistics renewed and float weights as they are stored."""
    model = Net(result["way"], result["bits"], result["sigma"])
    model.load_state_dict(state)
    model = renewed(model, pictures[:8192])
    if result["way"] == "float":
        for weight in model.weights:
            weight.weight.data = weight.weight.data.half().float()
    layers = model.folded()
    affine = torch.stack([torch.cat([layer[part] for layer in layers]) for part in (1, 2)])
    return {"levels": torch.cat([layer[0].flatten() for layer in layers]).half(), "affine": affine,
            "frozen": torch.tensor(result["frozen"])}, model


def of_integers(result, state, start):
    model = FixedNet(start.folded(), result["word"], False, result["terms"])
    model.load_state_dict(state)
    points = {name: point.point.round() for name, point in model.points.items()}
    whole = lambda x, name: (Cast.apply(x.detach(), points[name], result["word"]) * 2 ** points[name]).flatten()
    tensors = {"levels": torch.cat([whole(w, f"weight{n}") for n, w in enumerate(model.weights)]).half(),
               "biases": torch.cat([whole(b, f"bias{n}") for n, b in enumerate(model.biases)]).half(),
               "points": torch.stack(list(points.values())).detach()}
    return tensors, model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("shifts", "fixed", "pictures", "test", "out"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    train, (labels, pictures) = read_small(args.pictures)[1], read_small(args.test)
    labels, pictures = labels[:TESTED], pictures[:TESTED]
    tensors, found = {}, {}
    for result, state in results(args.shifts):
        name = f"{result['way']}/{result['bits']}/{result['sigma']}/{result['seed']}"
        own, model = of_levels(result, state, train)
        tensors.update({f"{name}/{part}": tensor for part, tensor in own.items()})
        found[name] = expected(model, labels, pictures, result)
    starts = {}
    for result, state in results(args.fixed):
        name = f"fixed/{result['way']}/{result['word']}/{result['terms']}/{result['seed']}"
        start = starts.setdefault(result["seed"], float_net(args.shifts, result["seed"], train))
        own, model = of_integers(result, state, start)
        tensors.update({f"{name}/{part}": tensor for part, tensor in own.items()})
        found[name] = {**expected(model, labels, pictures, result), "firstPoints": list(result["firstPoints"].values())}
    os.makedirs(args.out, exist_ok=True)
    write_safetensors(os.path.join(args.out, "model.safetensors"), tensors, {"format": "pt"})
    with open(os.path.join(args.out, "expected.json"), "w") as file:
        json.dump({"split": "test", "pictures": TESTED, "nets": found}, file, separators=(",", ":"))


if __name__ == "__main__":
    main()
