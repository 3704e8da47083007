"""Mamba and Mamba2 language models as PyTorch modules, computed as the published models are, with their tensor names.

Both scans run over whole sequences of training: Mamba's as one differentiable operation of its own, since autograd
over a loop of small steps is several times slower; Mamba2's as a single chunk, which is three matrix products.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from decoder import RMSNorm


class Config:
    """The sizes of one model. `head_dim` and `groups` make it a Mamba2; without them it is a Mamba."""

    def __init__(self, layers, width, state, head_dim=None, groups=None, expand=2, conv=4, vocabulary=256, eps=1e-5):
        self.layers, self.width, self.state, self.conv = layers, width, state, conv
        self.expand, self.inner = expand, expand * width
        self.head_dim, self.groups, self.vocabulary, self.eps = head_dim, groups, vocabulary, eps
        self.heads = head_dim and self.inner // head_dim
        self.rank = math.ceil(width / 16)


SIZES = {
    "mamba1-small": Config(layers=4, width=64, state=16),
    "mamba2-small": Config(layers=4, width=64, state=64, head_dim=16, groups=2),
}


class SelectiveScan(torch.autograd.Function):
    """y_t = C_t h_t with h_t = exp(delta_t A) h_(t-1) + delta_t B_t x_t, all states of a forward pass kept.

    x, delta [T, batch, inner]; A [inner, N]; B, C [T, batch, N]; y like x. (arXiv 2312.00752, equation 2 with the
    discretization of section 2)
    """

    @staticmethod
    def forward(context, x, delta, A, B, C):
        decay = (delta.unsqueeze(-1) * A).exp_()
        states = (delta * x).unsqueeze(-1) * B.unsqueeze(2)
        for t in range(1, len(x)):
            states[t].addcmul_(decay[t], states[t - 1])
        context.save_for_backward(x, delta, A, B, C, decay, states)
        return (states @ C.unsqueeze(-1)).squeeze(-1)

    @staticmethod
    def backward(context, gy):
        x, delta, A, B, C, decay, states = context.saved_tensors
        gC = (gy.unsqueeze(2) @ states).squeeze(2)
        gh = gy.unsqueeze(-1) * C.unsqueeze(2)
        for t in range(len(x) - 2, -1, -1):
            gh[t].addcmul_(decay[t + 1], gh[t + 1])
        gB = ((delta * x).unsqueeze(2) @ gh).squeeze(2)
        gwritten = (gh @ B.unsqueeze(-1)).squeeze(-1)
        # gh becomes the gradient of delta A, which is zero at t = 0 because nothing comes before it.
        gh[1:].mul_(states[:-1]).mul_(decay[1:])
        gh[0] = 0
        gdelta = gwritten * x + (gh * A).sum(-1)
        gA = torch.einsum("tbdn,tbd->dn", gh, delta)
        return gwritten * delta, gdelta, gA, gB, gC


def causal_conv(x, weight, bias):
    """x [batch, T, channels], weight [channels, 1, width]: every channel over its last tokens."""
    width, length = weight.shape[-1], x.shape[1]
    padded = F.pad(x, (0, 0, width - 1, 0))
    return bias + sum(padded[:, k:k + length] * weight[:, 0, k] for k in range(width))


def inverse_softplus(x):
    return x + torch.log(-torch.expm1(-x))


def initial_time_steps(count):
    """Biases whose softplus is spread log-uniformly over [0.001, 0.1]."""
    return inverse_softplus(torch.exp(torch.rand(count) * math.log(100) + math.log(1e-3)))


class Mamba1Mixer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config, inner = config, config.inner
        self.in_proj = nn.Linear(config.width, 2 * inner, bias=False)
        self.conv1d = nn.Conv1d(inner, inner, config.conv, groups=inner)
        self.x_proj = nn.Linear(inner, config.rank + 2 * config.state, bias=False)
        self.dt_proj = nn.Linear(config.rank, inner)
        self.A_log = nn.Parameter(torch.arange(1, config.state + 1).float().log().repeat(inner, 1))
        self.D = nn.Parameter(torch.ones(inner))
        self.out_proj = nn.Linear(inner, config.width, bias=False)
        self.dt_proj.bias.data = initial_time_steps(inner)

    def forward(self, h, capture=None):
        config = self.config
        x, z = self.in_proj(h).chunk(2, -1)
        x = F.silu(causal_conv(x, self.conv1d.weight, self.conv1d.bias))
        if capture is not None:
            capture("scan.input", x)
        low, B, C = self.x_proj(x).split([config.rank, config.state, config.state], -1)
        delta = F.softplus(self.dt_proj(low))
        by_time = [v.transpose(0, 1).contiguous() for v in (x, delta, B, C)]
        y = SelectiveScan.apply(*by_time[:2], -self.A_log.exp(), *by_time[2:]).transpose(0, 1)
        output = (y + x * self.D) * F.silu(z)
        if capture is not None:
            capture("out_proj.input", output)
        return self.out_proj(output)


def ssd(x, dt, A, B, C):
    """Mamba2's scan over one chunk: x [batch, T, heads, P], dt [batch, T, heads], B and C [batch, T, groups, N].

    y = (C B' masked by decays) (dt x): what arXiv 2405.21060 calls the quadratic or attention-like form (section 3).
    """
    batch, length, heads, _ = x.shape
    groups = B.shape[2]
    logs = (dt * A).cumsum(1).transpose(1, 2)
    future = torch.ones(length, length, dtype=torch.bool).triu(1)
    decay = (logs.unsqueeze(-1) - logs.unsqueeze(-2)).masked_fill(future, -math.inf).exp()
    products = C.transpose(1, 2) @ B.permute(0, 2, 3, 1)
    mixing = decay.view(batch, groups, heads // groups, length, length) * products.unsqueeze(2)
    return (mixing.flatten(1, 2) @ (x * dt.unsqueeze(-1)).transpose(1, 2)).transpose(1, 2)


class Mamba2Mixer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.channels = config.inner + 2 * config.groups * config.state
        self.in_proj = nn.Linear(config.width, config.inner + self.channels + config.heads, bias=False)
        self.conv1d = nn.Conv1d(self.channels, self.channels, config.conv, groups=self.channels)
        self.dt_bias = nn.Parameter(initial_time_steps(config.heads))
        self.A_log = nn.Parameter((1 + 15 * torch.rand(config.heads)).log())
        self.D = nn.Parameter(torch.ones(config.heads))
        self.norm = RMSNorm(config.inner, config.eps)
        self.out_proj = nn.Linear(config.inner, config.width, bias=False)

    def forward(self, h, capture=None):
        config, (batch, length, _) = self.config, h.shape
        shared = config.groups * config.state
        z, mixed, dt = self.in_proj(h).split([config.inner, self.channels, config.heads], -1)
        mixed = F.silu(causal_conv(mixed, self.conv1d.weight, self.conv1d.bias))
        x, B, C = mixed.split([config.inner, shared, shared], -1)
        if capture is not None:
            capture("scan.input", x)
        x = x.view(batch, length, config.heads, config.head_dim)
        B, C = (part.view(batch, length, config.groups, config.state) for part in (B, C))
        y = ssd(x, F.softplus(dt + self.dt_bias), -self.A_log.exp(), B, C) + x * self.D.unsqueeze(-1)
        output = self.norm(y.flatten(2) * F.silu(z))
        if capture is not None:
            capture("out_proj.input", output)
        return self.out_proj(output)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = RMSNorm(config.width, config.eps)
        self.mixer = Mamba2Mixer(config) if config.head_dim else Mamba1Mixer(config)

    def forward(self, h, capture=None):
        return h + self.mixer(self.norm(h), capture)


class Model(nn.Module):
    """ids [batch, length] to logits [batch, length, vocabulary]. Head and embedding share one matrix."""

    PREFIX, EMBEDDING = "backbone.", "embeddings"

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embeddings = nn.Embedding(config.vocabulary, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm_f = RMSNorm(config.width, config.eps)
        self.initialize()

    def initialize(self):
        nn.init.normal_(self.embeddings.weight, std=0.02)
        for name, weight in self.named_parameters():
            if name.endswith("_proj.weight"):
                std = weight.shape[1] ** -0.5
                nn.init.normal_(weight, std=std / math.sqrt(self.config.layers) if "out_proj" in name else std)

    def embed(self, ids):
        return self.embeddings(ids) * math.sqrt(self.config.width)

    def head(self, x):
        return F.linear(x, self.embeddings.weight)

    def forward(self, ids, capture=None, hidden=None):
        """`capture(name, tensor)` sees inner activations; the list `hidden` gets the residual stream, layer by layer."""
        h = self.embed(ids)
        for index, layer in enumerate(self.layers):
            if hidden is not None:
                hidden.append(h)
            h = layer(h, capture and (lambda name, t: capture(f"{index}.{name}", t)))
        if hidden is not None:
            hidden.append(h)
        return self.head(self.norm_f(h))


def config_json(config, _):
    """What config.json says of this architecture alone; no state-space model has a longest text."""
    shared = {"expand": config.expand, "conv_kernel": config.conv, "state_size": config.state,
              "layer_norm_epsilon": config.eps, "rms_norm": True, "use_bias": False, "use_conv_bias": True}
    if not config.head_dim:
        return {"architectures": ["MambaForCausalLM"], "model_type": "mamba", **shared,
                "intermediate_size": config.inner, "time_step_rank": config.rank}
    return {"architectures": ["Mamba2ForCausalLM"], "model_type": "mamba2", **shared, "num_heads": config.heads,
            "head_dim": config.head_dim, "n_groups": config.groups, "norm_groups": 1, "chunk_size": 128}


def check():
    """Gradients of the scan against finite differences, and one chunk of Mamba2 against its recurrence."""
    torch.manual_seed(0)
    tokens, batch, inner, state = 9, 2, 3, 4
    draw = lambda *shape: torch.randn(*shape, dtype=torch.float64)
    inputs = (draw(tokens, batch, inner), F.softplus(draw(tokens, batch, inner)), -draw(inner, state).exp(),
              draw(tokens, batch, state), draw(tokens, batch, state))
    assert torch.autograd.gradcheck(SelectiveScan.apply, [value.requires_grad_() for value in inputs])

    heads, width, groups = 4, 3, 2
    x, dt, A = draw(batch, tokens, heads, width), F.softplus(draw(batch, tokens, heads)), -draw(heads).exp()
    B, C = draw(batch, tokens, groups, state), draw(batch, tokens, groups, state)
    h, rows = torch.zeros(batch, heads, width, state, dtype=torch.float64), []
    for t in range(tokens):
        B_t, C_t = (part[:, t].repeat_interleave(heads // groups, 1) for part in (B, C))
        h = (dt[:, t] * A).exp()[..., None, None] * h + (dt[:, t, :, None] * x[:, t]).unsqueeze(-1) * B_t.unsqueeze(2)
        rows.append((h @ C_t.unsqueeze(-1)).squeeze(-1))
    assert torch.allclose(ssd(x, dt, A, B, C), torch.stack(rows, 1), rtol=1e-12, atol=1e-12)


if __name__ == "__main__":
    check()
