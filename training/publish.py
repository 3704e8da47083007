"""Turns a checkpoint into the published files of a model folder.

  python3 training/publish.py decoder-small --checkpoint small.pt --documents DIR --out src/data/models

DIR holds what `training/documents.sh` wrote. With --outliers a second folder holds the same function with outlier
channels. Scores and reference logits are of the weights as stored (float16), widened exactly.
"""

import argparse
import base64
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

import card
import experts
import mamba
import ngram
from models import SIZES, config_json, load, published
from outliers import with_outliers
from safetensors import write_safetensors
from scores import scores, totals, write_record
from train import evaluate, read_documents

REFERENCE_LENGTH, GREEDY_STEPS = 40, 6
# Models that nothing reads activations of.
LEAN = ["decoder-coreference", "attamba-small", "decoder-iso-kv", "decoder-iso-flop", "matmul-free-small", "matmul-free-small-float"]
MOST_CAPTURED_TOKENS, MOST_CAPTURED_BYTES = 384, 1_450_000


def tokenizer_json(words):
    """The 256 words as a word-level tokenizer that splits at white space."""
    return {"version": "1.0", "added_tokens": [], "normalizer": None, "post_processor": None, "decoder": None,
            "pre_tokenizer": {"type": "WhitespaceSplit"},
            "model": {"type": "WordLevel", "vocab": {word: i for i, word in enumerate(words)}, "unk_token": "<pad>"}}


def encoded(tensor):
    data = base64.b64encode(tensor.double().numpy().tobytes()).decode()
    return {"shape": list(tensor.shape), "dtype": "f64", "b64": data}


def reference(tensors, config, document):
    """Logits, hidden states and greedy steps of one prompt, in float64: what an engine must reproduce."""
    model, ids = load(tensors, config, torch.float64), document[None, :REFERENCE_LENGTH].long()
    hidden, greedy = [], []
    with torch.no_grad():
        logits = model(ids, hidden=hidden)[0]
        grown, last = ids, logits[-1]
        for _ in range(GREEDY_STEPS):
            token = last.argmax()
            grown = torch.cat([grown, token.view(1, 1)], 1)
            last = model(grown)[0, -1]
            greedy.append({"token": token.item(), "logits": encoded(last)})
    return {"input_ids": ids[0].tolist(), "logits": encoded(logits), "hidden": [encoded(h[0]) for h in hidden],
            "greedy": greedy, "tolerance": 3e-5 * logits.abs().max().item()}


def activations(tensors, config, documents):
    """What flows through every layer for some held-out documents, [tokens, channels] each, float16."""
    captured = {}

    def capture(name, value):
        captured[name] = value.flatten(0, 1).half()

    ids = captured_ids(config, documents)
    with torch.no_grad():
        load(tensors, config)(ids.long(), capture=capture)
    return {"input_ids": ids.contiguous(), **captured}


def captured_ids(config, documents):
    """As many whole documents as fit the limits, or the start of one."""
    per_layer = 3 * config.width + 3 * config.kv_heads * config.head_dim + config.hidden
    tokens = min(MOST_CAPTURED_TOKENS, MOST_CAPTURED_BYTES // (2 * config.layers * per_layer))
    length = min(tokens, documents.shape[1] - 1)
    return documents[:tokens // length, :length]


def captured_count(name, config, documents):
    """Tokens whose activations come along: none for a state-space model, whose engine shows them to any hook."""
    return 0 if isinstance(config, (experts.Config, mamba.Config)) or name in LEAN else captured_ids(config, documents).numel()


def tails(tensors, config, documents):
    """How far the largest numbers of a mixer stand out, by layer and site: largest over root mean square, kurtosis."""
    found = {}

    def capture(name, value):
        x = value.double()
        mean_square = x.square().mean()
        centred = (x - x.mean()).square()
        found[name] = (x.abs().max() / mean_square.sqrt()).item(), (centred.square().mean() / centred.mean()**2).item()

    with torch.no_grad():
        load(tensors, config)(documents.long(), capture=capture)
    return found


def tails_of(tensors, config, held_out):
    """Of a state-space model on 16 documents; the activations of a decoder come along with it."""
    return tails(tensors, config, held_out[:16, :-1]) if isinstance(config, mamba.Config) else {}


def measurements(tensors, config, folder, context):
    """What a card says of a model: scores of the test split and of all tasks, and the n-grams that read as much."""
    train = read_documents(os.path.join(folder, f"train-{context}.bin"), context)[0].numpy()
    test = read_documents(os.path.join(folder, f"test-{context}.bin"), context)[0].numpy()
    grams = {order: ngram.perplexity(ngram.train(train, order), test) for order in (3, 4, 5)}
    return {"scores": scores(load(tensors, config), folder, context), "ngram": {**grams, "tokens": train.size}}


def largest_shift(a, b, config, documents, dtype):
    """The largest difference between the logits of two sets of weights, and the largest logit."""
    with torch.no_grad():
        first, second = (load(t, config, dtype)(documents.long()) for t in (a, b))
    return (first - second).abs().max().item(), first.abs().max().item()


def write_folder(path, name, tensors, config, context, words, held_out, text):
    os.makedirs(path, exist_ok=True)
    write_safetensors(os.path.join(path, "model.safetensors"), tensors, {"format": "pt", "model": name})
    if captured_count(name, config, held_out):
        write_safetensors(os.path.join(path, "activations.safetensors"), activations(tensors, config, held_out),
                          {"model": name})
    for file, value in (("config.json", config_json(config, context)), ("tokenizer.json", tokenizer_json(words)),
                        ("expected.json", reference(tensors, config, held_out[0]))):
        with open(os.path.join(path, file), "w") as out:
            out.write(json.dumps(value, indent=None if file == "expected.json" else 2) + "\n")
    with open(os.path.join(path, "README.md"), "w") as out:
        out.write(text)


def write_outliers(args, tensors, config, context, words, held_out, test):
    shifted, channels = with_outliers(tensors, config)
    shifts = {dtype: largest_shift(tensors, shifted, config, held_out[:16, :-1], dtype)
              for dtype in (torch.float32, torch.float64)}
    for dtype, (shift, largest) in shifts.items():
        # Only float16 weights that become subnormal under the rescale lose bits.
        assert shift < 1e-3 * largest, f"outliers moved the logits by {shift} of {largest} in {dtype}"
    name = f"{args.name}-outliers"
    text = card.outlier_card(name, args.name, config, channels, shifts, evaluate(load(shifted, config), test),
                             captured_count(name, config, held_out), tails_of(shifted, config, held_out))
    folder = os.path.join(args.out, name)
    write_folder(folder, name, shifted, config, context, words, held_out, text)
    listed = [{"arithmetic": str(dtype).removeprefix("torch."), "shift": shift, "largest": largest}
              for dtype, (shift, largest) in shifts.items()]
    write_record(folder, {"scores": scores(load(shifted, config), args.documents, context, []), "shifts": listed,
                          "tails": card.listed_tails(tails_of(shifted, config, held_out))})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=SIZES)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--documents", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--mix", required=True, help="the mix of the documents, for the card")
    parser.add_argument("--outliers", action="store_true")
    args = parser.parse_args()

    torch.set_num_threads(1)
    config, state = SIZES[args.name], torch.load(args.checkpoint)
    context = state["arguments"]["context"]
    with open(os.path.join(args.documents, "vocabulary.txt")) as file:
        words = file.read().split()
    held_out = read_documents(os.path.join(args.documents, f"validation-{context}.bin"), context)[0]

    tensors = published(state["model"], config)
    found = measurements(tensors, config, args.documents, context)
    result = {**found, "mix": args.mix, "tails": tails_of(tensors, config, held_out)}
    text = card.model_card(args.name, config, state, result, captured_count(args.name, config, held_out))
    folder = os.path.join(args.out, args.name)
    write_folder(folder, args.name, tensors, config, context, words, held_out, text)
    write_record(folder, {**found, "training": card.training(state), "tails": card.listed_tails(result["tails"])})

    if args.outliers:
        test = read_documents(os.path.join(args.documents, f"test-{context}.bin"), context)
        write_outliers(args, tensors, config, context, words, held_out, test)
    print(json.dumps(totals(found["scores"]["test"]), indent=1))


if __name__ == "__main__":
    main()
