"""Trains small recurrent networks and their rivals to follow the state of a group, resumably, and publishes all of them in one file.

  python3 training/train_state_tracking.py --checkpoint tracking.pt --out src/data/recurrences

Every model reads words of up to 32 elements, short ones first, and says the product of each beginning. The optimizer and its schedule
are those of train.py.
"""

import argparse
import json
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

import decoder
import flash_rnn
import matmul_free
from models import make
from safetensors import write_safetensors
from train import learning_rate, make_optimizer, save

BATCH, RATE, SEEDS = 64, 5e-3, (1, 2, 3)
STEPS = {"parity": 600, "s3": 2000}
STAGES = ((0.2, 4), (0.4, 8), (0.6, 16), (1.0, 32))  # share of the steps up to which words have so many elements
LENGTHS = (32, 256)


def config_of(model, order):
    if model in flash_rnn.CELLS:
        return flash_rnn.Config(model, vocabulary=order)
    if model == "gated":
        return matmul_free.Config(layers=2, width=32, hidden=64, ternary=False, vocabulary=order)
    return decoder.Config(layers=2, width=32, heads=4, kv_heads=4, hidden=64, vocabulary=order)


MODELS = [*flash_rnn.CELLS, "gated", "transformer"]


def model_of(model, order):
    config = config_of(model, order)
    return flash_rnn.Model(config) if isinstance(config, flash_rnn.Config) else make(config)


def trained(task, name, seed):
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(1000 + seed)
    model = model_of(name, len(flash_rnn.products(flash_rnn.TASKS[task])))
    optimizer, began = make_optimizer(model), time.time()
    for step in range(STEPS[task]):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, STEPS[task], RATE)
        length = next(length for share, length in STAGES if step < share * STEPS[task])
        words, reached = flash_rnn.examples(task, BATCH, length, generator)
        loss = F.cross_entropy(model(words).transpose(1, 2), reached)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    right = {length: accuracy(model, task, length) for length in LENGTHS}
    return {"model": model.state_dict(), "loss": loss.item(), "right": right, "seconds": round(time.time() - began, 1)}


def accuracy(model, task, length):
    """Share of products right in the second half of 64 words that no training saw."""
    words, reached = flash_rnn.examples(task, 64, length, torch.Generator().manual_seed(7))
    with torch.no_grad():
        hits = model(words).argmax(-1) == reached
    return hits[:, length // 2:].double().mean().item()


def tensors(name, state, width):
    """Weights as they are published, float16: the embedding of a model with a residual stream carries its scale."""
    if name in flash_rnn.CELLS:
        return {key: weight.half() for key, weight in state.items()}
    embedding = "embeddings.weight" if name == "gated" else "embed_tokens.weight"
    head = {} if name == "gated" else {"lm_head.weight": state[embedding]}
    prefixed = {key if key.startswith("lm_head") else f"model.{key}": weight for key, weight in state.items()}
    found = {**prefixed, **head, f"model.{embedding}": state[embedding] * width**0.5}
    return {key: weight.half() for key, weight in found.items()}


def expected(runs):
    """Logits of one word of 24 elements under every recurrent model, in float64 of the stored weights: what the library must give."""
    found = {}
    for run, state in runs.items():
        task, name, _ = run.split("/")
        if name not in flash_rnn.CELLS:
            continue
        model = model_of(name, len(flash_rnn.products(flash_rnn.TASKS[task])))
        model.load_state_dict({key: weight.half().float() for key, weight in state["model"].items()})
        word = flash_rnn.examples(task, 1, 24, torch.Generator().manual_seed(11))[0]
        with torch.no_grad():
            logits = model.double()(word)[0]
        found[run] = {"word": word[0].tolist(), "logits": [[round(value, 9) for value in row] for row in logits.tolist()]}
    return found


def publish(runs, out):
    os.makedirs(out, exist_ok=True)
    found = {f"{run}/{key}": weight for run, state in runs.items()
             for key, weight in tensors(run.split("/")[1], state["model"], 32).items()}
    write_safetensors(os.path.join(out, "state-tracking.safetensors"), found, {"format": "pt"})
    with open(os.path.join(out, "expected.json"), "w") as file:
        file.write(json.dumps(expected(runs), separators=(",", ":")) + "\n")
    with open(os.path.join(out, "training.json"), "w") as file:
        told = {run: {part: state[part] for part in ("loss", "right", "seconds")} for run, state in runs.items()}
        file.write(json.dumps(told, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--models", nargs="+", default=MODELS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs = torch.load(args.checkpoint) if os.path.exists(args.checkpoint) else {}
    for seed in args.seeds:
        for task in STEPS:
            for name in args.models:
                run = f"{task}/{name}/{seed}"
                if run in runs:
                    continue
                runs[run] = trained(task, name, seed)
                print(run, {part: runs[run][part] for part in ("loss", "right", "seconds")}, flush=True)
                save(args.checkpoint, runs)
    if args.out:
        publish(runs, args.out)


if __name__ == "__main__":
    main()
