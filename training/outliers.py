"""Gives a model outlier channels without changing its function: one factor up, its inverse where it is undone."""

import mamba

# Rotary pairs (c, c + head_dim / 2) of every key/value head; a pair must share its factor, for rotation mixes it.
KEY_PAIRS = {2: 16, 5: 8}
# Channels of the residual stream, scaled in the gain of every norm, and hidden channels of every MLP.
NORM_CHANNELS = {11: 16, 37: 8}
HIDDEN_CHANNELS = {23: 16, 101: 8}
# Channels of the gated output of every Mamba2 mixer. A Mamba has no norm there, so it has no such seam.
GATED_CHANNELS = {11: 16, 37: 8, 90: 8}


def with_outliers(tensors, config):
    """New tensors and the channels as text. All factors are powers of two: only subnormal float16 weights round."""
    scaled = {name: weight.float() for name, weight in tensors.items()}
    channels = scale_mixers(scaled, config) if isinstance(config, mamba.Config) else scale_layers(scaled, config)
    return {name: weight.half() for name, weight in scaled.items()}, channels


def scale_mixers(scaled, config):
    for layer in range(config.layers):
        for channel, factor in GATED_CHANNELS.items():
            scaled[f"backbone.layers.{layer}.mixer.norm.weight"][channel] *= factor
            scaled[f"backbone.layers.{layer}.mixer.out_proj.weight"][:, channel] /= factor
    return {"gated": GATED_CHANNELS}


def scale_layers(scaled, config):
    for layer in range(config.layers):
        prefix = f"model.layers.{layer}."
        scale_keys(scaled, prefix, config)
        scale_norms(scaled, prefix)
        for channel, factor in HIDDEN_CHANNELS.items():
            scaled[prefix + "mlp.up_proj.weight"][channel] *= factor
            scaled[prefix + "mlp.down_proj.weight"][:, channel] /= factor
    return {"keys": KEY_PAIRS, "norms": NORM_CHANNELS, "hidden": HIDDEN_CHANNELS}


def scale_keys(scaled, prefix, config):
    half = config.head_dim // 2
    keys = scaled[prefix + "self_attn.k_proj.weight"].view(config.kv_heads, config.head_dim, -1)
    queries = scaled[prefix + "self_attn.q_proj.weight"].view(config.heads, config.head_dim, -1)
    for pair, factor in KEY_PAIRS.items():
        for channel in (pair, pair + half):
            keys[:, channel] *= factor
            queries[:, channel] /= factor


def scale_norms(scaled, prefix):
    readers = {"input_layernorm": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
               "post_attention_layernorm": ("mlp.gate_proj", "mlp.up_proj")}
    for norm, matrices in readers.items():
        for channel, factor in NORM_CHANNELS.items():
            scaled[f"{prefix}{norm}.weight"][channel] *= factor
            for matrix in matrices:
                scaled[f"{prefix}{matrix}.weight"][:, channel] /= factor
