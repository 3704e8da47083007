"""A masked diffusion language model as a PyTorch module: the decoder without its causal mask, and LLaDA's objective (arXiv:2502.09992).

It is made from a trained decoder as Dream is (arXiv:2508.15487): what a position gives is the prediction of the next one,
which is how the decoder's weights have it. The vocabulary has one token more than the decoder's, [MASK]. The first token of
a document, `<begin>`, is never masked.
"""

import torch
from torch.nn import functional as F

import decoder

EPS = 1e-3
# Drawn once for all checkpoints, so that the bounds of a log are of the same masks.
EVALUATION_SEED, EVALUATION_ROUNDS = 7, 4


class Config(decoder.Config):
    """A decoder's sizes; the last token of the vocabulary is [MASK]. Queries, keys and values have biases, as in Dream.

    With `answers_only` the tokens of role 0, the question of a document, are never masked. `short_share` of the batches are
    cut to a random length of `shortest` tokens at least.
    """

    qkv_bias = True

    def __init__(self, answers_only=False, short_share=0.01, shortest=2, **sizes):
        super().__init__(**sizes)
        self.answers_only, self.short_share, self.shortest = answers_only, short_share, shortest

    @property
    def mask_id(self):
        return self.vocabulary - 1


SIZES = {
    "diffusion-small": Config(layers=4, width=64, heads=4, kv_heads=2, hidden=176, vocabulary=257),
    # A problem is shorter than its document, which ends in padding: a cut leaves windows of any length.
    "diffusion-arithmetic": Config(layers=3, width=64, heads=4, kv_heads=2, hidden=112, vocabulary=97,
                                   answers_only=True, short_share=1.0, shortest=48),
}


class Model(decoder.Model):
    """ids [batch, length] to logits [batch, length, vocabulary]; every position sees every other."""

    def attention_mask(self, length, like):
        return torch.zeros((length, length), dtype=like.dtype)


def predictions(model, noisy):
    """Logits [batch, length, vocabulary] of the token at each position: those that the position before it gives."""
    logits = model(noisy)
    return torch.cat([logits[:, :1], logits[:, :-1]], 1)


def maskable(tokens, roles, config):
    """Tokens that may be masked: all but the first, or those of the answer."""
    if config.answers_only:
        return roles > 0
    return torch.arange(tokens.shape[1]).expand(tokens.shape) > 0


def masked_copy(tokens, config, chosen):
    """`tokens` with [MASK] where `chosen`, the first token left as it is."""
    chosen = chosen.clone()
    chosen[:, 0] = False
    return torch.where(chosen, config.mask_id, tokens), chosen


def train_loss(model, tokens, roles, step):
    """LLaDA's loss of a batch: cross-entropy of the masked tokens over the share p of masked ones, over those that may be.

    The times of a batch are one uniform draw shifted by equal steps: each is uniform, together they vary less than
    independent ones (arXiv:2107.00630, I.1). Some batches are cut to a random length.
    """
    draw, config = torch.Generator().manual_seed(step), model.config
    tokens = tokens.long()
    if torch.rand(1, generator=draw).item() < config.short_share:
        cut = int(torch.randint(config.shortest, tokens.shape[1] + 1, (1,), generator=draw))
        tokens, roles = tokens[:, :cut], roles[:, :cut]
    (count, length), own = tokens.shape, maskable(tokens, roles, config)
    time = (torch.rand(1, generator=draw) + torch.arange(count) / count) % 1
    share = ((1 - EPS) * time + EPS)[:, None]
    noisy, chosen = masked_copy(tokens, config, own & (torch.rand((count, length), generator=draw) < share))
    losses = F.cross_entropy(predictions(model, noisy).transpose(1, 2), tokens, reduction="none")
    return (losses * chosen / share).sum() / own.sum()


def exact_count_masks(own, counts, draw):
    """Masks with exactly `counts` [documents] tokens each, of `own` alone."""
    order = torch.rand(own.shape, generator=draw, dtype=torch.float64)
    order[~own] = 2.0
    return order.argsort(1).argsort(1) < counts[:, None]


def bound_terms(model, tokens, own, counts, draw):
    """Upper bounds [documents] of the loss in nats per token, one draw of `counts` masked tokens each, and the hits."""
    noisy, chosen = masked_copy(tokens, model.config, exact_count_masks(own, counts, draw))
    logits = predictions(model, noisy)
    losses = F.cross_entropy(logits.transpose(1, 2), tokens, reduction="none").double()
    # Of L tokens k are masked, k uniform from 1 to L: the sum over the masked ones, times L / k, bounds the document's loss.
    return (losses * chosen).sum(1) / counts, (logits.argmax(-1) == tokens) & chosen, chosen


def evaluate(model, documents, batch=32):
    """The likelihood bound as loss and perplexity, and which share of masked answer and copy tokens the argmax fills in."""
    tokens, roles = documents[0].long(), documents[1]
    draw = torch.Generator().manual_seed(EVALUATION_SEED)
    bounds, right, seen = [], [], []
    with torch.no_grad():
        for _ in range(EVALUATION_ROUNDS):
            for part, part_roles in zip(tokens.split(batch), roles.split(batch)):
                own = maskable(part, part_roles, model.config)
                time = (torch.rand(1, generator=draw) + torch.arange(len(part)) / len(part)) % 1
                bound, hit, chosen = bound_terms(model, part, own, 1 + (time * own.sum(1)).long(), draw)
                bounds.append(bound)
                right.append(torch.stack([(hit & (part_roles == role)).sum() for role in (1, 2)]))
                seen.append(torch.stack([(chosen & (part_roles == role)).sum() for role in (1, 2)]))
    loss, right, seen = torch.cat(bounds).mean(), torch.stack(right).sum(0), torch.stack(seen).sum(0)
    score = {"loss": loss.item(), "perplexity": loss.exp().item(), "tokens": tokens[:, 1:].numel()}
    for index, name in enumerate(("answer", "copy")):
        if seen[index] > 0:
            score[f"{name}Tokens"], score[f"{name}Accuracy"] = int(seen[index]), (right[index] / seen[index]).item()
    return score


def config_json(config, context):
    """The `config.json` of Dream's published models."""
    return {
        **decoder.config_json(config, context + 1), "architectures": ["DreamModel"], "model_type": "Dream",
        "mask_token_id": config.mask_id, "use_sliding_window": False, "sliding_window": None,
    }
