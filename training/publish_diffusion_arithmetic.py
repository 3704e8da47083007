"""Turns a checkpoint of a masked diffusion model of worked arithmetic into the published files of a model folder, in Dream's layout.

  python3 training/publish_diffusion_arithmetic.py diffusion-arithmetic --checkpoint diffusion.pt --test test-63.bin --out src/data/models

The test file holds one problem a document (`export-problems.ts`), with one operator and two in turn. Scores are of the weights as
stored (float16), widened exactly.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

import card
import diffusion
from models import SIZES, load, published
from publish import encoded
from publish_arithmetic import config_of, log_rows, own_log, tokenizer_json, training_of
from publish_diffusion import written
from safetensors import write_safetensors
from scores import write_record
from train import read_documents

WINDOW, PROBLEMS, OPERATORS = 40, 256, 2


def with_mask(tokenizer, mask):
    """The characters and `[MASK]`, which no text holds by chance."""
    tokenizer["added_tokens"] = [{"id": mask, "content": "[MASK]", "single_word": False, "lstrip": False, "rstrip": False,
                                  "normalized": False, "special": True}]
    return tokenizer


def answer_of(ids):
    """What stands behind the last semicolon of the first line."""
    line = ids[:ids.index(0)] if 0 in ids else ids
    return "".join(chr(31 + i) for i in line).split(";")[-1]


def is_right(model, tokens, roles):
    """Is the answer of a problem right, its work and answer written one character a pass, the most probable first?"""
    prompt = int((roles == 0).sum())
    text = tokens[None, :prompt + WINDOW].long()
    if text.shape[1] < prompt + WINDOW:
        text = torch.cat([text, torch.zeros(1, prompt + WINDOW - text.shape[1], dtype=torch.long)], 1)
    chosen = (torch.arange(text.shape[1]) >= prompt)[None]
    found = written(model, text, chosen)
    return answer_of(found[0, prompt:].tolist()) == answer_of(text[0, prompt:].tolist())


def reference(tensors, config, document, roles):
    """Logits of a problem whose work and answer are masked, in float64, before they are moved to their places."""
    model, hidden = load(tensors, config, torch.float64), []
    noisy, _ = diffusion.masked_copy(document[None].long(), config, roles[None] > 0)
    with torch.no_grad():
        logits = model(noisy, hidden=hidden)[0]
    return {"input_ids": noisy[0].tolist(), "logits": encoded(logits), "hidden": [encoded(h[0]) for h in hidden],
            "greedy": [], "tolerance": 3e-5 * logits.abs().max().item()}


def score_rows(right):
    return "\n".join(f"| {operators + 1} | {card.percent(sum(right[operators::OPERATORS]), len(right[operators::OPERATORS]))} |"
                     for operators in range(OPERATORS))


def write_card(name, config, state, found):
    arguments, log, training = state["arguments"], own_log(state["log"]), found["training"]
    parameters = sum(weight.numel() for weight in state["model"].values())
    right = found["problems"]["right"]
    return f"""# {name}

A masked diffusion language model of {parameters:,} parameters ({parameters + config.vocabulary * config.width:,} as stored, see below) that writes the work and the answer of
arithmetic with one operator or two (`src/lib/tasks/arithmetic.ts`). It has the characters of `arithmetic-small` and one token
more, the mask, so that this decoder can guide it.

| file | content |
|---|---|
| `model.safetensors` | weights, float16, in Dream's published layout |
| `config.json` | `DreamModel`; the embedding carries the factor sqrt(width) of training, so the head is a matrix of its own |
| `tokenizer.json` | {config.mask_id} characters and `[MASK]`, one token each; the line end, id 0, ends a text and fills what is left of it |
| `expected.json` | a question with masks, its logits and hidden states in float64 of the stored weights |

## Architecture
{card.architecture(config).replace(", no biases.", ", biases of queries, keys and values.")} No causal mask: every character sees every other. As in Dream, the output at a position is
the prediction of the next one. Trained with one matrix for embedding and head, stored as two: `embed_tokens` = sqrt({config.width}) E and
`lm_head` = E. Trained at a context of {arguments['context']} tokens.

## Training
Continued from the published `arithmetic-small`, as Dream was made from a decoder; only the steps after that are counted below. Cross-entropy
of the masked characters over the share of masked ones, that share uniform from {diffusion.EPS:g} to 1 (the times of a batch one draw shifted by
equal steps). A question is never masked; every batch is cut to a random length of {config.shortest} characters at least, since a
problem is shorter than its document. AdamW (betas 0.9 and 0.95, weight decay 0.1 on matrices), warm-up over 100 steps to {arguments['rate']:g}, cosine to a
tenth of it, gradients clipped at norm 1, float32, seed 1. {log[-1]['step']} steps of
{arguments['batch']} x {arguments['context']} tokens, {training['tokens']:,} in all, {training['minutes']} minutes on one core that other work shared. Recipe: `training/README.md`.

| step | training loss | bound of validation perplexity | masked characters right |
|---|---|---|---|
{log_rows(log)}

The masks of validation are of any share of work, answer and line ends.

## Scores
{len(right)} problems of the test split, whose expressions are in no other split. After the question {WINDOW} masks are filled in, one a pass, the most
probable first; a problem counts if the answer behind the last step is right. Measured in float32 on the stored float16 weights.

| operators | answers right |
|---|---|
{score_rows(right)}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["diffusion-arithmetic"])
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    config, state = SIZES[args.name], torch.load(args.checkpoint)
    context = state["arguments"]["context"]
    tokens, roles = read_documents(args.test, context)
    tensors = published(state["model"], config)
    model = load({name: weight.float() for name, weight in tensors.items()}, config)
    right = [int(is_right(model, *problem)) for problem in zip(tokens[:PROBLEMS], roles[:PROBLEMS])]
    found = {"problems": {"window": WINDOW, "right": right}, "training": training_of(state)}
    folder = os.path.join(args.out, args.name)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt", "model": args.name})
    for file, value in (("config.json", config_of(config, context)), ("tokenizer.json", with_mask(tokenizer_json(), config.mask_id)),
                        ("expected.json", reference(tensors, config, tokens[0], roles[0]))):
        with open(os.path.join(folder, file), "w") as out:
            out.write(json.dumps(value, indent=None if file == "expected.json" else 2) + "\n")
    with open(os.path.join(folder, "README.md"), "w") as out:
        out.write(write_card(args.name, config, state, found))
    write_record(folder, found)
    print(json.dumps({"right": sum(right), "of": len(right)}))


if __name__ == "__main__":
    main()
