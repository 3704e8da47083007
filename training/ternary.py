"""Binary and ternary weights with elastic activations: TBT's quantizers and their gradients (arXiv:2306.01841; code of its authors).

Weights have a scale that statistics of their row give; activations one learned scale for each tensor, or in 8 bits the largest
magnitude of each row. Embedding, norms and head stay as they are.
"""

import math

import torch
from torch import nn

import decoder

LEAST_SCALE = 1e-5


class Binary(torch.autograd.Function):
    """The row's mean magnitude times signs, 0 counting as +; the gradient passes unchanged."""

    @staticmethod
    def forward(ctx, w):
        return w.abs().mean(1, keepdim=True) * torch.where(w < 0, -1.0, 1.0)

    @staticmethod
    def backward(ctx, grad):
        return grad


class Ternary(torch.autograd.Function):
    """A scale of the row times -1, 0, 1; the gradient passes unchanged. Scales: 4/3 of the row's mean magnitude or the mean itself, with
    values up to half of it at 0 (TBT, BitNet b1.58); or values up to 0.7 of the mean at 0, and the mean magnitude of the others (TWN)."""

    @staticmethod
    def forward(ctx, w, rule):
        mean = w.abs().mean(1, keepdim=True)
        if rule == "survivors":
            alive = w.abs() > 0.7 * mean
            return (w.abs() * alive).sum(1, keepdim=True) / alive.sum(1, keepdim=True).clamp(min=1) * alive * w.sign()
        scale = ((4 / 3 if rule == "four-thirds" else 1) * mean).clamp(min=1e-30)
        return scale * (w / scale).clamp(-1, 1).round()

    @staticmethod
    def backward(ctx, grad):
        return grad, None


class Elastic(torch.autograd.Function):
    """An activation x as levels times a learned scale; `span` is the lowest and the highest level, (-1, 1) of one bit has no 0."""

    @staticmethod
    def forward(ctx, x, scale, span, has_zero):
        a, (low, high) = scale.clamp(min=LEAST_SCALE), span
        ratio = x / a
        levels = ratio.round().clamp(low, high) if has_zero else torch.where(x < 0, -1.0, 1.0)
        ctx.save_for_backward(ratio, levels)
        ctx.span, ctx.has_zero = span, has_zero
        return levels * a

    @staticmethod
    def backward(ctx, grad):
        ratio, levels = ctx.saved_tensors
        low, high = ctx.span
        inside = (ratio > low) & (ratio < high)
        # Below and above the range the level is its end; inside, the error of rounding.
        slope = torch.where(inside, levels - ratio, levels) if ctx.has_zero else levels
        scale_grad = (grad * slope).sum() / math.sqrt(grad.numel() * max(1, high))
        return grad * inside, scale_grad.view(1), None, None


def rows_of_8_bits(x):
    """Symmetric 8 bits, the largest magnitude of each row at 127; the gradient passes unchanged."""
    scale = x.abs().amax(-1, keepdim=True).clamp(min=LEAST_SCALE) / 127
    return x + ((x / scale).round() * scale - x).detach()


class Activation(nn.Module):
    """A quantizer of one tensor in 1, 2, 8 or 32 bits; `signed` is false for what is never negative. Its scale begins by the first batch."""

    def __init__(self, bits, signed=True):
        super().__init__()
        self.bits, self.signed = bits, signed
        self.scale = nn.Parameter(torch.full((1,), math.nan)) if bits < 8 else None

    def begin(self, x):
        # 2 mean|x| / sqrt(Qp) with a sign, Qp = 1 for both; 4 mean|x| / sqrt(2^b - 1) without.
        factor = 2 if self.signed else 4 / math.sqrt(2**self.bits - 1)
        self.scale.data.fill_(factor * x.detach().abs().mean())

    def forward(self, x):
        if self.bits == 32:
            return x
        if self.bits == 8:
            return rows_of_8_bits(x)
        if self.scale.isnan():
            self.begin(x)
        if self.signed:
            return Elastic.apply(x, self.scale, (-1, 1), self.bits == 2)
        # Never negative: levels 0 and 1, or 0, 1 and 2 from the least value on.
        least = x.detach().amin() if self.bits == 2 else 0.0
        return Elastic.apply(x - least, self.scale, (0, self.bits), True) + least


class Linear(nn.Linear):
    """A linear map of quantized weights and inputs."""

    def prepare(self, weight_bits, activation_bits, rule):
        self.weight_bits, self.rule, self.activation = weight_bits, rule, Activation(activation_bits)
        return self

    def forward(self, x):
        weight = Binary.apply(self.weight) if self.weight_bits == 1 else Ternary.apply(self.weight, self.rule)
        return nn.functional.linear(self.activation(x), weight)


class Attention(decoder.Attention):
    """The decoder's attention whose queries, keys, values and weights are quantized too."""

    def prepare(self, activation_bits):
        self.query, self.key, self.value = (Activation(activation_bits) for _ in range(3))
        self.shares = Activation(activation_bits, signed=False)
        return self

    def forward(self, x, cos, sin, mask, capture=None, past=None):
        config, (batch, length, _) = self.config, x.shape
        q, k, v = (p(x).view(batch, length, -1, config.head_dim).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))
        q, k, v = self.query(decoder.rotate(q, cos, sin)), self.key(decoder.rotate(k, cos, sin)), self.value(v)
        group = config.heads // config.kv_heads
        grouped = q.reshape(batch, config.kv_heads, group, length, config.head_dim)
        scores = grouped @ k.unsqueeze(2).transpose(-1, -2) / math.sqrt(config.head_dim) + mask
        # Quantized weights of later tokens stay 0, whatever the least level is.
        shares = self.shares(scores.softmax(-1)) * (mask == 0)
        return self.o_proj((shares @ v.unsqueeze(2)).flatten(1, 2).transpose(1, 2).flatten(2))


def quantized(model, weight_bits, activation_bits, rule="four-thirds"):
    """Makes a decoder's layers quantize as they compute; weights stay the same tensors."""
    for layer in model.layers:
        layer.self_attn.__class__ = Attention
        layer.self_attn.prepare(activation_bits)
        for parent in (layer.self_attn, layer.mlp):
            for name, child in list(parent.named_children()):
                if isinstance(child, nn.Linear):
                    child.__class__ = Linear
                    child.prepare(weight_bits, activation_bits, rule)
    return model
