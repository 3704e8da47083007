"""A small convolutional classifier of pictures whose weights are integers or powers of two under one scale a layer.

Ways to hold a weight: float32; integers under a learned scale (LSQ); powers of two and zero, or powers of two alone, as the nearest of a
real number; and DenseShift's latents (arXiv:2208.09708), real numbers whose signs spell the weight. All pass gradients straight through.
"""

import torch
from torch import nn
from torch.nn import functional as F

from vision import read_pictures

SIDE, CLASSES = 16, 10
CHANNELS = (1, 8, 16, 16)
STRIDES = (2, 2, 1)
EPS = 1e-5


def read_small(path):
    """Labels, and pictures of half the side [count, 1, 16, 16], uint8 sums of four pixels less 512 and over 512: from -1 to 1, exact."""
    labels, pixels = read_pictures(path)
    quads = pixels.view(-1, SIDE, 2, SIDE, 2).short().sum((2, 4))
    return labels.long(), (quads.float() - 512).div(512).unsqueeze(1)


class Step(torch.autograd.Function):
    """1 above 0, else 0; the gradient passes unchanged."""

    @staticmethod
    def forward(ctx, u):
        return (u > 0).float()

    @staticmethod
    def backward(ctx, grad):
        return grad


class Scaled(torch.autograd.Function):
    """scale times the level nearest to w / scale; the slope of the scale is the level's error inside, the end beyond (LSQ)."""

    @staticmethod
    def forward(ctx, w, scale, nearest, most):
        ratio = w / scale
        levels = nearest(ratio)
        ctx.save_for_backward(ratio, levels)
        ctx.most = most
        return levels * scale

    @staticmethod
    def backward(ctx, grad):
        ratio, levels = ctx.saved_tensors
        inside = ratio.abs() <= ctx.most
        slope = torch.where(inside, levels - ratio, levels)
        return grad * inside, (grad * slope).sum().view(1), None, None


def signs(w):
    return torch.where(w < 0, -1.0, 1.0)


def nearest_power(magnitude, most):
    """Exponents 0 … most of the powers of two nearest to magnitudes, midway the upper one."""
    below = magnitude.clamp(min=1).log2().floor()
    return (below + (magnitude >= 1.5 * 2**below)).clamp(0, most)


def initial(shape):
    fan_in = shape[1:].numel()
    return torch.randn(shape) * (2 / fan_in) ** 0.5


class Float(nn.Module):
    def __init__(self, shape, bits, sigma):
        super().__init__()
        self.weight = nn.Parameter(initial(shape))

    def levels(self):
        return self.weight

    def forward(self):
        return self.weight


class Nearest(nn.Module):
    """Levels under a learned scale, the nearest to a real number."""

    def __init__(self, shape, bits, sigma):
        super().__init__()
        self.bits, weight = bits, initial(shape)
        self.weight = nn.Parameter(weight)
        self.scale = nn.Parameter(self.begin(weight).view(1))

    def levels(self):
        return self.nearest(self.weight / self.scale)

    def forward(self):
        return Scaled.apply(self.weight, self.scale, self.nearest, self.most())


class Int(Nearest):
    """Integers from -(2^(bits-1) - 1) to 2^(bits-1) - 1."""

    def most(self):
        return 2 ** (self.bits - 1) - 1

    def begin(self, weight):
        return 2 * weight.abs().mean() / self.most() ** 0.5

    def nearest(self, ratio):
        return ratio.round().clamp(-self.most(), self.most())


class ShiftZero(Nearest):
    """0 and signed powers of two, 2^0 … 2^(2^(bits-1) - 2)."""

    def steps(self):
        return 2 ** (self.bits - 1) - 2

    def most(self):
        return 1.5 * 2 ** self.steps()

    def begin(self, weight):
        return weight.abs().max() / self.most()

    def nearest(self, ratio):
        return signs(ratio) * (ratio.abs() > 0.5) * 2 ** nearest_power(ratio.abs(), self.steps())


class ShiftRounded(ShiftZero):
    """Signed powers of two without a zero, 2^0 … 2^(2^(bits-1) - 1)."""

    def steps(self):
        return 2 ** (self.bits - 1) - 1

    def nearest(self, ratio):
        return signs(ratio) * 2 ** nearest_power(ratio.abs(), self.steps())


class DenseShift(nn.Module):
    """Signed powers of two without a zero, spelled by the signs of latents: S_t = H(u_t) (S_(t-1) + 1)."""

    def __init__(self, shape, bits, sigma):
        super().__init__()
        self.latents = nn.Parameter(sigma * torch.randn(2 ** (bits - 1), *shape))
        root_mean_square = self.levels().square().mean().sqrt()
        self.scale = nn.Parameter(((2 / shape[1:].numel()) ** 0.5 / root_mean_square).detach().view(1))

    def levels(self):
        shift = torch.zeros_like(self.latents[0])
        for latent in self.latents[1:]:
            shift = Step.apply(latent) * (shift + 1)
        return (2 * Step.apply(self.latents[0]) - 1) * 2**shift

    def forward(self):
        return self.levels() * self.scale


WAYS = {"float": Float, "int": Int, "shift-zero": ShiftZero, "shift-rounded": ShiftRounded, "dense-shift": DenseShift}


class Net(nn.Module):
    """Three convolutions with batch norm and ReLU, the mean of every channel, a linear layer."""

    def __init__(self, way, bits=0, sigma=1e-3):
        super().__init__()
        shapes = [torch.Size((o, i, 3, 3)) for i, o in zip(CHANNELS, CHANNELS[1:])] + [torch.Size((CLASSES, CHANNELS[-1]))]
        self.weights = nn.ModuleList(WAYS[way](shape, bits, sigma) for shape in shapes)
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels, EPS) for channels in CHANNELS[1:])
        self.bias = nn.Parameter(torch.zeros(CLASSES))

    def forward(self, x):
        for weight, norm, stride in zip(self.weights, self.norms, STRIDES):
            x = F.relu(norm(F.conv2d(x, weight(), stride=stride, padding=1)))
        return F.linear(x.mean((2, 3)), self.weights[-1](), self.bias)

    def codes(self):
        """Levels of all weights, one after the other."""
        with torch.no_grad():
            return torch.cat([weight.levels().flatten() for weight in self.weights])

    def folded(self):
        """For each layer its levels, and a factor and an addend for each output in which scale and norm are folded."""
        layers = []
        with torch.no_grad():
            for weight, norm in zip(self.weights, list(self.norms) + [None]):
                scale = getattr(weight, "scale", torch.ones(1))
                if norm is None:
                    factor, addend = scale.expand(CLASSES), self.bias
                else:
                    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
                    factor, addend = gain * scale, norm.bias - norm.running_mean * gain
                layers.append((weight.levels().clone(), factor.clone(), addend.clone()))
        return layers


def judged(model, labels, pictures):
    """How many pictures are named rightly, and the cross-entropy."""
    with torch.no_grad():
        logits = torch.cat([model(part) for part in pictures.split(512)]).double()
    return {"right": int((logits.argmax(-1) == labels).sum()), "pictures": len(labels),
            "loss": F.cross_entropy(logits, labels).item()}
