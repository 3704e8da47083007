"""MatMul-free language model as a PyTorch module (arXiv 2406.02528), with the names of the published code: ridgerchu/matmulfreellm.

Every matrix is ternary while it is used and float32 while it learns, gradients pass both roundings as if they were not there. Tokens
are mixed by a gated recurrence of one number of state for a channel.
"""

import torch
from torch import nn
from torch.nn import functional as F

from decoder import RMSNorm

NORM_EPS = 1e-8  # of the norm that every matrix has before it


class Config:
    """The sizes of one model; without `ternary` its matrices and their inputs stay as they are: what the rounding costs."""

    def __init__(self, layers, width, hidden, ternary=True, vocabulary=256, eps=1e-6):
        self.layers, self.width, self.hidden, self.ternary = layers, width, hidden, ternary
        self.vocabulary, self.eps = vocabulary, eps


SIZES = {
    "matmul-free-small": Config(layers=4, width=64, hidden=256),
    "matmul-free-small-float": Config(layers=4, width=64, hidden=256, ternary=False),
}


def straight_through(x, rounded):
    return x + (rounded - x).detach()


def int8(x):
    """The nearest of 255 equal steps up to the largest number of a token."""
    scale = 127 / x.abs().amax(-1, keepdim=True).clamp_min(1e-5)
    return (x * scale).round().clamp(-128, 127) / scale


def ternary(weight):
    """The nearest of minus one, zero and one, times the mean magnitude of the matrix."""
    scale = 1 / weight.abs().mean().clamp_min(1e-5)
    return (weight * scale).round().clamp(-1, 1) / scale


class BitLinear(nn.Linear):
    def __init__(self, inputs, outputs, config):
        super().__init__(inputs, outputs, bias=False)
        self.norm, self.ternary = RMSNorm(inputs, NORM_EPS), config.ternary
        nn.init.xavier_uniform_(self.weight, gain=2**-2.5)

    def forward(self, x):
        x = self.norm(x)
        if not self.ternary:
            return F.linear(x, self.weight)
        return F.linear(straight_through(x, int8(x)), straight_through(self.weight, ternary(self.weight)))


class Recurrence(torch.autograd.Function):
    """h_t = f_t h_(t-1) + i_t over the first axis. One operation, since autograd over a loop of small steps is several times slower."""

    @staticmethod
    def forward(context, f, i):
        h = i.clone()
        for t in range(1, len(h)):
            h[t].addcmul_(f[t], h[t - 1])
        context.save_for_backward(f, h)
        return h

    @staticmethod
    def backward(context, gradient):
        f, h = context.saved_tensors
        gi, gf = gradient.clone(), torch.zeros_like(f)
        for t in range(len(h) - 2, -1, -1):
            gi[t].addcmul_(f[t + 1], gi[t + 1])
        gf[1:] = gi[1:] * h[:-1]
        return gf, gi


class TokenMixer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.i_proj, self.f_proj, self.g_proj, self.o_proj = (BitLinear(config.width, config.width, config) for _ in range(4))
        self.g_norm = RMSNorm(config.width, config.eps)

    def forward(self, x, bound):
        """x [batch, length, width]; `bound` [width]: what no forget gate falls below."""
        f = bound + (1 - bound) * self.f_proj(x).sigmoid()
        i = F.silu(self.i_proj(x)) * (1 - f)
        h = Recurrence.apply(f.transpose(0, 1).contiguous(), i.transpose(0, 1).contiguous()).transpose(0, 1)
        return self.o_proj(self.g_norm(self.g_proj(x)) * F.silu(h))


class ChannelMixer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate_proj = BitLinear(config.width, 2 * config.hidden, config)
        self.down_proj = BitLinear(config.hidden, config.width, config)

    def forward(self, x):
        gate, up = self.gate_proj(x).chunk(2, -1)
        return self.down_proj(F.silu(gate) * up)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attn, self.mlp = TokenMixer(config), ChannelMixer(config)
        self.attn_norm, self.mlp_norm = RMSNorm(config.width, config.eps), RMSNorm(config.width, config.eps)

    def forward(self, x, bound):
        x = x + self.attn(self.attn_norm(x), bound)
        return x + self.mlp(self.mlp_norm(x))


class Model(nn.Module):
    """ids [batch, length] to logits [batch, length, vocabulary]. The head is a ternary matrix of its own."""

    PREFIX, EMBEDDING = "model.", "embeddings"

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embeddings = nn.Embedding(config.vocabulary, config.width)
        nn.init.normal_(self.embeddings.weight, std=0.02)
        self.lower_bounds = nn.Parameter(torch.zeros(config.layers, config.width))
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.width, config.eps)
        self.lm_head = BitLinear(config.width, config.vocabulary, config)

    def embed(self, ids):
        return self.embeddings(ids) * self.config.width**0.5

    def bounds(self):
        """What the forget gates of each layer do not fall below, [layers, width]: nothing in the first, more in each."""
        shares = self.lower_bounds.softmax(0)
        return shares.cumsum(0) - shares[0]

    def forward(self, ids, capture=None, hidden=None):
        """`hidden`, a list, gets the residual stream, layer by layer."""
        x, bounds = self.embed(ids), self.bounds()
        for layer, bound in zip(self.layers, bounds):
            if hidden is not None:
                hidden.append(x)
            x = layer(x, bound)
        if hidden is not None:
            hidden.append(x)
        return self.lm_head(self.norm(x))


def config_json(config, context):
    """Keys of the published code, and `ternary` of our own for a model that is not."""
    told = {"architectures": ["HGRNBitForCausalLM"], "model_type": "hgrn_bit", "attn_mode": "fused_recurrent", "num_heads": 1,
            "expand_ratio": 1, "use_short_conv": False, "use_lower_bound": True, "hidden_ratio": 4,
            "intermediate_size": config.hidden, "max_position_embeddings": context, "rms_norm_eps": config.eps}
    return told if config.ternary else {**told, "ternary": False}


def check():
    """The recurrence and its gradients against a loop that autograd follows."""
    torch.manual_seed(0)
    f, i = (torch.rand(9, 2, 5, dtype=torch.float64).requires_grad_() for _ in range(2))
    assert torch.autograd.gradcheck(Recurrence.apply, (f, i))
    rows = [i[0]]
    for t in range(1, len(i)):
        rows.append(f[t] * rows[-1] + i[t])
    assert torch.allclose(Recurrence.apply(f, i), torch.stack(rows))


if __name__ == "__main__":
    check()
