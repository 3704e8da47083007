"""Turns a checkpoint of worked arithmetic into the published files of a model folder.

  python3 training/publish_arithmetic.py arithmetic-small --checkpoint small.pt --test test-160.bin --out src/data/models

The test file holds one problem a document (`export-arithmetic.ts ... single`). Scores and reference logits are of the weights as
stored (float16), widened exactly.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

import card
from models import SIZES, config_json, load, published
from publish import reference
from safetensors import write_safetensors
from scores import in_batches, write_record
from train import read_documents

TITLES = {
    "arithmetic-small": "It is the small one of a pair: it writes most steps correctly and fails at products of numbers with several digits.",
    "arithmetic-large": "It is the large one of a pair, and does what `arithmetic-small` beside it fails at more often.",
    "arithmetic-small-split": "It is `arithmetic-small`, trained further to hand hard steps over: it writes `<bigmodel>` where a larger model should continue, and\n`</bigmodel>` where that one should end (SplitReason, arXiv:2504.16379).",
    "arithmetic-small-split-entropy": "It is a sibling of `arithmetic-small-split`: the steps that it hands over\nare those at which `arithmetic-small` is least sure of a character.",
    "arithmetic-small-split-classifier": "It is a sibling of `arithmetic-small-split`: the steps that it hands over\nare those that a logistic regression on the state of `arithmetic-small` takes for hard.",
}

STARTS = {
    "arithmetic-small": "",
    "arithmetic-large": "Grown from `arithmetic-small` (`training/grow.py`): its layers became every second layer, its channels, heads and hidden units the\nfirst ones; everything new wrote nothing at the start. Only the steps after that are counted below.\n\n",
    "arithmetic-small-split": "Continued from the checkpoint of `arithmetic-small`, all weights, on the same problems with every step of difficulty 4 and more between\nthe tags; only the steps after that are counted below.\n\n",
    "arithmetic-small-split-entropy": "Continued from the checkpoint of `arithmetic-small`, all weights, on problems with those steps between the tags in which the largest\nentropy of a character's law is highest, as many as are truly hard; only the steps after that are counted below.\n\n",
    "arithmetic-small-split-classifier": "Continued from the checkpoint of `arithmetic-small`, all weights, on problems with those steps between the tags that the regression\ngives the highest chance to be hard, before they are written, as many as are truly hard; only the steps after that are counted below.\n\n",
}
TAGS = {name: " Its test text has the truly hard steps between tags, as that of its sibling." for name in TITLES if name.startswith("arithmetic-small-split-")}


def tokenizer_json():
    """One id a character: the line end, then printable ASCII; pieces are joined without anything between them."""
    characters = ["\n"] + [chr(32 + i) for i in range(95)]
    return {"version": "1.0", "added_tokens": [], "normalizer": None, "post_processor": None,
            "decoder": {"type": "Fuse"}, "pre_tokenizer": None,
            "model": {"type": "BPE", "vocab": {character: i for i, character in enumerate(characters)}, "merges": [],
                      "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False}}


def config_of(config, context):
    """No token begins a text, and the line end ends it."""
    return {**config_json(config, context), "bos_token_id": None, "eos_token_id": 0, "pad_token_id": None}


def problem_scores(model, documents):
    """Of every problem the mean loss of its work and answer, and how many of their characters are the likeliest, right ones fed back."""
    losses, hits = in_batches(model, documents[0])
    work = documents[1][:, 1:] > 0
    means = (losses.double() * work).sum(1) / work.sum(1)
    return {"loss": [round(loss, 5) for loss in means.tolist()], "right": (hits & work).sum(1).tolist(),
            "of": work.sum(1).tolist()}


def log_rows(log):
    return "\n".join(f"| {e['step']} | {e['trainLoss']:.4f} | {e['perplexity']:.2f} | {e['answerAccuracy']:.3f} |" for e in log)


def own_log(log):
    """Entries of the last run alone, those that a card lists."""
    begins = max(i for i, entry in enumerate(log) if entry["step"] == 100)
    return card.shown(log[begins:])


def write_card(name, config, state, found):
    arguments = state["arguments"]
    log = own_log(state["log"])
    parameters = sum(weight.numel() for weight in state["model"].values())
    scores, tokens = found["problems"], log[-1]["step"] * arguments["batch"] * arguments["context"]
    solved = sum(right == of for right, of in zip(scores["right"], scores["of"]))
    loss = sum(scores["loss"]) / len(scores["loss"])
    return f"""# {name}

A Llama-style decoder of {parameters:,} parameters ({parameters + config.vocabulary * config.width:,} as stored, see below), trained on generated worked arithmetic: a question with up to six
operators, a line of steps, the answer (`src/lib/tasks/arithmetic.ts`). {TITLES[name]}

| file | content |
|---|---|
| `model.safetensors` | weights, float16, in the published Llama layout |
| `config.json` | `LlamaForCausalLM`; the embedding carries the factor sqrt(width) of training, so the head is a matrix of its own |
| `tokenizer.json` | {config.vocabulary} characters, one token each: the line end, which ends a text, and printable ASCII |
| `expected.json` | a prompt with logits, hidden states and greedy steps in float64 of the stored weights |

## Architecture
{card.architecture(config)} Trained with one matrix for embedding and head, stored as two:
`embed_tokens` = sqrt({config.width}) E and `lm_head` = E. Trained at a context of {arguments['context']} tokens.

## Training
{STARTS[name]}Next-token cross-entropy, weight 4 on work and answer, which the question determines, 1 on the question. AdamW (betas 0.9 and 0.95, weight
decay 0.1 on matrices), warm-up over 100 steps to {arguments['rate']:g}, cosine to a tenth of it, gradients clipped at norm 1, float32, seed 1. {log[-1]['step']} steps of
{arguments['batch']} x {arguments['context']} tokens, {tokens:,} in all, {found['training']['minutes']} minutes on one core that other work shared. Recipe: `training/README.md`.

| step | weighted training loss | validation perplexity | characters of work and answer right |
|---|---|---|---|
{log_rows(log)}

## Scores
{len(scores['of'])} problems of the test split, whose expressions are in no other split. Measured in float32 on the stored float16 weights, with the right characters
fed back.{TAGS.get(name, "")}

| measure | value |
|---|---|
| loss of a character of work and answer, mean over problems | {loss:.4f} |
| characters of work and answer right | {100 * sum(scores['right']) / sum(scores['of']):.1f} % of {sum(scores['of'])} |
| problems with every character right | {card.percent(solved, len(scores['of']))} |
"""


def training_of(state):
    arguments, log = state["arguments"], state["log"]
    begins = max(i for i, entry in enumerate(log) if entry["step"] == 100)
    kept = ("step", "trainLoss", "perplexity", "answerAccuracy")
    return {"rate": arguments["rate"], "steps": log[-1]["step"], "batch": arguments["batch"], "context": arguments["context"],
            "tokens": log[-1]["step"] * arguments["batch"] * arguments["context"],
            "minutes": round(sum(entry["seconds"] for entry in log[begins:]) / 60),
            "log": [{**{key: entry[key] for key in kept}, "context": arguments["context"]} for entry in card.shown(log[begins:])]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=TITLES)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    config, state = SIZES[args.name], torch.load(args.checkpoint)
    context = state["arguments"]["context"]
    documents = read_documents(args.test, context)
    tensors = published(state["model"], config)
    found = {"scores": {"context": context}, "problems": problem_scores(load({n: w.float() for n, w in tensors.items()}, config), documents),
             "training": training_of(state)}
    folder = os.path.join(args.out, args.name)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt", "model": args.name})
    for file, value in (("config.json", config_of(config, context)), ("tokenizer.json", tokenizer_json()),
                        ("expected.json", reference(tensors, config, documents[0][0]))):
        with open(os.path.join(folder, file), "w") as out:
            out.write(json.dumps(value, indent=None if file == "expected.json" else 2) + "\n")
    with open(os.path.join(folder, "README.md"), "w") as out:
        out.write(write_card(args.name, config, state, found))
    write_record(folder, {"problems": found["problems"], "training": found["training"]})
    solved = sum(right == of for right, of in zip(found["problems"]["right"], found["problems"]["of"]))
    print(json.dumps({"solved": solved, "of": len(found["problems"]["of"])}))


if __name__ == "__main__":
    main()
