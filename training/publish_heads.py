"""Turns a checkpoint of heads.py into the published file of a model folder and its section of the card.

  python3 training/publish_heads.py medusa decoder-large --models src/data/models --checkpoint medusa.pt \
      --validation said-validation-256.bin --test said-test-256.bin --context 256 --prompt 128 --tokens 32

The two files hold texts of own_texts.py. On those of validation the shares of right guesses are measured that go into the
file, where they shape the trees of drafts; those of test are for the card. All are of the weights as stored (float16).
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from decoder import SIZES
from heads import KINDS, RANKS, accuracies
from models import load_published
from publish import encoded
from safetensors import write_safetensors
from scores import write_record
from train import read_documents

EXAMPLE_LENGTH = 12
FILES = {"medusa": "medusa-heads", "prompts": "prompt-tokens"}
TITLES = {"medusa": "Medusa heads", "prompts": "Prompt tokens"}


def stored(state):
    return {name: weight.half() for name, weight in state["heads"].items()}


def widened(state, model):
    heads = KINDS[state["arguments"]["kind"]](model, state["arguments"]["count"])
    heads.load_state_dict({name: weight.float() for name, weight in stored(state).items()})
    return heads.eval()


def example(heads, model, document):
    """What an engine must reproduce: the logits after the last token of a text, [count, vocabulary]."""
    ids = document[:EXAMPLE_LENGTH]
    with torch.no_grad():
        logits = heads(model, ids[None].long(), torch.tensor([EXAMPLE_LENGTH - 1]))[0, 0]
    return {"input_ids": ids.tolist(), "logits": encoded(logits), "tolerance": 1e-4 * logits.abs().max().item()}


def record(state, test):
    """The record of a run, as `card.json` holds it."""
    arguments, log = state["arguments"], state["log"]
    return {"rate": arguments["rate"], "steps": log[-1]["step"], "batch": arguments["batch"], "context": arguments["context"],
            "minutes": round(sum(entry["seconds"] for entry in log) / 60),
            "log": [{name: e[name] for name in ("step", "trainLoss", "validationTop1")} for e in log], "test": test}


def percent(shares):
    return ", ".join(f"{100 * share:.1f} %" for share in shares)


def section(state, model, heads, test):
    arguments, log, kind = state["arguments"], state["log"], state["arguments"]["kind"]
    own = sum(p.numel() for p in heads.parameters())
    whole = sum(p.numel() for p in model.parameters())
    name, count = FILES[kind], arguments["count"]
    content = {
        "medusa": f"{count} heads over what the model's own head takes (arXiv:2401.10774): W_out (h + silu(W1 h + b)), for the tokens after the next one",
        "prompts": f"{count} vectors that enter the first layer after a token, seen by no other token; the logits there guess the tokens after the next one (arXiv:2405.18628)",
    }[kind]
    rows = "\n".join(f"| {e['step']} | {e['trainLoss']:.3f} | {percent(e['validationTop1'])} |" for e in log)
    return f"""<!-- {name} -->
## {TITLES[kind]}
`{name}.safetensors` (float16): {content}. {own:,} parameters, {100 * own / whole:.3g} % of the model's, which stays as it is.
The tensor `accuracy` holds the share of right guesses by distance and rank, measured on the model's own texts after validation beginnings;
it shapes the trees of drafts. `{name}-expected.json` holds the logits after a text.

Cross-entropy, each distance with 0.8 of the weight of the one before. AdamW, {arguments['rate']:g} after 50 steps of warm-up, cosine to zero,
{log[-1]['step']:,} steps of {arguments['batch']} x {arguments['context']} tokens: training documents and such with an end that the model wrote itself, in turn.
{round(sum(entry['seconds'] for entry in log) / 60)} minutes on one core that other work shared.

| step | training loss | validation documents: first guess right, by distance |
|---|---|---|
{rows}

On {test['texts']} texts that the model wrote after test beginnings, {test['tokens']} tokens each, the first guess is right in {percent(test['top1'])} of
cases by distance, one of the first {RANKS} in {percent(test['topAll'])}.
<!-- /{name} -->
"""


def with_section(card, text):
    """The card with its section replaced, or with a new one at its end."""
    begin, end = text.split("\n", 1)[0], text.rstrip("\n").rsplit("\n", 1)[1]
    if begin in card:
        return card[:card.index(begin)] + text + card[card.index(end) + len(end):].lstrip("\n")
    return card.rstrip("\n") + "\n\n" + text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("name", choices=SIZES)
    parser.add_argument("--models", required=True)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--prompt", type=int, required=True, help="tokens of each text that the model did not write")
    parser.add_argument("--tokens", type=int, required=True, help="written tokens that are counted")
    args = parser.parse_args()

    torch.set_num_threads(1)
    state, folder = torch.load(args.checkpoint), os.path.join(args.models, args.name)
    model = load_published(args.models, args.name).requires_grad_(False)
    heads, name = widened(state, model), FILES[args.kind]
    at = torch.arange(args.prompt - 1, args.prompt - 1 + args.tokens)
    validation, test = (read_documents(path, args.context)[0] for path in (args.validation, args.test))
    shares = accuracies(heads, model, test, at)
    found = {"texts": len(test), "tokens": args.tokens, "top1": [row[0] for row in shares],
             "topAll": [sum(row) for row in shares]}

    tensors = {**stored(state), "accuracy": torch.tensor(accuracies(heads, model, validation, at), dtype=torch.float32)}
    write_safetensors(os.path.join(folder, f"{name}.safetensors"), tensors, {"format": "pt", "model": args.name})
    with open(os.path.join(folder, f"{name}-expected.json"), "w") as out:
        out.write(json.dumps(example(heads, model, test[0])) + "\n")
    write_record(folder, {{"medusa": "medusaHeads", "prompts": "promptTokens"}[args.kind]: record(state, found)})
    path = os.path.join(folder, "README.md")
    with open(path) as file:
        card = with_section(file.read(), section(state, model, heads, found))
    with open(path, "w") as out:
        out.write(card)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
