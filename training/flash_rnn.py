"""Recurrent networks with heads (FlashRNN, arXiv 2412.07752): the state of a head reads its own head alone.

gates = R h + W x + b, one block of R for each head; then each cell its own rule. Tokens are one-hot, so W is a table.
"""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

# Gates that read the state, gates that read the input, gates with a bias.
GATES = {"elman": (1, 1, 1), "lstm": (4, 4, 4), "gru": (3, 3, 4), "slstm": (4, 4, 4)}
STATES = {"elman": 1, "lstm": 2, "gru": 1, "slstm": 4}


def elman(wx, ry, b, states):
    return (torch.tanh(wx[0] + ry[0] + b[0]),)


def lstm(wx, ry, b, states):
    i, f, z, o = (w + r + bias for w, r, bias in zip(wx, ry, b))
    c = f.sigmoid() * states[1] + i.sigmoid() * z.tanh()
    return o.sigmoid() * c.tanh(), c


def gru(wx, ry, b, states):
    """One gate reads the state alone, one the input alone."""
    g, n = ry[0] + b[0], wx[2] + b[3]
    r, z = (wx[0] + ry[1] + b[1]).sigmoid(), (wx[1] + ry[2] + b[2]).sigmoid()
    return (z * states[0] + (1 - z) * torch.tanh(n + r * g),)


def slstm(wx, ry, b, states):
    i, f, z, o = (w + r + bias for w, r, bias in zip(wx, ry, b))
    _, c, n, m = states
    kept = F.logsigmoid(f) + m
    top = torch.maximum(kept, i)
    c = (kept - top).exp() * c + (i - top).exp() * z.tanh()
    n = (kept - top).exp() * n + (i - top).exp()
    return o.sigmoid() * c / n, c, n, top


CELLS = {"elman": elman, "lstm": lstm, "gru": gru, "slstm": slstm}


class Config:
    """A recurrent layer over one-hot tokens, and a linear head over as many classes."""

    def __init__(self, cell, heads=4, head_dim=8, vocabulary=2):
        self.cell, self.heads, self.head_dim, self.vocabulary = cell, heads, head_dim, vocabulary


class Model(nn.Module):
    """ids [batch, length] to logits [batch, length, vocabulary]."""

    def __init__(self, config):
        super().__init__()
        self.config, shape = config, (config.heads, config.head_dim)
        recurrent, inputs, biases = GATES[config.cell]
        self.W = nn.Parameter(torch.randn(config.vocabulary, inputs, *shape) * 0.5)
        self.R = nn.Parameter(torch.randn(recurrent, *shape, config.head_dim) * config.head_dim**-0.5)
        bias = torch.zeros(biases, *shape)
        if config.cell == "lstm":
            bias[1] = 1
        if config.cell == "slstm":
            bias[1] = torch.linspace(1, 4, config.head_dim)
        self.b = nn.Parameter(bias)
        self.head = nn.Linear(config.heads * config.head_dim, config.vocabulary)

    def forward(self, ids):
        config, batch = self.config, len(ids)
        inputs = self.W[ids]
        states = [self.R.new_zeros(batch, config.heads, config.head_dim) for _ in range(STATES[config.cell])]
        if config.cell == "slstm":
            states[3] = torch.full_like(states[3], -torch.inf)
        rows = []
        for t in range(ids.shape[1]):
            ry = torch.einsum("ghij,bhj->bghi", self.R, states[0])
            states = CELLS[config.cell](inputs[:, t].unbind(1), ry.unbind(1), self.b, states)
            rows.append(states[0])
        return self.head(torch.stack(rows, 1).flatten(2))


def permutations(letters):
    return list(itertools.permutations(range(letters)))


def products(letters):
    """Table of a group: row a, column b is the number of the permutation that does a, then b. Letters 2: parity."""
    all_of = permutations(letters)
    return torch.tensor([[all_of.index(tuple(b[i] for i in a)) for b in all_of] for a in all_of])


TASKS = {"parity": 2, "s3": 3}


def examples(task, count, length, generator):
    """Words of elements, and the product of each beginning: [count, length] each."""
    table = products(TASKS[task])
    words = torch.randint(len(table), (count, length), generator=generator)
    reached = [words[:, 0]]
    for t in range(1, length):
        reached.append(table[reached[-1], words[:, t]])
    return words, torch.stack(reached, 1)
