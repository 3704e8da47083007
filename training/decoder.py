"""The decoder as a PyTorch module: the Llama architecture with the embedding scaled by sqrt(width)."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Config:
    """The sizes of one model; `attributes` is what a checkpoint and a model card record."""

    qkv_bias = False

    def __init__(self, layers, width, heads, kv_heads, hidden, head_dim=None, vocabulary=256, base=10000.0, eps=1e-5):
        self.layers, self.width, self.heads, self.kv_heads = layers, width, heads, kv_heads
        self.hidden, self.vocabulary, self.base, self.eps = hidden, vocabulary, base, eps
        self.head_dim = head_dim or width // heads


SIZES = {
    "decoder-small": Config(layers=4, width=64, heads=4, kv_heads=2, hidden=176),
    "decoder-coreference": Config(layers=4, width=64, heads=4, kv_heads=2, hidden=176),
    "arithmetic-small": Config(layers=3, width=64, heads=4, kv_heads=2, hidden=112, vocabulary=96),
    "arithmetic-large": Config(layers=6, width=128, heads=8, kv_heads=4, hidden=344, vocabulary=96),
    **{name: Config(layers=3, width=64, heads=4, kv_heads=2, hidden=112, vocabulary=96) for name in (
        "arithmetic-small-split", "arithmetic-small-split-entropy", "arithmetic-small-split-classifier",
        "arithmetic-small-split-grpo")},
    # As many weights as attamba-small: what its state-space models take is here in the feed-forward network.
    "decoder-iso-kv": Config(layers=4, width=64, heads=4, kv_heads=4, head_dim=4, hidden=352),
    "decoder-iso-flop": Config(layers=4, width=64, heads=4, kv_heads=4, head_dim=10, hidden=320),
    "decoder-large": Config(layers=8, width=128, heads=8, kv_heads=4, hidden=344),
}


class RMSNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


def rotation(config, length, like):
    """cos and sin [length, head_dim / 2] of the half-split rotary embedding."""
    exponent = torch.arange(0, config.head_dim, 2, dtype=torch.float64) / config.head_dim
    angle = torch.arange(length, dtype=torch.float64)[:, None] * config.base**-exponent
    return angle.cos().to(like), angle.sin().to(like)


def rotate(x, cos, sin):
    """x [batch, heads, length, head_dim]: pairs (m, m + head_dim / 2)."""
    u, v = x.chunk(2, -1)
    return torch.cat([u * cos - v * sin, v * cos + u * sin], -1)


class Past:
    """Rotated keys and values of the tokens before, [batch, kv_heads, length, head_dim] each."""

    def __init__(self):
        self.keys = self.values = None

    def extended(self, keys, values):
        """Those before and the new ones, which are kept."""
        if self.keys is not None:
            keys, values = torch.cat([self.keys, keys], 2), torch.cat([self.values, values], 2)
        self.keys, self.values = keys, values
        return keys, values


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.q_proj = nn.Linear(config.width, config.heads * config.head_dim, bias=config.qkv_bias)
        self.k_proj = nn.Linear(config.width, config.kv_heads * config.head_dim, bias=config.qkv_bias)
        self.v_proj = nn.Linear(config.width, config.kv_heads * config.head_dim, bias=config.qkv_bias)
        self.o_proj = nn.Linear(config.heads * config.head_dim, config.width, bias=False)

    def forward(self, x, cos, sin, mask, capture=None, past=None):
        config, (batch, length, _) = self.config, x.shape
        q, k, v = (p(x).view(batch, length, -1, config.head_dim).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))
        rotated_q, rotated_k = rotate(q, cos, sin), rotate(k, cos, sin)
        if past is not None:
            rotated_k, v = past.extended(rotated_k, v)
        # Query head h reads key/value head h // group: fold the group into its own axis instead of repeating.
        group = config.heads // config.kv_heads
        grouped = rotated_q.reshape(batch, config.kv_heads, group, length, config.head_dim)
        scores = grouped @ rotated_k.unsqueeze(2).transpose(-1, -2) / math.sqrt(config.head_dim) + mask
        out = (scores.softmax(-1) @ v.unsqueeze(2)).flatten(1, 2).transpose(1, 2).flatten(2)
        if capture is not None:
            capture("self_attn.qkv.input", x)
            capture("self_attn.key", k.transpose(1, 2).flatten(2))
            capture("self_attn.key_rotated", rotated_k.transpose(1, 2).flatten(2))
            capture("self_attn.value", v.transpose(1, 2).flatten(2))
            capture("self_attn.o_proj.input", out)
        return self.o_proj(out)


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_proj = nn.Linear(config.width, config.hidden, bias=False)
        self.up_proj = nn.Linear(config.width, config.hidden, bias=False)
        self.down_proj = nn.Linear(config.hidden, config.width, bias=False)

    def forward(self, x, capture=None):
        h = F.silu(self.gate_proj(x)) * self.up_proj(x)
        if capture is not None:
            capture("mlp.gate_up.input", x)
            capture("mlp.down_proj.input", h)
        return self.down_proj(h)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn, self.mlp = Attention(config), MLP(config)
        self.input_layernorm = RMSNorm(config.width, config.eps)
        self.post_attention_layernorm = RMSNorm(config.width, config.eps)

    def forward(self, x, cos, sin, mask, capture=None, past=None):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask, capture, past)
        return x + self.mlp(self.post_attention_layernorm(x), capture)


class Model(nn.Module):
    """ids [batch, length] to logits [batch, length, vocabulary]. Head and embedding share one matrix."""

    PREFIX, EMBEDDING = "model.", "embed_tokens"

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocabulary, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.width, config.eps)
        self.initialize()

    def initialize(self):
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        for name, weight in self.named_parameters():
            if name.endswith(".bias"):
                nn.init.zeros_(weight)
            if name.endswith("_proj.weight"):
                std = weight.shape[1] ** -0.5
                residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=std / math.sqrt(2 * self.config.layers) if residual else std)

    def embed(self, ids):
        return self.embed_tokens(ids) * math.sqrt(self.config.width)

    def head(self, x):
        return F.linear(x, self.embed_tokens.weight)

    def attention_mask(self, length, like):
        return torch.full((length, length), -math.inf, dtype=like.dtype).triu(1)

    def forward(self, ids, capture=None, hidden=None):
        """`capture(name, tensor)` sees inner activations; the list `hidden` gets the residual stream, layer by layer."""
        length, like = ids.shape[1], self.embed_tokens.weight
        cos, sin = rotation(self.config, length, like)
        mask = self.attention_mask(length, like)
        x = self.embed(ids)
        for index, layer in enumerate(self.layers):
            if hidden is not None:
                hidden.append(x)
            x = layer(x, cos, sin, mask, capture and (lambda name, t: capture(f"model.layers.{index}.{name}", t)))
        if hidden is not None:
            hidden.append(x)
        return self.head(self.norm(x))


def config_json(config, context):
    """What config.json says of this architecture alone."""
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "intermediate_size": config.hidden,
        "num_attention_heads": config.heads, "num_key_value_heads": config.kv_heads, "head_dim": config.head_dim,
        "max_position_embeddings": context, "rms_norm_eps": config.eps, "rope_theta": config.base, "rope_scaling": None,
        "attention_bias": False, "mlp_bias": False,
    }
