"""A masked diffusion language model as a PyTorch module: the decoder without its causal mask, and LLaDA's objective (arXiv:2502.09992).

It is made from a trained decoder as Dream is (arXiv:2508.15487): what a position gives is the prediction of the next one,
which is how the decoder's weights have it. The vocabulary has one token more than the decoder's, [MASK]. The first token of
a document, `<begin>`, is never masked.
"""

import torch
from torch.nn import functional as F

import decoder

EPS, SHORT_SHARE = 1e-3, 0.01
# Drawn once for all checkpoints, so that the bounds of a log are of the same masks.
EVALUATION_SEED, EVALUATION_ROUNDS = 7, 4


class Config(decoder.Config):
    """A decoder's sizes; the last token of the vocabulary is [MASK]. Queries, keys and values have biases, as in Dream."""

    qkv_bias = True

    @property
    def mask_id(self):
        return self.vocabulary - 1


SIZES = {"diffusion-small": Config(layers=4, width=64, heads=4, kv_heads=2, hidden=176, vocabulary=257)}


class Model(decoder.Model):
    """ids [batch, length] to logits [batch, length, vocabulary]; every position sees every other."""

    def attention_mask(self, length, like):
        return torch.zeros((length, length), dtype=like.dtype)


def predictions(model, noisy):
    """Logits [batch, length, vocabulary] of the token at each position: those that the position before it gives."""
    logits = model(noisy)
    return torch.cat([logits[:, :1], logits[:, :-1]], 1)


def masked_copy(tokens, config, chosen):
    """`tokens` with [MASK] where `chosen`, the first token left as it is."""
    chosen = chosen.clone()
    chosen[:, 0] = False
    return torch.where(chosen, config.mask_id, tokens), chosen


def train_loss(model, tokens, step):
    """LLaDA's loss of a batch: cross-entropy of the masked tokens over the share p of masked ones.

    The times of a batch are one uniform draw shifted by equal steps: each is uniform, together they vary less than
    independent ones (arXiv:2107.00630, I.1). One batch in a hundred is cut to a random length.
    """
    draw = torch.Generator().manual_seed(step)
    tokens = tokens.long()
    if torch.rand(1, generator=draw).item() < SHORT_SHARE:
        tokens = tokens[:, :int(torch.randint(2, tokens.shape[1] + 1, (1,), generator=draw))]
    count, length = tokens.shape
    time = (torch.rand(1, generator=draw) + torch.arange(count) / count) % 1
    share = ((1 - EPS) * time + EPS)[:, None]
    noisy, chosen = masked_copy(tokens, model.config, torch.rand((count, length), generator=draw) < share)
    losses = F.cross_entropy(predictions(model, noisy).transpose(1, 2), tokens, reduction="none")
    return (losses * chosen / share).sum() / (count * (length - 1))


def exact_count_masks(tokens, counts, draw):
    """Masks with exactly `counts` [documents] tokens each, never the first one."""
    order = torch.rand(tokens.shape, generator=draw, dtype=torch.float64)
    order[:, 0] = 2.0
    return order.argsort(1).argsort(1) < counts[:, None]


def bound_terms(model, tokens, counts, draw):
    """Upper bounds [documents] of the loss in nats per token, one draw of `counts` masked tokens each, and the hits."""
    length = tokens.shape[1] - 1
    noisy, chosen = masked_copy(tokens, model.config, exact_count_masks(tokens, counts, draw))
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
                length = part.shape[1] - 1
                counts = 1 + ((torch.rand(1, generator=draw) + torch.arange(len(part)) / len(part)) % 1 * length).long()
                bound, hit, chosen = bound_terms(model, part, counts, draw)
                bounds.append(bound)
                right.append(torch.stack([(hit & (part_roles == role)).sum() for role in (1, 2)]))
                seen.append(torch.stack([(chosen & (part_roles == role)).sum() for role in (1, 2)]))
    loss, right, seen = torch.cat(bounds).mean(), torch.stack(right).sum(0), torch.stack(seen).sum(0)
    score = {"loss": loss.item(), "perplexity": loss.exp().item(), "tokens": tokens[:, 1:].numel()}
    for index, name in enumerate(("answer", "copy")):
        score[f"{name}Tokens"], score[f"{name}Accuracy"] = int(seen[index]), (right[index] / seen[index]).item()
    return score


def config_json(config, context):
    """The `config.json` of Dream's published models."""
    return {
        **decoder.config_json(config, context + 1), "architectures": ["DreamModel"], "model_type": "Dream",
        "mask_token_id": config.mask_id, "use_sliding_window": False, "sliding_window": None,
    }
