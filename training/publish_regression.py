"""Turns a checkpoint of train_regression.py into the published files of a model folder.

  python3 training/publish_regression.py small --checkpoint small.pt --pieces pieces.json \\
      --validation validation.txt --out src/data/regressors

Weights are stored in float16; reference logits are of the weights as stored, in float64.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from regression import SIZES, Model, padded, read_examples
from safetensors import write_safetensors

EXAMPLES = 4


def stored(state, config, pieces):
    """Weights in float16, heads, and the pieces as codes of characters with a zero behind each."""
    names = {"embed_text.weight": "embed_text", "embed_target.weight": "embed_target"}
    tensors = {names.get(name, name): weight.half() for name, weight in state.items()}
    codes = [ord(character) for piece in pieces for character in piece + "\0"]
    return {**tensors, "heads": torch.tensor([float(config.heads)]).half(), "pieces": torch.tensor(codes).half()}


def reference(config, tensors, texts, targets):
    """Ids and logits in float64 of some examples, the right numbers fed back."""
    model = Model(config).double()
    state = {name: weight.double() for name, weight in tensors.items() if name not in ("heads", "pieces")}
    for name in ("embed_text", "embed_target"):
        state[f"{name}.weight"] = state.pop(name)
    model.load_state_dict(state)
    found = []
    for text, target in zip(texts, targets):
        with torch.no_grad():
            logits = model(padded([text]), torch.nn.functional.pad(padded([target]), (1, 0)))[0]
        found.append({"text": text.tolist(), "targets": target.tolist(), "logits": [[round(x, 6) for x in row] for row in logits.tolist()]})
    return found


def card(name, state, config, examples):
    arguments, log = state["arguments"], state["log"]
    parameters = sum(weight.numel() for weight in state["model"].values())
    rows = "\n".join(f"| {e['step']} | {e['examples']:,} | {e['trainLoss']:.4f} | {e['validationLoss']:.4f} |"
                     for i, e in enumerate(log) if e["step"] % 300 == 0 or i in (0, len(log) - 1))
    return f"""# Regression model, {name}

A regression language model of {parameters:,} parameters: it reads a text and writes numbers as tokens (RegressLM, arXiv:2506.21718). Texts
and their true numbers are those of `src/lib/experiments/regress/cost-tasks.ts`: a config.json with machine, formats and work, small
programs, graphs of operators, kernels of ours.

| file | content |
|---|---|
| `model.safetensors` | weights, float16; `pieces` holds the vocabulary of texts, `heads` the number of heads |
| `expected.json` | {EXAMPLES} examples of the validation split with logits in float64 of the stored weights |
| `card.json` | the numbers of this card |

## Architecture
Encoder of {config.encoder_layers} layers and decoder of {config.decoder_layers}, width {config.width}, {config.heads} heads, ReLU networks of {4 * config.width}, layer norms before each part (eps {config.eps:g}). The
encoder has an interleaved rotary embedding and a last norm; the decoder sinusoidal positions and none. Texts are read in {config.vocabulary} tokens,
digits one by one; numbers are written in P10 with four digits and special values, {config.targets} tokens.

## Training
Cross-entropy of the tokens of the numbers, mean over the tokens of an example. AdamW (betas 0.9 and 0.95, weight decay 0.1 on matrices),
warm-up over 100 steps to {arguments['rate']:g}, cosine to a tenth of it, gradients clipped at norm 1, float32, seed {arguments['seed']}. {log[-1]['step']:,} steps of {arguments['batch']} examples, from
{examples:,} examples that came again, {sum(e['seconds'] for e in log) / 60:.0f} minutes on one core that other work shared. Recipe: `training/README.md`.

| step | examples seen | training loss | validation loss |
|---|---|---|---|
{rows}
"""


def record(state, config, examples):
    """The numbers of the card."""
    arguments, log = state["arguments"], state["log"]
    return {"parameters": sum(weight.numel() for weight in state["model"].values()), "examples": examples,
            "rate": arguments["rate"], "batch": arguments["batch"], "seed": arguments["seed"], "steps": log[-1]["step"],
            "minutes": round(sum(e["seconds"] for e in log) / 60), "log": log}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="the folder of the published files")
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--pieces", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    state = torch.load(args.checkpoint)
    config = SIZES[state["arguments"]["size"]]
    with open(args.pieces) as file:
        tensors = stored(state["model"], config, json.load(file))
    with open(state["arguments"]["examples"]) as file:
        examples = sum(1 for _ in file)
    examples = min(examples, state["arguments"]["count"] or examples)
    texts, targets = (part[:EXAMPLES] for part in read_examples(args.validation))
    folder = os.path.join(args.out, args.name)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt", "model": args.name})
    for file, value in (("expected.json", reference(config, tensors, texts, targets)), ("card.json", record(state, config, examples))):
        with open(os.path.join(folder, file), "w") as out:
            out.write(json.dumps(value) + "\n")
    with open(os.path.join(folder, "README.md"), "w") as out:
        out.write(card(args.name, state, config, examples))


if __name__ == "__main__":
    main()
