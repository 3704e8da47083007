"""Turns a checkpoint of token_butler.py into the published file of a model folder and its section of the card.

  python3 training/publish_butler.py decoder-small --models src/data/models --checkpoint butler-small.pt \
      --test test-128.bin --context 128 --documents 128

Scores and the expected example are of the weights as stored (float16), widened exactly.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from decoder import SIZES
from models import load
from publish import encoded
from safetensors import read_safetensors, write_safetensors
from scores import write_record
from token_butler import Predictor, evaluate, observe, scores
from train import read_documents

EXAMPLE_LENGTH = 24
BEGIN, END = "<!-- token-butler -->", "<!-- /token-butler -->"


def stored(state):
    return {name: weight.half() for name, weight in state["predictor"].items()}


def widened(state, config, dtype):
    arguments = state["arguments"]
    predictor = Predictor(config, arguments["reduced"], arguments["dim"], arguments["hidden"])
    predictor.load_state_dict({name: weight.float() for name, weight in stored(state).items()})
    return predictor.to(dtype).eval()


def example(state, model, config, document):
    """What an engine must reproduce: hidden states of a text and the scores [layers - 1, heads, T, T], in float64."""
    with torch.no_grad():
        hidden, _ = observe(model.double(), document[None, :EXAMPLE_LENGTH].long(), state["arguments"]["site"])
        found = torch.stack([score[0] for score in scores(widened(state, config, torch.float64), hidden)])
    model.float()
    return {"input_ids": document[:EXAMPLE_LENGTH].tolist(), "hidden": encoded(hidden[0]), "scores": encoded(found),
            "tolerance": 1e-5 * found.abs().max().item()}


def shown(log):
    """The entries of a log that a card lists."""
    return [e for i, e in enumerate(log) if i == len(log) - 1 or e["step"] in (100, 300, 1000) or e["step"] % 1000 == 0]


def record(state, test):
    """The record of a run, as `card.json` holds it."""
    arguments, log = state["arguments"], state["log"]
    return {"rate": arguments["rate"], "steps": log[-1]["step"], "batch": arguments["batch"], "context": arguments["context"],
            "minutes": round(sum(entry["seconds"] for entry in log) / 60),
            "log": [{name: e[name] for name in ("step", "trainLoss", "validationLoss", "hitAccuracy")} for e in shown(log)],
            "test": test}


def section(state, model, predictor, test):
    arguments, log = state["arguments"], state["log"]
    own = sum(p.numel() for p in predictor.parameters())
    model_parameters = sum(p.numel() for p in model.parameters())
    site = {"mlp.input": "after layer 0's attention, as the paper's figure draws it (what enters its MLP)",
            "attention.input": "before layer 0's attention, as the paper's code has it"}[arguments["site"]]
    minutes = sum(entry["seconds"] for entry in log) / 60
    rows = "\n".join(f"| {e['step']} | {e['trainLoss']:.3f} | {e['validationLoss']:.3f} | {e['hitAccuracy']:.3f} |" for e in shown(log))
    return f"""{BEGIN}
## TokenButler's predictor
`token-butler.safetensors` (float16) predicts how much each earlier token will matter to every head of every layer but the first
(arXiv:2503.07518). It reads the hidden states {site}. {own:,} parameters, {100 * own / (own + model_parameters):.1f} % of model and
predictor together: a share that falls with the width, 1 % for the models of the paper. R = {arguments['reduced']}, D = {arguments['dim']}, I = {arguments['hidden']}.
`token-butler-expected.json` holds hidden states and scores in float64 of the stored weights.

Loss: mean squared error between its scores and the attention logits, over the keys that a query sees (the released code averages
over later keys too). AdamW, {arguments['rate']:g} after a tenth of the steps, cosine to zero, {len(log) and log[-1]['step']:,} steps of {arguments['batch']} x {arguments['context']} tokens, no
dropout as no document comes twice; the decoder stays as it is. {minutes:.0f} minutes on one core that other work shared. How the length of
the schedule was chosen: `training/README.md`.

| step | training loss | validation loss | hit accuracy |
|---|---|---|---|
{rows}

On {test['documents']} test documents: loss {test['validationLoss']:.3f}, hit accuracy {test['hitAccuracy']:.3f} (share of the true top half of the last query's keys
that the predicted top half holds; chance is 0.5). What a model does when it reads the predicted keys alone is measured by the
experiment `attention/policies`.
{END}
"""


def with_section(card, text):
    """The card with its section replaced, or with a new one at its end."""
    if BEGIN in card:
        return card[:card.index(BEGIN)] + text + card[card.index(END) + len(END):].lstrip("\n")
    return card.rstrip("\n") + "\n\n" + text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SIZES)
    parser.add_argument("--models", required=True)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--test", required=True, help="documents that no choice has seen")
    parser.add_argument("--context", type=int, required=True)
    parser.add_argument("--documents", type=int, required=True, help="how many of them, from the first on")
    args = parser.parse_args()

    torch.set_num_threads(1)
    config, state = SIZES[args.name], torch.load(args.checkpoint)
    folder, site = os.path.join(args.models, args.name), state["arguments"]["site"]
    weights = read_safetensors(os.path.join(folder, "model.safetensors"))
    model = load({name: weight.float() for name, weight in weights.items()}, config)
    documents = read_documents(args.test, args.context)[0][:args.documents]
    predictor = widened(state, config, torch.float32)
    test = {**evaluate(predictor, model, documents, site), "documents": len(documents)}

    write_safetensors(os.path.join(folder, "token-butler.safetensors"),
                      {f"{site}.{name}": weight for name, weight in stored(state).items()},
                      {"format": "pt", "model": args.name})
    with open(os.path.join(folder, "token-butler-expected.json"), "w") as out:
        out.write(json.dumps(example(state, model, config, documents[0])) + "\n")
    write_record(folder, {"tokenButler": record(state, test)})
    path = os.path.join(folder, "README.md")
    with open(path) as file:
        card = with_section(file.read(), section(state, model, predictor, test))
    with open(path, "w") as out:
        out.write(card)
    print(json.dumps(test))


if __name__ == "__main__":
    main()
