"""Turns a checkpoint of train_vision.py into the published files of a model folder.

  python3 training/publish_vision.py vision-mamba-small --checkpoint vision.pt --validation validation.bin --test test.bin \\
      --out src/data/models

Weights are stored in float16; scores and reference logits are of the weights as stored, widened.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from safetensors import write_safetensors
from vision import SIZES, Model, evaluate, logits_of, read_pictures

EXAMPLES, FIRST = 8, 32


def config_json(config):
    return {"architectures": ["VMambaForImageClassification"], "model_type": "vmamba", "hidden_size": config.width,
            "num_hidden_layers": config.layers, "intermediate_size": config.inner, "state_size": config.state,
            "time_step_rank": config.rank, "conv_kernel": config.conv, "image_size": config.image,
            "patch_size": config.patch, "num_channels": 1, "num_labels": config.classes, "hidden_act": "silu",
            "layer_norm_eps": config.eps, "torch_dtype": "float16"}


def load(tensors, config, dtype):
    model = Model(config)
    model.load_state_dict({name: weight.float() for name, weight in tensors.items()})
    return model.to(dtype).eval()


def reference(tensors, config, labels, pixels):
    """Logits in float64 of the first pictures of the validation split."""
    logits = logits_of(load(tensors, config, torch.float64), pixels[:EXAMPLES])
    return {"split": "validation", "labels": labels[:EXAMPLES].tolist(), "logits": logits.tolist(),
            "tolerance": 3e-5 * logits.abs().max().item()}


def first_right(model, labels, pixels):
    return (logits_of(model, pixels[:FIRST]).argmax(-1) == labels[:FIRST]).tolist()


def record(state, test, firsts):
    """The numbers of the card."""
    arguments, log = state["arguments"], state["log"]
    return {"parameters": sum(weight.numel() for weight in state["model"].values()), "rate": arguments["rate"],
            "batch": arguments["batch"], "seed": arguments["seed"], "steps": log[-1]["step"], "pictures": log[-1]["pictures"],
            "minutes": round(sum(e["seconds"] for e in log) / 60), "test": test, "firstRight": firsts, "log": log}


def card(name, config, found):
    rows = "\n".join(f"| {e['step']} | {e['pictures']:,} | {e['trainLoss']:.4f} | {e['validation']['loss']:.4f} | "
                     f"{e['validation']['right']} of {e['validation']['pictures']} |" for e in found["log"])
    test = found["test"]
    return f"""# {name}

A classifier of pictures with state-space layers, of {found['parameters']:,} parameters: it names which of {config.classes} shapes a grey picture of
{config.image} x {config.image} pixels shows. The pictures are drawn by `src/lib/tasks/pictures`.

| file | content |
|---|---|
| `model.safetensors` | weights, float16, by VMamba's names |
| `config.json` | its sizes; no library that is known reads them |
| `expected.json` | logits of the first {EXAMPLES} pictures of the validation split, in float64 of the stored weights |
| `card.json` | the numbers of this card |

## Architecture
Patches of {config.patch} x {config.patch} pixels, {config.side ** 2} of them; {config.layers} layers of width {config.width} with {config.inner} inner channels, {config.state} numbers of state for each, a convolution over
{config.conv} x {config.conv} patches and four scans (rows, columns, both backwards) with time steps from {config.rank} channels: the block of VMamba
(arXiv:2401.10166) at one resolution. Layer norms (eps {config.eps:g}); a head on the mean of the patches.

## Training
Cross-entropy. AdamW (betas 0.9 and 0.95, weight decay 0.1 on matrices), warm-up over 100 steps to {found['rate']:g}, cosine to a tenth of it,
gradients clipped at norm 1, float32, seed {found['seed']}. {found['steps']:,} steps of {found['batch']} pictures, all of them different: {found['pictures']:,} pictures, {found['minutes']} minutes
on one core that other work shared. Recipe: `training/README.md`.

| step | pictures seen | training loss | validation loss | right |
|---|---|---|---|---|
{rows}

## Score
Of the first {test['pictures']:,} pictures of the test split it names {test['right']:,} rightly, {100 * test['right'] / test['pictures']:.1f} % (cross-entropy {test['loss']:.4f}).
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SIZES)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    config, state = SIZES[args.name], torch.load(args.checkpoint)
    tensors = {name: weight.half() for name, weight in state["model"].items()}
    model, test = load(tensors, config, torch.float32), read_pictures(args.test)
    found = record(state, evaluate(model, *test), first_right(model, *test))
    folder = os.path.join(args.out, args.name)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt", "model": args.name})
    expected = reference(tensors, config, *read_pictures(args.validation))
    for file, value in (("config.json", config_json(config)), ("expected.json", expected), ("card.json", found)):
        with open(os.path.join(folder, file), "w") as out:
            out.write(json.dumps(value, indent=2 if file == "config.json" else None) + "\n")
    with open(os.path.join(folder, "README.md"), "w") as out:
        out.write(card(args.name, config, found))


if __name__ == "__main__":
    main()
