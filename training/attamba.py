"""Attamba as a PyTorch module (arXiv 2411.17685): attention over the states of chunks instead of over tokens.

Keys and values are what two state-space models have read since their chunk began, plus the token itself; there are no projections
for them. A query sees the states at the ends of earlier chunks, and the states at its last tokens.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

import decoder
from decoder import RMSNorm


class Config(decoder.Config):
    """The sizes of one model: of the decoder around, of chunks in tokens, and of the two state-space models of a layer."""

    def __init__(self, chunk, leading, inner, state, ssm_heads, conv=4, **sizes):
        super().__init__(kv_heads=sizes["heads"], **sizes)
        self.chunk, self.leading = chunk, leading
        self.inner, self.state, self.ssm_heads, self.conv = inner, state, ssm_heads, conv


SIZES = {
    "attamba-small": Config(layers=4, width=64, heads=4, hidden=176, chunk=4, leading=4, inner=64, state=16, ssm_heads=4),
}


def offset(config, layer):
    """Tokens by which the boundaries of a layer come earlier than those of layer 0: the cyclic rule."""
    return min(config.chunk - 1, layer * (config.chunk // config.layers))


def chunk_ends(config, layer, length):
    """Where a text that may go on ends its chunks, as a mask [length]; its first token is a chunk of its own."""
    ends = (torch.arange(length) + 1 + offset(config, layer)) % config.chunk == 0
    ends[0] = True
    return ends


def chunk_of(ends):
    """The number of each token's chunk, [length]."""
    return F.pad(ends.long().cumsum(0)[:-1], (1, 0))


def visible(config, ends):
    """Which tokens' states each query sees, [length, length]: ends of earlier chunks, and the last `leading` tokens and itself."""
    distance = torch.arange(len(ends))[:, None] - torch.arange(len(ends))
    return (distance >= 0) & (ends | (distance <= config.leading))


class ChunkScan(nn.Module):
    """Mamba2's mixer with convolution and state that begin anew with every chunk."""

    def __init__(self, config):
        super().__init__()
        self.config, self.channels = config, config.inner + 2 * config.state
        self.in_proj = nn.Linear(config.width, config.inner + self.channels + config.ssm_heads, bias=False)
        self.conv1d = nn.Conv1d(self.channels, self.channels, config.conv, groups=self.channels)
        self.A_log = nn.Parameter((0.01 + 1.99 * torch.rand(config.ssm_heads)).log())
        self.D = nn.Parameter(torch.ones(config.ssm_heads))
        self.norm = RMSNorm(config.inner, config.eps)
        self.out_proj = nn.Linear(config.inner, config.width, bias=False)

    def forward(self, h, chunks, shift):
        """h [batch, length, width]; `chunks` [length] the chunk of each token; `shift` tokens before which chunks are aligned."""
        config = self.config
        z, mixed, dt = self.in_proj(h).split([config.inner, self.channels, config.ssm_heads], -1)
        mixed = F.silu(self.convolved(mixed, chunks))
        x, B, C = mixed.split([config.inner, config.state, config.state], -1)
        x = x.unflatten(-1, (config.ssm_heads, -1))
        y = self.scanned(x, F.softplus(dt), B, C, chunks, shift) + x * self.D.unsqueeze(-1)
        return self.out_proj(self.norm(y.flatten(2) * F.silu(z)))

    def convolved(self, x, chunks):
        weight, width = self.conv1d.weight[:, 0], self.config.conv
        y = self.conv1d.bias + x * weight[:, -1]
        for back in range(1, width):
            same = (chunks[back:] == chunks[:-back]).to(x).unsqueeze(-1)
            y = y + F.pad(x[:, :-back] * same, (0, 0, back, 0)) * weight[:, width - 1 - back]
        return y

    def scanned(self, x, dt, B, C, chunks, shift):
        """The scan block by block of `chunk` tokens: no chunk reaches over the end of one."""
        size, length = self.config.chunk, x.shape[1]
        after = -(length + shift) % size
        blocks = lambda part: F.pad(part, [0, 0] * (part.dim() - 2) + [shift, after]).unflatten(1, (-1, size))
        x, dt, B, C = map(blocks, (x, dt, B, C))
        numbers = F.pad(chunks + 1, (shift, after)).view(-1, size)
        together = (numbers[:, :, None] == numbers[:, None, :]) & torch.ones(size, size, dtype=torch.bool).tril()
        logs = (dt * -self.A_log.exp()).cumsum(2).transpose(2, 3)
        decay = (logs.unsqueeze(-1) - logs.unsqueeze(-2)).masked_fill(~together.unsqueeze(1), -math.inf).exp()
        mixing = decay * (C @ B.transpose(2, 3)).unsqueeze(2)
        y = mixing @ (x * dt.unsqueeze(-1)).transpose(2, 3)
        return y.transpose(2, 3).flatten(1, 2)[:, shift:shift + length]


def rotate(x, cos, sin):
    """x [batch, heads, length, head_dim]: pairs (2m, 2m + 1)."""
    u, v = x[..., 0::2], x[..., 1::2]
    return torch.stack([u * cos - v * sin, v * cos + u * sin], -1).flatten(-2)


class Attention(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.config, self.layer = config, layer
        self.q_proj = nn.Linear(config.width, config.width, bias=False)
        self.k_ssm, self.v_ssm = ChunkScan(config), ChunkScan(config)
        self.o_proj = nn.Linear(config.width, config.width, bias=False)

    def forward(self, x, cos, sin, mask, capture=None, past=None):
        config, length = self.config, x.shape[1]
        ends = chunk_ends(config, self.layer, length)
        chunks, shift = chunk_of(ends), offset(config, self.layer)
        k, v = (ssm(x, chunks, shift) + x for ssm in (self.k_ssm, self.v_ssm))
        q, k, v = (part.unflatten(-1, (config.heads, -1)).transpose(1, 2) for part in (self.q_proj(x), k, v))
        hidden = torch.zeros_like(mask).masked_fill(~visible(config, ends), -math.inf)
        scores = rotate(q, cos, sin) @ rotate(k, cos, sin).transpose(-1, -2) / math.sqrt(config.head_dim) + hidden
        return self.o_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class Layer(decoder.Layer):
    def __init__(self, config, layer):
        super().__init__(config)
        self.self_attn = Attention(config, layer)


class Model(decoder.Model):
    def __init__(self, config):
        super().__init__(config)
        self.layers = nn.ModuleList(Layer(config, layer) for layer in range(config.layers))
        self.initialize()


def config_json(config, context):
    """What config.json says of this architecture alone."""
    return {
        "architectures": ["AttambaForCausalLM"], "model_type": "attamba", "intermediate_size": config.hidden,
        "num_attention_heads": config.heads, "head_dim": config.head_dim, "max_position_embeddings": context,
        "rms_norm_eps": config.eps, "rope_theta": config.base, "token_chunk": config.chunk, "leading_tokens": config.leading,
        "chunk_strategy": "cyclic", "ssm_intermediate_size": config.inner, "ssm_state_size": config.state,
        "ssm_num_heads": config.ssm_heads, "ssm_conv_kernel": config.conv, "ssm_time_step_bias": False,
    }


def check():
    """The blocks of a scan against its recurrence token by token, at every offset."""
    torch.manual_seed(0)
    config = SIZES["attamba-small"]
    scan = ChunkScan(config).double()
    h = torch.randn(2, 23, config.width, dtype=torch.float64)
    with torch.no_grad():
        for layer in range(config.layers):
            ends = chunk_ends(config, layer, h.shape[1])
            chunks, whole = chunk_of(ends), None
            for number in chunks.unique():
                part = h[:, chunks == number]
                alone = by_recurrence(scan, part)
                whole = alone if whole is None else torch.cat([whole, alone], 1)
            assert torch.allclose(scan(h, chunks, offset(config, layer)), whole, rtol=1e-10, atol=1e-12)


def by_recurrence(scan, h):
    """One chunk, [batch, tokens, width], token by token."""
    config, rows = scan.config, []
    z, mixed, dt = scan.in_proj(h).split([config.inner, scan.channels, config.ssm_heads], -1)
    mixed = F.silu(scan.conv1d(F.pad(mixed.transpose(1, 2), (config.conv - 1, 0))).transpose(1, 2))
    x, B, C = mixed.split([config.inner, config.state, config.state], -1)
    x, dt, state = x.unflatten(-1, (config.ssm_heads, -1)), F.softplus(dt), 0
    for t in range(h.shape[1]):
        written = (dt[:, t, :, None] * x[:, t]).unsqueeze(-1) * B[:, t, None, None]
        state = (dt[:, t] * -scan.A_log.exp())[..., None, None].exp() * state + written
        rows.append((state @ C[:, t, None, :, None]).squeeze(-1) + x[:, t] * scan.D[:, None])
    return scan.out_proj(scan.norm(torch.stack(rows, 1).flatten(2) * F.silu(z)))


if __name__ == "__main__":
    check()
