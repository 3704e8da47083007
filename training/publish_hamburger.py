"""Turns a checkpoint of `heads.py hamburger` into the published file of a model folder and its section of the card.

  python3 training/publish_hamburger.py decoder-large --models src/data/models --checkpoint hamburger.pt \
      --test said-test-256.bin --context 256

The test file holds texts of own_texts.py. Scores are of the weights as stored (float16).
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from decoder import SIZES
from hamburger import CHECKED_PROMPT, CONFIDENCE, FEATURES, LONGEST_PROMPT, MICRO_LAYERS, MOST, SHORTEST_PROMPT, Hamburger
from models import load_published
from publish import encoded
from publish_heads import stored, with_section
from safetensors import write_safetensors
from scores import write_record
from train import read_documents

NAME = "hamburger"
EXAMPLE_GROUPS = [[0], [1], [2], [3], [4, 5, 6], [7], [8, 9], [10, 11, 12, 13]]


def example(parts, document):
    """What an engine must reproduce: logits and chances of a stop for a group after some others, its tokens fed back."""
    ids = document[None, :EXAMPLE_GROUPS[-1][-1] + 1].long()
    there = torch.tensor([[[place < len(group) for place in range(MOST)] for group in EXAMPLE_GROUPS]])
    members = torch.tensor([[group + [0] * (MOST - len(group)) for group in EXAMPLE_GROUPS]])
    foreseen = torch.arange(len(EXAMPLE_GROUPS))[None] == len(EXAMPLE_GROUPS) - 1
    with torch.no_grad():
        logits, stops = parts(ids, (members, there, foreseen))
    sizes = [len(group) for group in EXAMPLE_GROUPS]
    return {"input_ids": ids[0].tolist(), "sizes": sizes, "logits": encoded(logits[0]),
            "stops": encoded(stops[0].sigmoid()), "tolerance": 1e-4 * logits.abs().max().item()}


def record(state, test):
    """The record of a run, as `card.json` holds it."""
    arguments, log = state["arguments"], state["log"]
    kept = ("step", "trainLoss", "validationFirst", "validationLater", "validationStops")
    return {"rate": arguments["rate"], "steps": log[-1]["step"], "batch": arguments["batch"], "context": arguments["context"],
            "minutes": round(sum(entry["seconds"] for entry in log) / 60),
            "log": [{name: entry[name] for name in kept} for entry in log], "test": test}


def percent(share):
    return f"{100 * share:.1f} %"


def section(run, model, parts):
    own = sum(p.numel() for name, p in parts.named_parameters() if not name.startswith("base."))
    whole = sum(p.numel() for p in model.parameters())
    rows = "\n".join(f"| {e['step']} | {e['trainLoss']:.3f} | " + " | ".join(percent(e[name]) for name in
                     ("validationFirst", "validationLater", "validationStops")) + " |" for e in run["log"])
    test = run["test"]
    return f"""<!-- {NAME} -->
## HAMburger's parts
`{NAME}.safetensors` (float16): a copy of this decoder, trained further to read groups of up to {MOST} tokens as one (arXiv:2505.20438); a
compositional embedder, which makes one input of a group; a micro-step decoder of {MICRO_LAYERS} layers, which writes the tokens of the next group
after the first from the hidden states of {FEATURES} layers; and the head that ends a group. {own:,} parameters beside the copy, {100 * own / whole:.3g} % of the
model's. The authors' micro-step decoder has 4 layers. `{NAME}-expected.json` holds what they give for a text.

Groups are those of the sliding rule at {CONFIDENCE:g}: after a beginning of {SHORTEST_PROMPT} to {LONGEST_PROMPT} tokens, which stand alone, a token joins the group before it if
the model's entropy is below that of a law with {CONFIDENCE:g} on one token. Cross-entropy with the laws of the model as published, and half of that of the ends of
groups. AdamW, {run['rate']:g} after 50 steps of warm-up, cosine to zero, {run['steps']:,} steps of {run['batch']} x {run['context']} tokens: training documents and such with
an end that the model wrote itself, in turn. {run['minutes']} minutes on one core that other work shared.

| step | training loss | validation documents: first tokens as the model's | later ones | ends of groups right |
|---|---|---|---|---|
{rows}

On {test['texts']} texts that the model wrote after {CHECKED_PROMPT} tokens of test documents, the right tokens fed back, {percent(test['first'])} of first and
{percent(test['later'])} of later tokens of a group are the model's likeliest, and {percent(test['stops'])} of ends are where the rule has them; a group has
{test['tokensOfGroup']:.2f} tokens. What the parts write alone is measured by the experiment `decoding/groups`.
<!-- /{NAME} -->
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SIZES)
    parser.add_argument("--models", required=True)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--context", type=int, required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    state, folder = torch.load(args.checkpoint), os.path.join(args.models, args.name)
    model = load_published(args.models, args.name).requires_grad_(False)
    parts = Hamburger(model)
    parts.load_state_dict({name: weight.float() for name, weight in stored(state).items()})
    documents = read_documents(args.test, args.context)[0]
    found = parts.eval().score(model, documents)
    test = {"texts": len(documents), "first": found["validationFirst"], "later": found["validationLater"],
            "stops": found["validationStops"], "tokensOfGroup": found["validationTokens"]}

    write_safetensors(os.path.join(folder, f"{NAME}.safetensors"), stored(state), {"format": "pt", "model": args.name})
    with open(os.path.join(folder, f"{NAME}-expected.json"), "w") as out:
        out.write(json.dumps(example(parts, documents[0])) + "\n")
    run = record(state, test)
    write_record(folder, {NAME: run})
    path = os.path.join(folder, "README.md")
    with open(path) as file:
        card = with_section(file.read(), section(run, model, parts))
    with open(path, "w") as out:
        out.write(card)
    print(json.dumps(test))


if __name__ == "__main__":
    main()
