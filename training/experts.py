"""Decoders whose networks are mixtures of experts: Mixtral's (the plain one), MoE++, SmallThinker and BlockFFN.

While training every expert runs for every token and is weighed by its gate, most of them by zero: at these widths one
product over all experts is faster than picking their rows.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

import decoder
from decoder import RMSNorm

CONSTANT = 2  # experts of MoE++ beside those of its networks: two constant ones, then a copy, then none


class Config(decoder.Config):
    """A decoder of `experts` networks of width `hidden` a layer, of which the rule named by `kind` picks some."""

    def __init__(self, kind, experts, active, balance=0.0, tau=1.0, locality=0.0, sparsity=0.0, **sizes):
        super().__init__(**sizes)
        self.kind, self.experts, self.active = kind, experts, active
        self.balance, self.tau, self.locality, self.sparsity = balance, tau, locality, sparsity
        self.gated = kind != "blockffn"
        self.zero_computation = CONSTANT + 2 if kind == "moepp" else 0
        self.routed = experts + self.zero_computation


BODY = {"layers": 4, "width": 64, "heads": 4, "kv_heads": 2}
SIZES = {
    "mixture-small": Config("mixtral", 8, 2, balance=0.01, hidden=44, **BODY),
    "mixture-small-zero": Config("moepp", 8, 2, balance=0.01, tau=0.75, hidden=44, **BODY),
    "mixture-small-early": Config("smallthinker", 8, 2, balance=0.01, hidden=44, **BODY),
    "blockffn-small": Config("blockffn", 40, 40, locality=2e-3, sparsity=0.3, hidden=8, **BODY),
    "blockffn-small-plain": Config("blockffn", 40, 40, hidden=8, **BODY),
}


KINDS = {
    "mixtral": "Mixtral-style mixture of experts",
    "moepp": "mixture of experts after MoE++ (arXiv:2410.07348)",
    "smallthinker": "mixture of experts after SmallThinker (arXiv:2507.20984)",
    "blockffn": "mixture of experts after BlockFFN (arXiv:2507.08771)",
}


def kind(config):
    """The model in a few words, for its card."""
    return KINDS[config.kind]


def networks(config):
    """The networks of a layer, for the card."""
    if config.kind == "blockffn":
        return (f"{config.experts} experts of two matrices and {config.hidden} neurons with SiLU; a token passes those with a score above zero, "
                "times the scores after an RMS norm.")
    chosen = f"{config.experts} experts of {config.hidden} gated neurons, of which a token passes the {config.active} likeliest"
    return {
        "mixtral": f"{chosen}.",
        "moepp": f"{chosen} or, beside them, of {CONSTANT} that mix in a learned vector, one that copies and one that gives nothing; scores of the "
                 "layer before are added through a matrix.",
        "smallthinker": f"{chosen}, gates with ReLU; the router reads the stream that enters the layer, before attention.",
    }[config.kind]


def losses(config):
    """What training adds to the loss, for the card."""
    if config.kind == "blockffn":
        if config.sparsity == 0:
            return "No loss asks for sparsity. "
        return f"Two losses are added: {config.locality:g} times that of activation locality, {config.sparsity:g} times that of sparse chunks of 64 tokens. "
    idle = f", experts without matrices weighed by {config.tau:g}" if config.kind == "moepp" else ""
    return f"A loss for balance is added, times {config.balance:g}{idle}. "


def top(scores, active):
    """Softmax over all scores, the largest `active` of it, as they are, with zeros elsewhere."""
    p = scores.softmax(-1)
    best = p.topk(active, -1).indices
    return p, torch.zeros_like(p).scatter(-1, best, p.gather(-1, best))


class Mixture(nn.Module):
    """x [batch, length, width] to the mixture's update; `extra` is the loss of this layer's router in the last pass."""

    def __init__(self, config, layer):
        super().__init__()
        self.config, width, inner = config, config.width, config.experts * config.hidden
        self.router = nn.Linear(width, config.routed, bias=False)
        self.gate_proj = nn.Linear(width, inner, bias=False) if config.gated else None
        self.up_proj, self.down_proj = nn.Linear(width, inner, bias=False), nn.Linear(inner, width, bias=False)
        if config.kind == "blockffn":
            self.router_norm = RMSNorm(config.experts, config.eps)
        if config.kind == "moepp":
            self.constant = nn.Parameter(torch.randn(CONSTANT, width) * 0.02)
            self.constant_router = nn.Linear(width, 2 * CONSTANT, bias=False)
            self.residual = nn.Linear(config.routed, config.routed, bias=False) if layer > 0 else None

    def gates(self, scores):
        """Weights of the experts [batch, length, routed]; sets `extra` while training."""
        config = self.config
        if config.kind == "blockffn":
            active = F.relu(scores)
            if self.training:
                self.extra = config.locality * locality_loss(scores) + config.sparsity * chunk_loss(active)
            return self.router_norm(active)
        p, chosen = top(scores, config.active)
        if self.training:
            self.extra = config.balance * balance_loss(p, chosen, config)
        if config.kind == "moepp":
            chosen = torch.cat([chosen[..., :-1], torch.zeros_like(chosen[..., -1:])], -1)
        return chosen / chosen.sum(-1, keepdim=True).clamp_min(1e-20)

    def forward(self, x, routed_by, before, capture=None):
        config = self.config
        scores = self.router(routed_by)
        if before is not None and config.kind == "moepp" and self.residual is not None:
            scores = scores + self.residual(before)
        gates = self.gates(scores)
        up = self.up_proj(x)
        if config.gated:
            gate = self.gate_proj(x)
            hidden = (F.relu(gate) if config.kind == "smallthinker" else F.silu(gate)) * up
        else:
            hidden = F.silu(up)
        weights = gates[..., :config.experts].repeat_interleave(config.hidden, -1)
        y = self.down_proj(hidden * weights)
        if config.kind == "moepp":
            y = y + self.zero_computation(x, gates[..., config.experts:])
        if capture is not None:
            capture("mlp.scores", scores)
        return y, scores

    def zero_computation(self, x, gates):
        mix = self.constant_router(x).unflatten(-1, (CONSTANT, 2)).softmax(-1)
        constant = mix[..., :1] * x.unsqueeze(-2) + mix[..., 1:] * self.constant
        return (gates[..., :CONSTANT, None] * constant).sum(-2) + gates[..., CONSTANT:CONSTANT + 1] * x


def balance_loss(p, chosen, config):
    """Share of the tokens times mean probability, over the experts; MoE++ weighs those that compute nothing by tau."""
    share = (chosen > 0).float().flatten(0, -2).mean(0)
    eta = torch.ones(config.routed)
    eta[config.experts:] = config.tau
    return config.routed / config.active * (eta * share * p.flatten(0, -2).mean(0)).sum()


def locality_loss(scores, steepness=1.0):
    """Cross-entropy of a token's activation with that of the one before."""
    target = torch.sigmoid(steepness * scores[:, 1:]).detach()
    return F.binary_cross_entropy_with_logits(steepness * scores[:, :-1], target)


def chunk_loss(active, length=64):
    """Expected share of the experts that some token of a chunk asks for."""
    p = active / (active.sum(-1, keepdim=True) + 1e-5)
    unused = torch.log(1 - p + 1e-5).unflatten(1, (-1, length)).sum(2).exp()
    return 1 - unused.mean()


class Layer(decoder.Layer):
    def __init__(self, config, layer):
        super().__init__(config)
        self.mlp = Mixture(config, layer)

    def forward(self, x, cos, sin, mask, capture=None, before=None):
        early, x = x, x + self.self_attn(self.input_layernorm(x), cos, sin, mask, capture)
        own = self.post_attention_layernorm(x)
        routed_by = early if self.mlp.config.kind == "smallthinker" else own
        update, scores = self.mlp(own, routed_by, before, capture)
        return x + update, scores


class Model(decoder.Model):
    def __init__(self, config):
        super().__init__(config)
        self.layers = nn.ModuleList(Layer(config, layer) for layer in range(config.layers))
        self.initialize()
        for layer in self.layers:
            nn.init.normal_(layer.mlp.router.weight, std=0.02 if config.kind != "blockffn" else config.width**-0.5)
            # An expert is as wide as it is, whatever stands beside it.
            nn.init.normal_(layer.mlp.down_proj.weight,
                            std=(config.hidden * min(config.active, 8))**-0.5 / math.sqrt(2 * config.layers))

    def forward(self, ids, capture=None, hidden=None):
        length, like = ids.shape[1], self.embed_tokens.weight
        cos, sin = decoder.rotation(self.config, length, like)
        mask = self.attention_mask(length, like)
        x, before = self.embed(ids), None
        for index, layer in enumerate(self.layers):
            if hidden is not None:
                hidden.append(x)
            x, before = layer(x, cos, sin, mask, capture and (
                lambda name, t: capture(f"model.layers.{index}.{name}", t)), before)
        if hidden is not None:
            hidden.append(x)
        return self.head(self.norm(x))

    def extra_loss(self):
        """The losses of all routers in the last pass."""
        return sum(layer.mlp.extra for layer in self.layers)


NAMES = {
    "mixtral": ("MixtralForCausalLM", "mixtral"),
    "moepp": ("MoEPlusPlusForCausalLM", "moe_plus_plus"),
    "smallthinker": ("SmallThinkerForCausalLM", "smallthinker"),
    "blockffn": ("BlockFFNForCausalLM", "blockffn"),
}


def config_json(config, context):
    """Keys of the family as it is published, of those that are not published our own."""
    architecture, kind = NAMES[config.kind]
    told = {**decoder.config_json(config, context), "architectures": [architecture], "model_type": kind}
    if config.kind == "smallthinker":
        return {**told, "moe_num_primary_experts": config.experts, "moe_num_active_primary_experts": config.active,
                "moe_ffn_hidden_size": config.hidden, "moe_primary_router_apply_softmax": True,
                "rope_layout": [1] * config.layers, "sliding_window_layout": [0] * config.layers}
    told["num_local_experts"] = config.experts
    if config.kind != "blockffn":
        told["num_experts_per_tok"] = config.active
    if config.kind == "mixtral":
        told["sliding_window"] = None
    if config.kind == "moepp":
        told |= {"num_constant_experts": CONSTANT, "num_copy_experts": 1, "num_zero_experts": 1, "gating_residual": True,
                 "expert_input_scale": 1.0}
    return told


# Where a family keeps its router and the matrices of its experts.
PLACES = {
    "mixtral": ("block_sparse_moe.gate", "block_sparse_moe.experts.*.", ("w1", "w3", "w2")),
    "smallthinker": ("block_sparse_moe.primary_router", "block_sparse_moe.experts.*.", ("gate", "up", "down")),
}
PARTS = ("gate_proj", "up_proj", "down_proj")


def places(config, layer):
    """Names of a layer's router and, by part, of an expert's matrix, `*` for its number."""
    router, expert, names = PLACES.get(config.kind, ("mlp.gate", "mlp.experts.*.", PARTS))
    prefix = f"layers.{layer}."
    return f"{prefix}{router}.weight", {part: f"{prefix}{expert}{name}.weight" for part, name in zip(PARTS, names)
                                        if config.gated or part != "gate_proj"}


def publish(state, config):
    """Weights with a matrix for each expert, under the names of the family."""
    found = dict(state)
    for layer in range(config.layers):
        router, matrices = places(config, layer)
        found[router] = found.pop(f"layers.{layer}.mlp.router.weight")
        for part, name in matrices.items():
            pieces = found.pop(f"layers.{layer}.mlp.{part}.weight").split(config.hidden, 1 if part == "down_proj" else 0)
            found |= {name.replace("*", str(e)): piece.contiguous() for e, piece in enumerate(pieces)}
    return found


def unpublish(tensors, config):
    """The weights of `publish` as the module holds them; of a dense decoder all but its networks."""
    if not any(".experts." in name for name in tensors):
        return {name: weight for name, weight in tensors.items() if ".mlp." not in name}
    found = dict(tensors)
    for layer in range(config.layers):
        router, matrices = places(config, layer)
        found[f"layers.{layer}.mlp.router.weight"] = found.pop(router)
        for part, name in matrices.items():
            pieces = [found.pop(name.replace("*", str(e))) for e in range(config.experts)]
            found[f"layers.{layer}.mlp.{part}.weight"] = torch.cat(pieces, 1 if part == "down_proj" else 0)
    return found
