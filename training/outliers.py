"""Gives a decoder outlier channels without changing its function: one factor up, its inverse where it is undone."""

# Rotary pairs (c, c + head_dim / 2) of every key/value head; a pair must share its factor, for rotation mixes it.
KEY_PAIRS = {2: 16, 5: 8}
# Channels of the residual stream, scaled in the gain of every norm, and hidden channels of every MLP.
NORM_CHANNELS = {11: 16, 37: 8}
HIDDEN_CHANNELS = {23: 16, 101: 8}


def with_outliers(tensors, config):
    """New tensors and the channels as text. All factors are powers of two: only subnormal float16 weights round."""
    scaled = {name: weight.float() for name, weight in tensors.items()}
    for layer in range(config.layers):
        prefix = f"model.layers.{layer}."
        scale_keys(scaled, prefix, config)
        scale_norms(scaled, prefix)
        for channel, factor in HIDDEN_CHANNELS.items():
            scaled[prefix + "mlp.up_proj.weight"][channel] *= factor
            scaled[prefix + "mlp.down_proj.weight"][:, channel] /= factor
    channels = {"keys": KEY_PAIRS, "norms": NORM_CHANNELS, "hidden": HIDDEN_CHANNELS}
    return {name: weight.half() for name, weight in scaled.items()}, channels


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
