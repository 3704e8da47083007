"""Training with matrix products in few bits: Quartet's rules (arXiv:2505.14669) and its rivals, on the values of a quantizer.

A product's inputs are quantized before it (forward), and so are the four inputs of the two products of its gradient (backward).
Weights of the optimizer stay in float32. `src/lib/quant/quartet` has the same rules in TypeScript; tests hold one against the other.
"""

import math

import torch
from torch import nn

BLOCK = 32
# QuEST's clip value of a normal distribution at four bits, in standard deviations (arXiv:2502.05003).
GAUSSIAN_CLIP = 2.92247856
E2M1_MAX = 6.0
# The backward pass divides the OCP scale by 3/4, under which nothing reaches 6.
WIDENED = 4 / 3

# What rounds the inputs of a product, and of the products of its gradient.
RECIPES = {
    "bf16": ("bf16", "bf16"),
    "fp8": ("e4m3", "e5m2"),
    "mxfp4": ("absmax", "absmax"),
    "mxfp4-stochastic": ("absmax", "stochastic"),
    "quest-nearest": ("quest", "nearest"),
    "quartet": ("quest", "stochastic"),
    "quartet-floor": ("quest-floor", "stochastic"),
}


def compiled(function):
    """One fused loop for all sizes; the same values."""
    return torch.compile(function, dynamic=True)


def hadamard(size=BLOCK):
    """The orthonormal Hadamard matrix of Sylvester's order."""
    matrix = torch.ones(1, 1)
    while len(matrix) < size:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)], 0)
    return matrix / math.sqrt(size)


def rotate_blocks(x, matrix):
    """Each block of the last axis times `matrix`."""
    return (x.reshape(-1, BLOCK) @ matrix).view_as(x)


def level_step(magnitude):
    """Distance to the next level of E2M1 above a magnitude below 6."""
    return torch.where(magnitude < 2, 0.5, torch.where(magnitude < 4, 1.0, 2.0))


def nearest_e2m1(x):
    """The nearest of 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives; a tie goes to the smaller magnitude, what is beyond 6 to 6."""
    magnitude = x.abs().clamp(max=E2M1_MAX)
    step = level_step(magnitude)
    return torch.copysign(torch.ceil(magnitude / step - 0.5) * step, x)


def stochastic_e2m1(x, uniform):
    """One of the two levels around |x| <= 6, so that the mean over `uniform` in [0, 1) is x."""
    magnitude = x.abs()
    step = level_step(magnitude)
    return torch.copysign(torch.floor(magnitude / step + uniform) * step, x)


def power_below(x):
    """The power of two at or below a normal float32 x > 0: its exponent bits alone."""
    return (x.view(torch.int32) & 0x7F800000).view(torch.float32)


def quest_scale(blocks, floor):
    """Scale of each row [rows, 1]: 2.92 standard deviations at 6, to the nearest power of two or, as released, the one below."""
    deviation = (blocks.square().mean(1, keepdim=True) - blocks.mean(1, keepdim=True).square()).clamp(min=0).sqrt()
    exact = GAUSSIAN_CLIP / E2M1_MAX * deviation + 1e-8
    return power_below(exact if floor else exact * math.sqrt(2))


@compiled
def quest_blocks(blocks, floor):
    scaled = blocks / (scale := quest_scale(blocks, floor))
    return nearest_e2m1(scaled) * scale, scaled.abs() < E2M1_MAX


def quest(x, floor=False):
    """Values of QuEST's projection, and where the gradient passes: |x / scale| < 6."""
    values, mask = quest_blocks(x.reshape(-1, BLOCK), floor)
    return values.view_as(x), mask.view_as(x)


def absmax_scale(blocks):
    """The OCP rule: the largest magnitude of each row has E2M1's largest exponent, 2. A row of zeros gets 1."""
    largest = blocks.abs().amax(1, keepdim=True)
    return torch.where(largest > 0, power_below(largest.clamp(min=1e-30)) / 4, 1.0)


@compiled
def nearest_blocks(blocks, widen):
    scale = absmax_scale(blocks) * widen
    return nearest_e2m1(blocks / scale) * scale


@compiled
def stochastic_blocks(blocks, uniform):
    scale = absmax_scale(blocks) * WIDENED
    return stochastic_e2m1(blocks / scale, uniform) * scale


def absmax(x):
    """MXFP4 by the OCP rule: what is beyond 6 scales is clipped."""
    return nearest_blocks(x.reshape(-1, BLOCK), 1.0).view_as(x)


def stochastic(x, draw):
    """Quartet's unbiased rounding of a gradient's factor."""
    blocks = x.reshape(-1, BLOCK)
    return stochastic_blocks(blocks, torch.rand(blocks.shape, generator=draw)).view_as(x)


def nearest(x):
    """The same scale with rounding to nearest."""
    return nearest_blocks(x.reshape(-1, BLOCK), WIDENED).view_as(x)


def float8(x, dtype):
    """Values of an 8-bit float whose largest number is the tensor's largest magnitude."""
    scale = x.abs().max().clamp(min=1e-30) / torch.finfo(dtype).max
    return (x / scale).to(dtype).to(x.dtype) * scale


def round_forward(x, rule, matrix):
    """A factor of a product as the rule has it, and the mask of its gradient or None."""
    if rule.startswith("quest"):
        return quest(rotate_blocks(x, matrix), floor=rule == "quest-floor")
    return {"bf16": lambda: x.bfloat16().to(x.dtype), "e4m3": lambda: float8(x, torch.float8_e4m3fn), "absmax": lambda: absmax(x)}[rule](), None


def round_backward(x, rule, matrix, draw):
    """A factor of a product of the gradient; `matrix` is the step's Hadamard matrix with random signs."""
    if rule in ("stochastic", "nearest"):
        rotated = rotate_blocks(x, matrix)
        return stochastic(rotated, draw) if rule == "stochastic" else nearest(rotated)
    return {"bf16": lambda: x.bfloat16().to(x.dtype), "e5m2": lambda: float8(x, torch.float8_e5m2), "absmax": lambda: absmax(x)}[rule]()


class Product(torch.autograd.Function):
    """x [tokens, inputs] times the transpose of w [outputs, inputs]; all sizes are multiples of 32."""

    @staticmethod
    def forward(ctx, x, w, layer):
        forward, ctx.rule = RECIPES[layer.recipe]
        (xq, x_mask), (wq, w_mask) = (round_forward(factor, forward, layer.matrix) for factor in (x, w))
        ctx.layer, ctx.rotated = layer, forward.startswith("quest")
        ctx.save_for_backward(xq, wq, x_mask, w_mask)
        return xq @ wq.T

    @staticmethod
    def backward(ctx, grad):
        xq, wq, x_mask, w_mask = ctx.saved_tensors
        draw, matrix = ctx.layer.draw, ctx.layer.matrix
        if ctx.rule in ("stochastic", "nearest"):
            signs = torch.randint(0, 2, (BLOCK, 1), generator=draw).to(matrix.dtype) * 2 - 1
            matrix = signs * matrix
        rounded = [round_backward(t.contiguous(), ctx.rule, matrix, draw) for t in (grad, wq.T, grad.T, xq.T)]
        grads = (rounded[0] @ rounded[1].T, x_mask), (rounded[2] @ rounded[3].T, w_mask)
        return *(rotate_blocks(g * mask, ctx.layer.matrix.T) if ctx.rotated else g for g, mask in grads), None


class Linear(nn.Linear):
    """A linear map without bias whose products are rounded by a recipe; `draw` is the generator of the backward pass."""

    def prepare(self, recipe, draw):
        self.recipe, self.draw, self.matrix = recipe, draw, hadamard()
        return self

    def forward(self, x):
        return Product.apply(x.reshape(-1, x.shape[-1]), self.weight, self).view(*x.shape[:-1], -1)


def with_recipe(model, recipe, draw):
    """Replaces each linear map of a model's layers; embedding and head stay as they are."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Linear):
                linear = Linear(child.in_features, child.out_features, bias=False).prepare(recipe, draw)
                linear.weight = child.weight
                setattr(parent, name, linear)
    return model
