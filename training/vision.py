"""A vision Mamba as a PyTorch module: VMamba's block over the patches of a picture (arXiv 2401.10166, figure 3 and section 4.2).

The scan of training is one function in C (`selective_scan.c`), compiled when it is first needed: autograd over a loop of small
tensors takes ten times as long. `python3 training/vision.py` holds it and its gradients against that loop in float64.
"""

import ctypes
import os
import subprocess
import tempfile

import numpy
import torch
from torch import nn
from torch.nn import functional as F

from mamba import initial_time_steps
from mamba import SelectiveScan as LoopScan

DIRECTIONS = 4  # rows, columns, and both backwards


class Config:
    """The sizes of one model: square pictures of one channel, square patches, as many layers of one width."""

    def __init__(self, layers, width, inner, state=16, rank=4, conv=3, image=32, patch=4, classes=10, eps=1e-5):
        self.layers, self.width, self.inner, self.state, self.rank, self.conv = layers, width, inner, state, rank, conv
        self.image, self.patch, self.classes, self.eps = image, patch, classes, eps
        self.side = image // patch


SIZES = {"vision-mamba-small": Config(layers=6, width=64, inner=96)}


def compiled():
    """The functions of selective_scan.c, compiled for this machine beside nothing that is kept."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "selective_scan.c")
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "scan.so")
        subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-shared", "-fPIC", "-o", library, source, "-lm"],
                       check=True)
        return ctypes.CDLL(library)


LIBRARY = []


def call(name, sizes, *tensors):
    if not LIBRARY:
        LIBRARY.append(compiled())
    getattr(LIBRARY[0], name)(*map(ctypes.c_int, sizes), *(ctypes.c_void_p(t.data_ptr()) for t in tensors))


class SelectiveScan(torch.autograd.Function):
    """y_t = C_t h_t with h_t = exp(delta_t A) h_(t-1) + delta_t B_t x_t, all float32 and contiguous.

    x, delta [S, T, inner]; A [K, inner, 16], sequence s takes A[s mod K]; B, C [S, T, 16]; y like x.
    """

    @staticmethod
    def forward(context, x, delta, A, B, C):
        y = torch.empty_like(x)
        sizes = (x.shape[0], A.shape[0], x.shape[1], x.shape[2])
        call("scan_forward", sizes, x, delta, A, B, C, y)
        context.save_for_backward(x, delta, A, B, C)
        return y

    @staticmethod
    def backward(context, gy):
        x, delta, A, B, C = context.saved_tensors
        gradients = [torch.empty_like(x), torch.empty_like(x), *(torch.zeros_like(t) for t in (A, B, C))]
        sizes = (x.shape[0], A.shape[0], x.shape[1], x.shape[2])
        call("scan_backward", sizes, x, delta, A, B, C, gy.contiguous(), *gradients)
        return tuple(gradients)


def loop_scan(x, delta, A, B, C):
    """The same in any precision, by autograd's own operations."""
    by_time = lambda value, k: value[k::A.shape[0]].transpose(0, 1).contiguous()
    rows = [LoopScan.apply(by_time(x, k), by_time(delta, k), A[k], by_time(B, k), by_time(C, k)).transpose(0, 1)
            for k in range(A.shape[0])]
    return torch.stack(rows, 1).flatten(0, 1)


def crossed(x, side):
    """[batch, side * side, channels] row by row, as four sequences: rows, columns, rows and columns backwards."""
    columns = x.unflatten(1, (side, side)).transpose(1, 2).flatten(1, 2)
    return torch.stack([x, columns, x.flip(1), columns.flip(1)], 1)


def merged(y, side):
    """The sum of the four sequences, each put back into the order of rows."""
    rows, columns = y[:, 0] + y[:, 2].flip(1), y[:, 1] + y[:, 3].flip(1)
    return rows + columns.unflatten(1, (side, side)).transpose(1, 2).flatten(1, 2)


class CrossScan(nn.Module):
    """VMamba's SS2D with its gate, tensors by its names."""

    def __init__(self, config):
        super().__init__()
        self.config, inner = config, config.inner
        self.in_proj = nn.Linear(config.width, 2 * inner, bias=False)
        self.conv2d = nn.Conv2d(inner, inner, config.conv, groups=inner, padding=config.conv // 2)
        self.x_proj_weight = nn.Parameter(torch.empty(DIRECTIONS, config.rank + 2 * config.state, inner))
        self.dt_projs_weight = nn.Parameter(torch.empty(DIRECTIONS, inner, config.rank))
        self.dt_projs_bias = nn.Parameter(initial_time_steps(DIRECTIONS * inner).view(DIRECTIONS, inner))
        self.A_logs = nn.Parameter(torch.arange(1, config.state + 1).float().log().repeat(DIRECTIONS * inner, 1))
        self.Ds = nn.Parameter(torch.ones(DIRECTIONS * inner))
        self.out_norm = nn.LayerNorm(inner, config.eps)
        self.out_proj = nn.Linear(inner, config.width, bias=False)

    def forward(self, h):
        config, side = self.config, self.config.side
        x, z = self.in_proj(h).chunk(2, -1)
        grid = x.transpose(1, 2).unflatten(2, (side, side))
        x = F.silu(self.conv2d(grid)).flatten(2).transpose(1, 2)
        xs = crossed(x, side)
        low, B, C = torch.einsum("bktd,kcd->bktc", xs, self.x_proj_weight).split([config.rank, config.state, config.state], -1)
        delta = F.softplus(torch.einsum("bktr,kdr->bktd", low, self.dt_projs_weight) + self.dt_projs_bias[:, None])
        A = -self.A_logs.exp().view(DIRECTIONS, config.inner, config.state)
        scan = SelectiveScan.apply if x.dtype == torch.float32 else loop_scan
        y = scan(*(v.flatten(0, 1).contiguous() for v in (xs, delta)), A, *(v.flatten(0, 1).contiguous() for v in (B, C)))
        y = y.view_as(xs) + xs * self.Ds.view(DIRECTIONS, 1, config.inner)
        return self.out_proj(self.out_norm(merged(y, side)) * F.silu(z))


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.norm = nn.LayerNorm(config.width, config.eps)
        self.op = CrossScan(config)

    def forward(self, h):
        return h + self.op(self.norm(h))


class Model(nn.Module):
    """Pictures [batch, image * image] of numbers from -1 to 1 to logits [batch, classes]: the mean of the patches decides."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.patch_embed = nn.Linear(config.patch**2, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, config.eps)
        self.head = nn.Linear(config.width, config.classes)
        self.initialize()

    def initialize(self):
        for name, weight in self.named_parameters():
            if weight.ndim < 2 or "A_logs" in name or "bias" in name:
                continue
            std = weight[0].numel() ** -0.5 if weight.ndim != 3 else weight.shape[-1] ** -0.5
            nn.init.normal_(weight, std=std / self.config.layers**0.5 if "out_proj" in name else std)

    def patches(self, pictures):
        """[batch, image * image] to [batch, patches, patch * patch], patches and their pixels row by row."""
        side, patch = self.config.side, self.config.patch
        return pictures.view(-1, side, patch, side, patch).transpose(2, 3).flatten(3).flatten(1, 2)

    def forward(self, pictures):
        h = self.patch_embed(self.patches(pictures))
        for layer in self.layers:
            h = layer(h)
        return self.head(self.norm(h).mean(1))


def read_pictures(path, image=32):
    """Labels [count] and grey values [count, image * image], uint8, of a file of export-pictures.ts."""
    raw = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, 1 + image * image)
    return torch.from_numpy(raw[:, 0].copy()), torch.from_numpy(raw[:, 1:].copy())


def scaled(pixels):
    """Grey values 0 to 255 as numbers from -1 to 1."""
    return pixels.float() / 127.5 - 1


def loss_of(model, labels, pixels):
    return F.cross_entropy(model(scaled(pixels)), labels.long())


def logits_of(model, pixels, batch=64):
    with torch.no_grad():
        return torch.cat([model(scaled(part).to(model.head.weight.dtype)) for part in pixels.split(batch)])


def evaluate(model, labels, pixels):
    """Cross-entropy and how many of the pictures are named rightly."""
    logits = logits_of(model, pixels).double()
    return {"loss": F.cross_entropy(logits, labels.long()).item(), "right": int((logits.argmax(-1) == labels).sum()),
            "pictures": len(labels)}


def check():
    """The scan in C and its gradients against the loop in float64."""
    torch.manual_seed(0)
    sequences, directions, tokens, inner, state = 8, 4, 9, 3, 16
    draw = lambda *shape: torch.randn(*shape, dtype=torch.float64)
    inputs = (draw(sequences, tokens, inner), F.softplus(draw(sequences, tokens, inner)), -draw(directions, inner, state).exp(),
              draw(sequences, tokens, state), draw(sequences, tokens, state))
    found = []
    for scan, dtype in ((loop_scan, torch.float64), (SelectiveScan.apply, torch.float32)):
        own = [value.detach().to(dtype).requires_grad_() for value in inputs]
        y = scan(*own)
        (y * y).sum().backward()
        found.append([y.detach(), *(value.grad for value in own)])
    for expected, actual in zip(*found):
        assert torch.allclose(expected, actual.double(), rtol=1e-4, atol=1e-4 * expected.abs().max().item())


if __name__ == "__main__":
    check()
