"""The picture classifier in fixed-point numbers whose binary points are trained (QFX, arXiv:2401.17544): every operation casts its output.

A number has `word` bits, f of them behind the point; f is a real number while it is trained and used rounded. Norms are folded into
weights and biases before. Sums of products are exact in float32 up to words of 8 bits, so a pass is that of a circuit, bit for bit.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from picture_net import STRIDES


class Cast(torch.autograd.Function):
    """round(x 2^f) within the word, ties up, over 2^f; the gradient passes inside the word, and f has that of its step 2^-f."""

    @staticmethod
    def forward(ctx, x, point, word):
        f = point.round()
        least, most = -(2.0 ** (word - 1)), 2.0 ** (word - 1) - 1
        steps = x * 2**f
        whole = (steps + 0.5).floor().clamp(least, most)
        ctx.save_for_backward(steps, whole, f)
        ctx.ends = (least, most)
        return whole / 2**f

    @staticmethod
    def backward(ctx, grad):
        steps, whole, f = ctx.saved_tensors
        inside = (steps >= ctx.ends[0]) & (steps <= ctx.ends[1])
        slope = torch.where(inside, whole - steps, whole)
        return grad * inside, (grad * slope).sum() * (-math.log(2) / 2**f), None


def hot_table(word, terms):
    """For each integer of a word the sum of at most `terms` signed powers of two that stand for it, the nearest taken first."""
    rest = torch.arange(-(2 ** (word - 1)), 2 ** (word - 1)).double()
    found = torch.zeros_like(rest)
    for _ in range(terms):
        below = rest.abs().clamp(min=1).log2().floor()
        power = rest.sign() * 2 ** (below + (rest.abs() >= 1.5 * 2**below))
        found, rest = found + power, rest - power
    return found.float()


class Point(nn.Module):
    """A cast with a point of its own; the first batch places it so that its largest magnitude fits."""

    def __init__(self, word, is_trained):
        super().__init__()
        self.word = word
        self.point = nn.Parameter(torch.tensor(math.nan), requires_grad=is_trained)

    def forward(self, x):
        if self.point.isnan():
            self.point.data.fill_(self.word - 1 - math.ceil(math.log2(x.detach().abs().max())))
        return Cast.apply(x, self.point, self.word)


class FixedNet(nn.Module):
    """The layers of `folded` in fixed point; `terms` above 0 allows a weight as many signed powers of two."""

    def __init__(self, folded, word, is_trained, terms=0):
        super().__init__()
        self.word = word
        self.weights, self.biases, points = nn.ParameterList(), nn.ParameterList(), {"input": Point(word, is_trained)}
        for n, (levels, factor, addend) in enumerate(folded):
            self.weights.append(nn.Parameter(levels * factor.view(-1, *[1] * (levels.ndim - 1))))
            self.biases.append(nn.Parameter(addend.clone()))
            points.update({f"{what}{n}": Point(word, is_trained) for what in ("weight", "product", "bias", "sum")})
        points["mean"] = Point(word, is_trained)
        self.points = nn.ModuleDict(points)
        self.hot = hot_table(word, terms) if terms > 0 else None

    def weight(self, n):
        """A layer's weights as they multiply."""
        w = self.points[f"weight{n}"](self.weights[n])
        if self.hot is None:
            return w
        step = 2 ** -self.points[f"weight{n}"].point.detach().round()
        hot = self.hot[(w.detach() / step).long() + 2 ** (self.word - 1)] * step
        return w + (hot - w).detach()

    def layer(self, n, x, product):
        x = self.points[f"product{n}"](product(x, self.weight(n)))
        bias = self.points[f"bias{n}"](self.biases[n])
        return self.points[f"sum{n}"](x + bias.view(-1, *[1] * (x.ndim - 2)))

    def forward(self, x):
        x = self.points["input"](x)
        for n, stride in enumerate(STRIDES):
            x = F.relu(self.layer(n, x, lambda x, w: F.conv2d(x, w, stride=stride, padding=1)))
        return self.layer(len(STRIDES), self.points["mean"](x.mean((2, 3))), F.linear)


def check():
    """Training from a point three off ends at that of least squared error; the slopes are those of the definition."""
    torch.manual_seed(0)
    x = torch.randn(2048)
    error = lambda f: (Cast.apply(x, torch.tensor(float(f)), 6) - x).square().mean().item()
    best = min(range(-2, 10), key=error)
    for off in (-3, 3):
        point = nn.Parameter(torch.tensor(float(best + off)))
        optimizer = torch.optim.Adam([point], 0.1)
        for _ in range(100):
            optimizer.zero_grad()
            (Cast.apply(x, point, 6) - x).square().mean().backward()
            optimizer.step()
        assert error(point.round().item()) <= 1.001 * error(best), (off, point.item(), best)
    assert hot_table(8, 4).tolist() == list(range(-128, 128)) and hot_table(8, 2)[7 + 128] == 7


if __name__ == "__main__":
    check()
