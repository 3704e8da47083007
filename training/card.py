"""Model cards, written from the numbers of a run so that they cannot drift from it."""

FILES = """| file | content |
|---|---|
| `model.safetensors` | weights, float16, in the published Llama layout |
| `config.json` | `LlamaForCausalLM`; the embedding carries the factor sqrt(width) of training, so the head is a matrix of its own |
| `tokenizer.json` | 256 words, one token each, parted by white space |
| `expected.json` | a prompt with logits, hidden states and greedy steps in float64 of the stored weights |
| `activations.safetensors` | what flows through every layer for {tokens} tokens of validation documents, float16, `[tokens, channels]` |
"""

ACTIVATIONS = """Activations of layer N are named `model.layers.N.` and then: `self_attn.qkv.input`, `self_attn.key` (before the rotary
embedding), `self_attn.key_rotated`, `self_attn.value`, `self_attn.o_proj.input`, `mlp.gate_up.input`, `mlp.down_proj.input`.
`input_ids` holds the tokens, `[documents, tokens]`.
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


GROWN = """Grown from `decoder-small` (`training/grow.py`): its layers became every second layer, its channels, heads and hidden units the
first ones; everything new wrote nothing at the start. `training/README.md` says what training from random weights gave. The rows of
the table below up to the first step at this model's context, and their share of tokens and minutes, are of `decoder-small`.

"""

RETRIEVAL_REMARK = """
The mix has no updated facts, no tallies and no names after phrases of keys, so the tasks `needle-multivalue`, `common-words`
and `coreference` ask for what this model never saw: their scores are the honest baseline, not a fault of the evaluation.
"""


def remark(mix, tasks):
    """What a reader of the task table must know: a low score means something else if the task was never trained."""
    if mix == "retrieval":
        return RETRIEVAL_REMARK
    failed = [f"`{task}`" for task, score in tasks.items() if score["right"] < 0.05 * score["of"]]
    return f"\nIn the mix, but not learned in this run: {', '.join(failed)}.\n" if failed else ""


def percent(right, of):
    return f"{100 * right / of:.1f} % ({right} of {of})"


def model_card(name, config, state, result, captured):
    arguments, log, test = state["arguments"], state["log"], result["test"]
    parameters = sum(weight.numel() for weight in state["model"].values())
    gram = result["ngram"][5]
    return f"""# {name}

A Llama-style decoder of {parameters:,} parameters ({parameters + config.vocabulary * config.width:,} as stored, see below), trained on the generated retrieval corpus of `src/lib/tasks` (mix
`{result['mix']}`). It is small enough to run in a page and good enough that damage to its weights, activations or KV cache shows
in what it does: it finds facts in its context, follows aliases and repeats spans.

{FILES.format(tokens=captured)}
{ACTIVATIONS}
## Architecture
{config.layers} layers, width {config.width}, {config.heads} query heads and {config.kv_heads} key/value heads of {config.head_dim}, SwiGLU of {config.hidden}, RMS norm before each part (eps {config.eps:g}),
half-split rotary embedding with base {config.base:g}, no biases. Trained with one matrix for embedding and head, stored as two:
`embed_tokens` = sqrt({config.width}) E and `lm_head` = E. A prompt begins with `<begin>`. Trained at a context of {log[-1]['context']} tokens.

## Training
{GROWN if arguments['start'] else ''}Next-token cross-entropy, weight 4 on tokens that the document determines (answers of queries, repeated spans), 1 elsewhere.
AdamW (betas 0.9 and 0.95, weight decay 0.1 on matrices), warm-up over 100 steps to {arguments['rate']:g}, cosine to a tenth of it, gradients clipped at
norm 1, float32, seed 1. Last run: {log[-1]['step']} steps of {arguments['batch']} x {arguments['context']} tokens; {sum(entry['tokensTrained'] for entry in phases(log)):,} tokens in all, {sum(e['seconds'] for e in log) / 60:.0f} minutes on one core that other work shared. Recipe: `training/README.md`.

| step | context | weighted training loss | validation perplexity | answer accuracy | copy accuracy |
|---|---|---|---|---|---|
{log_rows(log)}

## Scores
Test split, {result['documents']} documents of {arguments['context']} tokens, drawn from other random streams than any training document. Measured in float32 on the stored float16
weights.

| measure | value |
|---|---|
| perplexity over all {test['tokens']:,} tokens | {test['perplexity']:.3f} (loss {test['loss']:.4f}) |
| interpolated Kneser-Ney 5-gram, trained on {result['ngramTokens']:,} tokens | {gram:.3f}: the decoder is {100 * (1 - test['perplexity'] / gram):.1f} % below |
| the same with 4-grams, 3-grams | {result['ngram'][4]:.3f}, {result['ngram'][3]:.3f} |
| answer tokens right | {100 * test['answerAccuracy']:.1f} % of {test['answerTokens']} |
| copied tokens right | {100 * test['copyAccuracy']:.1f} % of {test['copyTokens']} |

Tasks of `src/lib/tasks` at the full context of {arguments['context']} tokens and default difficulty, test split; a sample counts if every answer token
is the most likely one, the right ones fed back:

| task | samples right |
|---|---|
{task_rows(result['tasks'])}
{remark(result['mix'], result['tasks'])}"""


def phases(log):
    """The log with the tokens that each entry's 100 steps trained on."""
    return [{**entry, "tokensTrained": 100 * entry["batch"] * entry["context"]} for entry in log]


def log_rows(log):
    shown = [entry for i, entry in enumerate(log) if entry["step"] <= 1000 or entry["step"] % 500 == 0 or i == len(log) - 1]
    return "\n".join(
        f"| {e['step']} | {e['context']} | {e['trainLoss']:.4f} | {e['perplexity']:.2f} | {e['answerAccuracy']:.3f} | {e['copyAccuracy']:.3f} |"
        for e in shown)


def task_rows(tasks):
    return "\n".join(f"| `{task}`: {TASK_TITLES[task]} | {percent(**score)} |" for task, score in tasks.items())


def outlier_card(name, base, channels, shifts, test, captured):
    rows = "\n".join(f"| {str(dtype).removeprefix('torch.')} | {shift:.2e} | {largest:.2f} |"
                     for dtype, (shift, largest) in shifts.items())
    listed = {kind: ", ".join(f"{c} (x {f})" for c, f in chosen.items()) for kind, chosen in channels.items()}
    return f"""# {name}

`{base}` with outlier channels: the same function in other numbers. Small models have none of the outliers that make
large models hard to quantize, so each of these channels is scaled up where it is made and down where it is read:

- keys, rotary pairs (c, c + head_dim / 2) of every key/value head, query rows scaled down: {listed['keys']}
- gain of both norms of every layer, columns of the matrices that read it scaled down: {listed['norms']}
- rows of `up_proj`, columns of `down_proj` scaled down: {listed['hidden']}

All factors are powers of two, so only weights that become subnormal in float16 round. Largest shift of a logit on 16
validation documents:

| arithmetic | largest shift | largest logit |
|---|---|---|
{rows}

Perplexity on the test split: {test['perplexity']:.3f}; answer tokens right: {100 * test['answerAccuracy']:.1f} % of {test['answerTokens']}. Training, scores and everything
else: the card of `{base}`.

{FILES.format(tokens=captured)}
{ACTIVATIONS}"""
