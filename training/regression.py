"""The regression language model: an encoder that reads a text, a decoder that writes numbers as tokens.

As RegressLM has it (arXiv:2506.21718): pre-norm layers, the encoder with an interleaved rotary embedding and a last norm, the
decoder with sinusoidal positions, cross-attention, no last norm, and a head of its own.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Config:
    """The sizes of one model; `vocabulary` counts tokens of texts, `targets` those of numbers."""

    def __init__(self, width, heads, encoder_layers, decoder_layers, vocabulary=499, targets=38, base=10000.0, eps=1e-5):
        self.width, self.heads, self.head_dim = width, heads, width // heads
        self.encoder_layers, self.decoder_layers = encoder_layers, decoder_layers
        self.vocabulary, self.targets, self.base, self.eps = vocabulary, targets, base, eps


SIZES = {
    "regressor-24": Config(width=24, heads=3, encoder_layers=1, decoder_layers=1),
    "regressor-32": Config(width=32, heads=4, encoder_layers=2, decoder_layers=1),
    "regressor-48": Config(width=48, heads=6, encoder_layers=2, decoder_layers=1),
    "regressor-small": Config(width=80, heads=8, encoder_layers=2, decoder_layers=2),
}


def rotation(config, length):
    """cos and sin [length, head_dim / 2] of the rotary embedding."""
    exponent = torch.arange(0, config.head_dim, 2, dtype=torch.float64) / config.head_dim
    angle = torch.arange(length, dtype=torch.float64)[:, None] * config.base**-exponent
    return angle.cos().float(), angle.sin().float()


def rotate(x, cos, sin):
    """x [batch, heads, length, head_dim]: pairs (2m, 2m + 1)."""
    u, v = x[..., 0::2], x[..., 1::2]
    return torch.stack([u * cos - v * sin, v * cos + u * sin], -1).flatten(-2)


def sinusoids(length, width):
    """Positions [length, width]: sin on even features, cos on odd ones. (arXiv:1706.03762, section 3.5)"""
    angle = torch.arange(length, dtype=torch.float64)[:, None] * 10000.0 ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(-2).float()


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(config.width, config.width) for _ in range(4))

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, memory, mask=None, is_causal=False, rotary=None):
        q, k, v = self.split(self.q_proj(x)), self.split(self.k_proj(memory)), self.split(self.v_proj(memory))
        if rotary is not None:
            q, k = rotate(q, *rotary), rotate(k, *rotary)
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=is_causal)
        return self.o_proj(out.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up_proj, self.down_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down_proj(F.relu(self.up_proj(x)))


class EncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn, self.mlp = Attention(config), MLP(config.width)
        self.attn_norm, self.mlp_norm = (nn.LayerNorm(config.width, eps=config.eps) for _ in range(2))

    def forward(self, x, mask, rotary):
        y = self.attn_norm(x)
        x = x + self.self_attn(y, y, mask=mask, rotary=rotary)
        return x + self.mlp(self.mlp_norm(x))


class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn, self.cross_attn, self.mlp = Attention(config), Attention(config), MLP(config.width)
        self.attn_norm, self.cross_norm, self.mlp_norm = (nn.LayerNorm(config.width, eps=config.eps) for _ in range(3))

    def forward(self, x, memory, mask):
        y = self.attn_norm(x)
        x = x + self.self_attn(y, y, is_causal=True)
        x = x + self.cross_attn(self.cross_norm(x), memory, mask=mask)
        return x + self.mlp(self.mlp_norm(x))


class Model(nn.Module):
    """Ids of texts [batch, length] and of numbers [batch, steps] to logits [batch, steps, targets]."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed_text = nn.Embedding(config.vocabulary, config.width)
        self.embed_target = nn.Embedding(config.targets, config.width)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.encoder_norm = nn.LayerNorm(config.width, eps=config.eps)
        self.head = nn.Linear(config.width, config.targets)
        self.initialize()

    def initialize(self):
        layers = self.config.encoder_layers + self.config.decoder_layers
        for name, weight in self.named_parameters():
            if name.startswith("embed"):
                nn.init.normal_(weight)
            elif name.endswith("proj.weight") or name == "head.weight":
                std = weight.shape[1] ** -0.5
                nn.init.normal_(weight, std=std / math.sqrt(layers) if name.endswith(("o_proj.weight", "down_proj.weight")) else std)
            elif name.endswith("proj.bias") or name == "head.bias":
                nn.init.zeros_(weight)

    def encode(self, texts):
        """The memory [batch, length, width] of texts, and where it is no padding."""
        mask = (texts != 0)[:, None, None]
        x, rotary = self.embed_text(texts), rotation(self.config, texts.shape[1])
        for layer in self.encoder:
            x = layer(x, mask, rotary)
        return self.encoder_norm(x), mask

    def forward(self, texts, targets):
        memory, mask = self.encode(texts)
        x = self.embed_target(targets) + sinusoids(targets.shape[1], self.config.width)
        for layer in self.decoder:
            x = layer(x, memory, mask)
        return self.head(x)


def read_examples(path):
    """Ids of texts and of numbers of a file of export-costs.ts."""
    texts, targets = [], []
    with open(path) as file:
        for line in file:
            text, target = line.split("|")
            texts.append(torch.tensor([int(token) for token in text.split()], dtype=torch.int16))
            targets.append(torch.tensor([int(token) for token in target.split()], dtype=torch.int16))
    return texts, targets


def padded(rows):
    return nn.utils.rnn.pad_sequence(rows, batch_first=True).long()


def loss_of(model, texts, targets):
    """Mean over examples of their mean cross-entropy: a pad begins and ends the numbers, further pads do not count."""
    texts, targets = padded(texts), padded(targets)
    begun = F.pad(targets, (1, 0))
    wanted = F.pad(targets, (0, 1))
    logits = model(texts, begun)
    losses = F.cross_entropy(logits.transpose(1, 2), wanted, reduction="none")
    counted = torch.arange(wanted.shape[1])[None] <= (targets != 0).sum(1, keepdim=True)
    return ((losses * counted).sum(1) / counted.sum(1)).mean()
