"""Turns a checkpoint of a masked diffusion model into the published files of a model folder, in Dream's layout.

  python3 training/publish_diffusion.py diffusion-small --checkpoint diffusion.pt --documents DIR --mix retrieval --out src/data/models

DIR holds what `training/documents.sh` wrote. Scores are of the weights as stored (float16), widened exactly. Which tokens are
masked follows from a hash of document, draw and position, so that anybody can draw them again.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch.nn import functional as F

import card
import diffusion
from models import SIZES, config_json, load, published
from publish import encoded, tokenizer_json
from safetensors import write_safetensors
from scores import ANSWER, COPY, TASKS, write_record
from train import read_documents

DRAWS, SHARES = 16, (0.15, 0.5)
REFERENCE_MASKED = 0.4


def mask_order(document, draw, length):
    """The tokens after the first, 1 to length - 1, in the order in which draw `draw` of a document masks them."""
    def key(position):
        mixed = (position * 7919 + draw * 104729 + document * 1299709 + 1) * 2654435761 % 2**32
        return (mixed ^ mixed >> 15) * 2246822519 % 2**32, position
    return sorted(range(1, length), key=key)


def chosen_masks(first, count, length, draw, masked):
    """Masks [count, length] of the documents from `first` on, `masked` tokens each."""
    chosen = torch.zeros((count, length), dtype=torch.bool)
    for i in range(count):
        chosen[i, mask_order(first + i, draw, length)[:masked]] = True
    return chosen


def filled_in(model, tokens, chosen):
    """Cross-entropy and hits [documents, length] of the masked tokens, 0 elsewhere."""
    noisy, chosen = diffusion.masked_copy(tokens, model.config, chosen)
    with torch.no_grad():
        logits = diffusion.predictions(model, noisy)
    losses = F.cross_entropy(logits.transpose(1, 2), tokens, reduction="none").double()
    return losses * chosen, (logits.argmax(-1) == tokens) & chosen


def masked_counts(length):
    """Numbers of masked tokens of the draws of a bound: the middles of equal parts of 1 to length - 1."""
    return [1 + int((draw + 0.5) / DRAWS * (length - 1)) for draw in range(DRAWS)]


def bounds(model, tokens, batch=64):
    """Upper bound of the loss of every document, nats a token, a mean over draws."""
    parts = []
    for first in range(0, len(tokens), batch):
        part = tokens[first:first + batch]
        terms = []
        for draw, masked in enumerate(masked_counts(tokens.shape[1])):
            losses, _ = filled_in(model, part, chosen_masks(first, len(part), tokens.shape[1], draw, masked))
            terms.append(losses.sum(1) / masked)
        parts.append(torch.stack(terms).mean(0))
    return [round(bound, 5) for bound in torch.cat(parts).tolist()]


def counted(hits, chosen, roles, role):
    own = chosen & (roles == role)
    return {"right": (hits & own).sum(1).tolist(), "of": own.sum(1).tolist()}


def fill_in(model, tokens, roles, share, batch=64):
    """Of each document, the masked answers, copies and other tokens that the argmax fills in, `share` of the tokens masked."""
    masked, hits, chosen = round(share * (tokens.shape[1] - 1)), [], []
    for first in range(0, len(tokens), batch):
        part = tokens[first:first + batch]
        chosen.append(chosen_masks(first, len(part), tokens.shape[1], 0, masked))
        hits.append(filled_in(model, part, chosen[-1])[1])
    hit, mask = torch.cat(hits), torch.cat(chosen)
    return {"share": share, "masked": masked, "answers": counted(hit, mask, roles, ANSWER),
            "copies": counted(hit, mask, roles, COPY), "others": counted(hit, mask, roles, 0)}


def written(model, tokens, chosen):
    """The documents with the masked tokens filled in one a pass, the most probable first."""
    noisy, open_ = diffusion.masked_copy(tokens, model.config, chosen)
    rows = torch.arange(len(tokens))
    while open_.any():
        with torch.no_grad():
            best, token = diffusion.predictions(model, noisy)[:, :, :model.config.mask_id].softmax(-1).max(-1)
        at = torch.where(open_, best, -1.0).argmax(1)
        left = open_.any(1)
        noisy[rows[left], at[left]] = token[rows[left], at[left]]
        open_[rows[left], at[left]] = False
    return noisy


def task_scores(model, tokens, roles, batch=64):
    """Samples of a task of which not every answer token is filled in, all of them masked at first."""
    right = []
    for part, part_roles in zip(tokens.split(batch), roles.split(batch)):
        right.append((written(model, part, part_roles == ANSWER) == part).all(1))
    wrong = ~torch.cat(right)
    return {"samples": len(wrong), "wrong": wrong.nonzero().flatten().tolist()}


def scores(model, folder, context):
    def read(name):
        tokens, roles = read_documents(os.path.join(folder, f"{name}-{context}.bin"), context)
        return tokens.long(), roles
    tokens, roles = read("test")
    return {"context": context, "draws": DRAWS, "bound": bounds(model, tokens),
            "fill": [fill_in(model, tokens, roles, share) for share in SHARES],
            "tasks": {task: task_scores(model, *read(task)) for task in TASKS}}


def reference(tensors, config, document):
    """Logits of a masked text in float64, as the model gives them, before they are moved to their places."""
    model, hidden = load(tensors, config, torch.float64), []
    ids = document[None, :40].long()
    noisy, _ = diffusion.masked_copy(ids, config, chosen_masks(0, 1, 40, 0, round(REFERENCE_MASKED * 40)))
    with torch.no_grad():
        logits = model(noisy, hidden=hidden)[0]
    return {"input_ids": noisy[0].tolist(), "logits": encoded(logits), "hidden": [encoded(h[0]) for h in hidden],
            "greedy": [], "tolerance": 3e-5 * logits.abs().max().item()}


def share(counts):
    return f"{100 * sum(counts['right']) / sum(counts['of']):.1f} % of {sum(counts['of'])}"


def write_card(name, config, state, found, mix, decoder):
    arguments, log = state["arguments"], state["log"]
    parameters = sum(weight.numel() for weight in state["model"].values())
    bound = torch.tensor(found["bound"], dtype=torch.float64).mean()
    fills = "\n".join(f"| {100 * fill['share']:.0f} % | {share(fill['answers'])} | {share(fill['copies'])} | {share(fill['others'])} |"
                      for fill in found["fill"])
    documents = len(found["bound"])
    return f"""# {name}

A masked diffusion language model of {parameters:,} parameters ({parameters + config.vocabulary * config.width:,} as stored, see below), trained on the generated retrieval corpus of `src/lib/tasks` (mix
`{mix}`) by LLaDA's objective. It fills in masked tokens from the tokens on both sides, so it writes a text in any order and
several tokens a pass. It has the words of the decoders beside it and one token more, the mask, so that one of them can guide it.

| file | content |
|---|---|
| `model.safetensors` | weights, float16, in Dream's published layout |
| `config.json` | `DreamModel`; the embedding carries the factor sqrt(width) of training, so the head is a matrix of its own |
| `tokenizer.json` | 256 words and `[MASK]`, one token each, separated by white space |
| `expected.json` | a text with masks, its logits and hidden states in float64 of the stored weights |

## Architecture
{card.architecture(config).replace(", no biases.", ", biases of queries, keys and values.")} No causal mask: every token sees every other. As in Dream, the output at a position is
the prediction of the next one. Trained with one matrix for embedding and head, stored as two: `embed_tokens` = sqrt({config.width}) E and
`lm_head` = E. A text begins with `<begin>`, which is never masked. Trained at a context of {log[-1]['context']} tokens after it.

## Training
Continued from the published `decoder-small`, as Dream was made from a decoder; its earlier training is on its own card and not counted
below. Cross-entropy of the masked tokens over the share of masked ones, that share uniform from {diffusion.EPS:g} to 1 (the times of a batch one
draw shifted by equal steps), one batch in a hundred cut to a random length. AdamW (betas 0.9 and 0.95, weight decay 0.1 on
matrices), warm-up over 100 steps to {arguments['rate']:g}, cosine to a tenth of it, gradients clipped at norm 1, float32, seed 1. Last run: {log[-1]['step']} steps of
{arguments['batch']} x {arguments['context']} tokens; {sum(entry['tokensTrained'] for entry in card.phases(log)):,} tokens in all, {sum(e['seconds'] for e in log) / 60:.0f} minutes on one core that other work shared. Recipe: `training/README.md`.

| step | context | training loss | bound of validation perplexity | answers filled in | copies filled in |
|---|---|---|---|---|---|
{card.log_rows(log)}

The masks of validation are of any share of the tokens, most of them too many for an answer to be known.

## Scores
Test split, {documents} documents of {arguments['context']} tokens, drawn from other random streams than any training document. Measured in float32 on the stored float16
weights. A loss is bounded, not known: masked tokens are predicted at once, and a mean over masks of all sizes, {found['draws']} a document, is no
less than the loss of the text. `decoder-small` has a perplexity of {decoder:.3f} on the same tokens.

| measure | value |
|---|---|
| bound of the perplexity over all {documents * arguments['context']:,} tokens | {bound.exp():.3f} (loss {bound:.4f}) |

Tokens filled in by the most likely one, of those that are masked, in one pass:

| masked | answer tokens right | copied tokens right | others right |
|---|---|---|---|
{fills}

Tasks of `src/lib/tasks` at the full context of {arguments['context']} tokens and default difficulty, test split; all answer tokens of a sample are masked at
first and filled in one a pass, the most probable first; a sample counts if every one is right:

| task | samples right |
|---|---|
{card.task_rows(found['tasks'])}
{card.remark(mix, found['tasks'])}"""


def decoder_perplexity(models):
    """Perplexity of the decoder that the model was made from, on the test split."""
    with open(os.path.join(models, "decoder-small", "card.json")) as file:
        loss = json.load(file)["scores"]["test"]["loss"]
    return torch.tensor(sum(loss) / len(loss), dtype=torch.float64).exp().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=diffusion.SIZES)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--documents", required=True)
    parser.add_argument("--mix", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    torch.set_num_threads(1)
    config, state = SIZES[args.name], torch.load(args.checkpoint)
    context = state["arguments"]["context"]
    with open(os.path.join(args.documents, "vocabulary.txt")) as file:
        words = file.read().split()
    held_out = read_documents(os.path.join(args.documents, f"validation-{context}.bin"), context)[0]
    tensors = published(state["model"], config)
    found = scores(load(tensors, config), args.documents, context)
    folder = os.path.join(args.out, args.name)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt", "model": args.name})
    for file, value in (("config.json", config_json(config, context)), ("tokenizer.json", tokenizer_json([*words, "[MASK]"])),
                        ("expected.json", reference(tensors, config, held_out[0]))):
        with open(os.path.join(folder, file), "w") as out:
            out.write(json.dumps(value, indent=None if file == "expected.json" else 2) + "\n")
    with open(os.path.join(folder, "README.md"), "w") as out:
        out.write(write_card(args.name, config, state, found, args.mix, decoder_perplexity(args.out)))
    write_record(folder, {"scores": found, "training": card.training(state)})
    print(json.dumps({"bound": sum(found["bound"]) / len(found["bound"]), **{f"{fill['share']}": share(fill["answers"]) for fill in found["fill"]},
                      **{task: len(s["wrong"]) for task, s in found["tasks"].items()}}))


if __name__ == "__main__":
    main()
