"""Model cards, written from the numbers of a run so that they cannot drift from it."""

import os
import re

import attamba
import experts
import mamba
import matmul_free
from scores import totals

DECODER_FILES = """| file | content |
|---|---|
| `model.safetensors` | weights, float16, in the published Llama layout |
| `config.json` | `LlamaForCausalLM`; the embedding carries the factor sqrt(width) of training, so the head is a matrix of its own |
| `tokenizer.json` | 256 words, one token each, separated by white space |
| `expected.json` | a prompt with logits, hidden states and greedy steps in float64 of the stored weights |
"""

ACTIVATIONS_FILE = """| `activations.safetensors` | what flows through every layer for {tokens} tokens of validation documents, float16, `[tokens, channels]` |

Activations of layer N are named `model.layers.N.` and then: `self_attn.qkv.input`, `self_attn.key` (before the rotary
embedding), `self_attn.key_rotated`, `self_attn.value`, `self_attn.o_proj.input`, `mlp.gate_up.input`, `mlp.down_proj.input`.
`input_ids` holds the tokens, `[documents, tokens]`.
"""

MAMBA_FILES = """| file | content |
|---|---|
| `model.safetensors` | weights, float16, by the published names |
| `config.json` | `{architecture}`; the embedding carries the factor sqrt(width) of training, so the head is a matrix of its own |
| `tokenizer.json` | 256 words, one token each, separated by white space |
| `expected.json` | a prompt with logits, hidden states and greedy steps in float64 of the stored weights |
"""

OWN_HEAD_FILES = """| file | content |
|---|---|
| `model.safetensors` | weights before they are rounded, float16, by the published names |
| `config.json` | `HGRNBitForCausalLM`; the embedding carries the factor sqrt(width) of training |
| `tokenizer.json` | 256 words, one token each, separated by white space |
| `expected.json` | a prompt with logits, hidden states and greedy steps in float64 of the stored weights |
"""

TASK_TITLES = {
    "needle-single": "one fact in a context of text, asked for at the end",
    "needle-multikey": "four facts, one asked for",
    "needle-multiquery": "four facts, all asked for",
    "needle-multivalue": "four facts of one key, the last one counts",
    "variable-tracking": "a fact and two aliases, both asked for",
    "common-words": "the most common word of a list",
    "coreference": "a four-token name after a phrase seen before",
}


# Beside attamba-small, whose attention is as wide as the stream.
RIVALS = {
    "decoder-iso-kv": "a transformer with a cache as large as that of `attamba-small`",
    "decoder-iso-flop": "a transformer whose attention multiplies as often as that of `attamba-small`, as its paper counts",
}

GROWN = """Grown from `decoder-small` (`training/grow.py`): its layers became every second layer, its channels, heads and hidden units the
first ones; everything new wrote nothing at the start. `training/README.md` says what training from random weights gave. The rows of
the table below up to the first step at this model's context, and their share of tokens and minutes, are of `decoder-small`.

"""

CONTINUED = """Continued from the published `{base}`, whose earlier training is on its own card and not counted below.

"""

RETRIEVAL_REMARK = """
The mix has no updated facts, no tallies and no names after phrases of keys, so the tasks `needle-multivalue`, `common-words`
and `coreference` test what this model was never trained on: low scores are expected there.
"""


def tails_section(tails):
    """What a quantizer meets: how far single numbers stand out from the rest."""
    if not tails:
        return ""
    rows = "\n".join(f"| {name.replace('.', ' | ', 1)} | {peak:.1f} | {kurtosis:.1f} |" for name, (peak, kurtosis) in tails.items())
    return f"""
## Outliers
On 16 validation documents; the kurtosis of a normal distribution is 3.

| layer | site | largest over root mean square | kurtosis |
|---|---|---|---|
{rows}
"""


def remark(mix, tasks):
    """What a reader of the task table must know: a low score means something else if the task was never trained."""
    if mix == "retrieval":
        return RETRIEVAL_REMARK
    failed = [f"`{task}`" for task, score in tasks.items() if len(score["wrong"]) > 0.95 * score["samples"]]
    return f"\nIn the mix, but not learned in this run: {', '.join(failed)}.\n" if failed else ""


def listed(documents):
    """Files of documents; checkpoints of before there could be several hold a single path."""
    return documents if isinstance(documents, list) else [documents]


def beginning(start, config):
    """The model that a run began with, if it began with one."""
    if not start:
        return ""
    if isinstance(config, experts.Config):
        return "Attention, embedding and norms began as those of the published `decoder-small`, the experts from random weights. " + experts.losses(config)
    if start.endswith(".safetensors"):
        return CONTINUED.format(base=os.path.basename(os.path.dirname(start)))
    return GROWN


def turns(documents):
    """The task whose samples took turns with the documents of the mix."""
    tasks = [re.fullmatch(r"train-(\D+)-\d+\.bin", os.path.basename(path)) for path in documents[1:]]
    return "".join(f", every other document a sample of the task `{task[1]}`" for task in tasks)


def percent(right, of):
    return f"{100 * right / of:.1f} % ({right} of {of})"


def files(config, captured):
    if isinstance(config, attamba.Config):
        return MAMBA_FILES.format(architecture=attamba.config_json(config, None)["architectures"][0])
    if isinstance(config, matmul_free.Config):
        return OWN_HEAD_FILES
    if isinstance(config, experts.Config):
        return MAMBA_FILES.format(architecture=experts.NAMES[config.kind][0])
    if not isinstance(config, mamba.Config):
        return DECODER_FILES + (ACTIVATIONS_FILE.format(tokens=captured) if captured else "")
    return MAMBA_FILES.format(architecture=mamba.config_json(config, None)["architectures"][0])


def purpose(name, config):
    """Why the model is here, and what is to be seen in it."""
    if isinstance(config, attamba.Config) or name in RIVALS:
        return f"""It was trained beside others on the same
documents in the same order, for as many steps and with as many weights: {RIVALS.get(name, "attention over the states of chunks")}."""
    if isinstance(config, matmul_free.Config):
        other = "`decoder-iso-flop` and `matmul-free-small-float`" if config.ternary else "`matmul-free-small` and `decoder-iso-flop`"
        return f"""It was trained on the same
documents in the same order and for as many steps as {other}: {"matrices are ternary" if config.ternary else "the same without rounding, so that what rounding costs can be told"}."""
    if isinstance(config, experts.Config):
        return "Its attention began as that of `decoder-small`, so\nthat mixtures can be compared with each other and with a dense network."
    if isinstance(config, mamba.Config):
        return """It is small enough to run in a page, and reads
what the decoders beside it read, so that a state of fixed size can be compared with a cache that grows."""
    return """It is small enough to run in a page and good enough that damage to its weights, activations or KV cache shows
in what it does: it finds facts in its context, follows aliases and repeats spans."""


def kind(config):
    if isinstance(config, attamba.Config):
        return "language model after Attamba (arXiv:2411.17685)"
    if isinstance(config, matmul_free.Config):
        return "MatMul-free language model (arXiv:2406.02528)" if config.ternary else "language model after MatMul-free LM (arXiv:2406.02528) with plain matrices"
    if isinstance(config, experts.Config):
        return experts.kind(config)
    if not isinstance(config, mamba.Config):
        return "Llama-style decoder"
    return "Mamba2 language model" if config.head_dim else "Mamba language model"


def architecture(config):
    if isinstance(config, attamba.Config):
        return f"""{config.layers} layers, width {config.width}, {config.heads} heads of {config.head_dim}, SwiGLU of {config.hidden}, RMS norm before each part (eps {config.eps:g}), interleaved rotary
embedding with base {config.base:g}. Keys and values are what two state-space models have read of a chunk of {config.chunk} tokens, plus the token itself:
{config.inner} inner channels in {config.ssm_heads} heads with {config.state} numbers of state each, convolution over {config.conv} tokens with a bias, no bias of time steps.
Chunks end at other places in each layer (the cyclic rule); a query sees the ends of chunks before it and its last {config.leading} tokens."""
    if isinstance(config, matmul_free.Config):
        rounded = ("weights rounded to minus one, zero and one times their mean magnitude, inputs to 8 bits" if config.ternary
                   else "and nothing is rounded")
        return f"""{config.layers} layers, width {config.width}, a gated recurrence with one number of state for each of {config.width} channels, a gated network of
{config.hidden}. Every matrix, the head too, has an RMS norm of its own before it (eps {matmul_free.NORM_EPS:g}), {rounded};
RMS norm before each part (eps {config.eps:g}), forget gates with learned lower bounds. After any number of tokens a layer keeps {config.width} numbers."""
    if isinstance(config, experts.Config):
        return f"""{config.layers} layers, width {config.width}, {config.heads} query heads and {config.kv_heads} key/value heads of {config.head_dim}, RMS norm before each part (eps {config.eps:g}),
half-split rotary embedding with base {config.base:g}, no biases. {experts.networks(config)}"""
    if not isinstance(config, mamba.Config):
        return f"""{config.layers} layers, width {config.width}, {config.heads} query heads and {config.kv_heads} key/value heads of {config.head_dim}, SwiGLU of {config.hidden}, RMS norm before each part (eps {config.eps:g}),
half-split rotary embedding with base {config.base:g}, no biases."""
    inside = (f"{config.heads} heads of {config.head_dim}, {config.groups} groups of B and C, a norm over the gated output" if config.head_dim
              else f"time steps from {config.rank} channels")
    state, window = state_sizes(config)
    return f"""{config.layers} layers, width {config.width}, {config.inner} inner channels with {config.state} numbers of state each, convolution over {config.conv} tokens, {inside};
RMS norm before each layer (eps {config.eps:g}), a bias in the convolution alone. After any number of tokens a layer keeps {state:,} numbers of
state and {window:,} of the convolution's window: {config.layers * (state + window):,} in all, {4 * config.layers * (state + window):,} bytes as float32."""


def state_sizes(config):
    """Numbers that a layer keeps: of the scan, and of the tokens before the convolution."""
    channels = config.inner + (2 * config.groups * config.state if config.head_dim else 0)
    return config.inner * config.state, (config.conv - 1) * channels


def model_card(name, config, state, result, captured):
    arguments, log, test = state["arguments"], state["log"], totals(result["scores"]["test"])
    parameters = sum(weight.numel() for weight in state["model"].values())
    gram = result["ngram"][5]
    embedding = "embeddings" if isinstance(config, mamba.Config) else "embed_tokens"
    return f"""# {name}

A {kind(config)} of {counted(parameters, config)}, trained on the generated retrieval corpus of `src/lib/tasks` (mix
`{result['mix']}`{turns(listed(arguments['documents']))}). {purpose(name, config)}

{files(config, captured)}
## Architecture
{architecture(config)} {ends(config, embedding)} A prompt begins with `<begin>`. Trained at a context of {log[-1]['context']} tokens.

## Training
{beginning(arguments['start'], config)}Next-token cross-entropy, weight 4 on tokens that the document determines (answers of queries, repeated spans), 1 elsewhere.
AdamW (betas 0.9 and 0.95, weight decay 0.1 on matrices), warm-up over 100 steps to {arguments['rate']:g}, cosine to a tenth of it, gradients clipped at
norm 1, float32, seed 1. Last run: {log[-1]['step']} steps of {arguments['batch']} x {arguments['context']} tokens; {sum(entry['tokensTrained'] for entry in phases(log)):,} tokens in all, {sum(e['seconds'] for e in log) / 60:.0f} minutes on one core that other work shared. Recipe: `training/README.md`.

| step | context | weighted training loss | validation perplexity | answer accuracy | copy accuracy |
|---|---|---|---|---|---|
{log_rows(log)}

## Scores
Test split, {len(result['scores']['test']['loss'])} documents of {arguments['context']} tokens, drawn from other random streams than any training document. Measured in float32 on the stored float16
weights.

| measure | value |
|---|---|
| perplexity over all {len(result['scores']['test']['loss']) * arguments['context']:,} tokens | {test['perplexity']:.3f} (loss {test['loss']:.4f}) |
| interpolated Kneser-Ney 5-gram, trained on {result['ngram']['tokens']:,} tokens | {gram:.3f}: the model is {100 * (1 - test['perplexity'] / gram):.1f} % below |
| the same with 4-grams, 3-grams | {result['ngram'][4]:.3f}, {result['ngram'][3]:.3f} |
| answer tokens right | {100 * test['answersAccuracy']:.1f} % of {test['answersTokens']} |
| copied tokens right | {100 * test['copiesAccuracy']:.1f} % of {test['copiesTokens']} |

Tasks of `src/lib/tasks` at the full context of {arguments['context']} tokens and default difficulty, test split; a sample counts if every answer token
is the most likely one, with the right tokens fed back:

| task | samples right |
|---|---|
{task_rows(result['scores']['tasks'])}
{remark(result['mix'], result['scores']['tasks'])}{tails_section(result['tails'])}"""


def counted(parameters, config):
    """Parameters, and how many are stored where embedding and head are one matrix in training."""
    if isinstance(config, matmul_free.Config):
        return f"{parameters:,} parameters"
    return f"{parameters:,} parameters ({parameters + config.vocabulary * config.width:,} as stored, see below)"


def ends(config, embedding):
    """What became of the embedding."""
    if isinstance(config, matmul_free.Config):
        return f"Trained with an embedding that is scaled by sqrt({config.width}), stored with it."
    return f"""Trained with one matrix for embedding and head, stored as two:
`{embedding}` = sqrt({config.width}) E and `lm_head` = E."""


def training(state):
    """The record of a run, as `card.json` holds it."""
    arguments, log = state["arguments"], state["log"]
    kept = ("step", "context", "trainLoss", "perplexity", "answerAccuracy", "copyAccuracy")
    return {"rate": arguments["rate"], "steps": log[-1]["step"], "batch": arguments["batch"], "context": arguments["context"],
            "tokens": sum(entry["tokensTrained"] for entry in phases(log)), "minutes": round(sum(e["seconds"] for e in log) / 60),
            "log": [{name: entry[name] for name in kept} for entry in shown(log)]}


def listed_tails(tails):
    """The rows of the table of outliers."""
    return [{"layer": int(layer), "site": site, "peak": peak, "kurtosis": kurtosis}
            for (layer, site), (peak, kurtosis) in ((name.split(".", 1), found) for name, found in tails.items())]


def shown(log):
    """The entries of a log that a card lists: every one at first, then every fifth."""
    return [entry for i, entry in enumerate(log) if entry["step"] <= 1000 or entry["step"] % 500 == 0 or i == len(log) - 1]


def phases(log):
    """The log with the tokens that each entry's 100 steps trained on."""
    return [{**entry, "tokensTrained": 100 * entry["batch"] * entry["context"]} for entry in log]


def log_rows(log):
    return "\n".join(
        f"| {e['step']} | {e['context']} | {e['trainLoss']:.4f} | {e['perplexity']:.2f} | {e['answerAccuracy']:.3f} | {e['copyAccuracy']:.3f} |"
        for e in shown(log))


def task_rows(tasks):
    return "\n".join(f"| `{task}`: {TASK_TITLES[task]} | {percent(score['samples'] - len(score['wrong']), score['samples'])} |"
                     for task, score in tasks.items())


def why_outliers(base, config):
    if isinstance(config, mamba.Config):
        return f"""The gated output has heavy tails of its own (the card of
`{base}`); in large models whole channels also have large values."""
    return "Small models have none of the outliers that make\nlarge models hard to quantize."


def outlier_channels(channels):
    listed = {kind: ", ".join(f"{c} (x {f})" for c, f in chosen.items()) for kind, chosen in channels.items()}
    if "gated" in listed:
        return f"""- gain of the norm of the gated output in every layer, columns of `out_proj` scaled down: {listed['gated']}"""
    return f"""- keys, rotary pairs (c, c + head_dim / 2) of every key/value head, query rows scaled down: {listed['keys']}
- gain of both norms of every layer, columns of the matrices that read it scaled down: {listed['norms']}
- rows of `up_proj`, columns of `down_proj` scaled down: {listed['hidden']}"""


def outlier_card(name, base, config, channels, shifts, test, captured, tails):
    rows = "\n".join(f"| {str(dtype).removeprefix('torch.')} | {shift:.2e} | {largest:.2f} |"
                     for dtype, (shift, largest) in shifts.items())
    return f"""# {name}

`{base}` with outlier channels: the same function in other numbers. {why_outliers(base, config)}
So each of these channels is scaled up where it is made and down where it is read:

{outlier_channels(channels)}

All factors are powers of two, so only weights that become subnormal in float16 round. Largest shift of a logit on 16
validation documents:

| arithmetic | largest shift | largest logit |
|---|---|---|
{rows}

Perplexity on the test split: {test['perplexity']:.3f}; answer tokens right: {100 * test['answerAccuracy']:.1f} % of {test['answerTokens']}. Training, scores and everything
else: the card of `{base}`.
{tails_section(tails)}
{files(config, captured)}"""
