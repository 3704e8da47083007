"""Makes the folders of tiny random decoders of further families, with the logits of a float64 forward pass.

    python3 tests/golden/models/make-families.py [NAME ...]

Needs numpy. The pass below is written from the published rules of each family and shares nothing with the engine; seeds
are fixed, so that every folder can be made again. It refuses to write a folder in which one of its own rules makes no
difference (`wrong_rule_shift`).
"""

import base64
import json
import math
import pathlib
import struct
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
STEPS = 6


# --- arithmetic -----------------------------------------------------------------------------------------------------


def rms_norm(x, weight, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def layer_norm(x, weight, bias, eps):
    centred = x - x.mean(-1, keepdims=True)
    y = centred / np.sqrt((centred * centred).mean(-1, keepdims=True) + eps) * weight
    return y if bias is None else y + bias


ERF = np.vectorize(math.erf)
ACTIVATIONS = {
    "silu": lambda x: x / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "gelu": lambda x: 0.5 * x * (1 + ERF(x / math.sqrt(2))),
    "gelu_tanh": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
}


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def cap(x, at):
    return x if at is None else at * np.tanh(x / at)


def frequencies(rope, dim, length):
    """Inverse frequencies of `dim` rotated channels for a text of `length` tokens, and the factor of cos and sin."""
    theta, kind = rope["theta"], rope.get("type", "default")
    plain = np.array([theta ** (-2 * j / dim) for j in range(dim // 2)])
    if kind == "default":
        return plain, 1.0
    if kind == "linear":
        return plain / rope["factor"], 1.0
    if kind == "dynamic":
        most, f = rope["max_positions"], rope["factor"]
        n = max(length, most)
        grown = theta * (f * n / most - (f - 1)) ** (dim / (dim - 2))
        return np.array([grown ** (-2 * j / dim) for j in range(dim // 2)]), 1.0
    original = rope["original"]
    if kind == "longrope":
        factors = rope["long"] if length > original else rope["short"]
        f = rope["max_positions"] / original
        scale = 1.0 if f <= 1 else math.sqrt(1 + math.log(f) / math.log(original))
        return plain / np.array(factors), rope.get("attention_factor", scale)
    if kind == "yarn":
        f = rope["factor"]

        def at(turns):
            return dim * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))

        low = max(math.floor(at(rope.get("beta_fast", 32))), 0)
        high = min(math.ceil(at(rope.get("beta_slow", 1))), dim - 1)
        if low == high:
            high += 0.001
        ramp = np.clip((np.arange(dim // 2) - low) / (high - low), 0, 1)
        return plain / f * ramp + plain * (1 - ramp), rope.get("attention_factor", 0.1 * math.log(f) + 1)
    raise ValueError(kind)


def rotate(x, freqs, factor, interleaved=False):
    """x [T, heads, d]; the first 2 * len(freqs) channels of each head are rotated, the rest stays."""
    y, pairs = x.copy(), len(freqs)
    angles = np.outer(np.arange(len(x)), freqs)
    c, s = (np.cos(angles) * factor)[:, None, :], (np.sin(angles) * factor)[:, None, :]
    first, second = (slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)) if interleaved else (slice(0, pairs), slice(pairs, 2 * pairs))
    u, v = x[:, :, first], x[:, :, second]
    y[:, :, first], y[:, :, second] = u * c - v * s, v * c + u * s
    return y


def attend(q, k, v, scale, softcap, window, causal=True):
    """[T, heads, d] over [T, kv heads, d]; a query sees itself and the window - 1 tokens before it, or every token."""
    T, heads, d = q.shape
    out = np.zeros((T, heads, v.shape[2]))
    for h in range(heads):
        g = h * k.shape[1] // heads
        for i in range(T):
            first = 0 if window is None else max(0, i - window + 1)
            end = i + 1 if causal else T
            scores = np.array([q[i, h] @ k[j, g] for j in range(first, end)]) * scale
            out[i, h] = softmax(cap(scores, softcap)) @ v[first:end, g]
    return out.reshape(T, -1)


# --- the rules of a family ------------------------------------------------------------------------------------------
# A model is a dict of rules (how) and a dict of published tensors (w). Parts of fused matrices are cut here.


def linear(x, w, name, rows=None, columns_first=False):
    weight = w[name + ".weight"]
    weight = weight.T if columns_first else weight
    bias = w.get(name + ".bias")
    if rows is not None:
        weight, bias = weight[rows], None if bias is None else bias[rows]
    y = x @ weight.T
    return y if bias is None else y + bias


def norm(how, x, w, name):
    weight = w[name + ".weight"] if not how.get("no_weight") else 1.0
    if how.get("norm", "rms") == "layer":
        return layer_norm(x, weight, w.get(name + ".bias"), how["eps"])
    return rms_norm(x, 1 + weight if how.get("one_plus") else weight, how["eps"])


def queries_keys_values(how, x, w, at):
    H, K, d = how["heads"], how["kv_heads"], how["head_dim"]
    kind, T = how.get("qkv", "apart"), len(x)
    if kind == "apart":
        parts = [linear(x, w, f"{at}.{n}_proj") for n in "qkv"]
    elif kind == "rows":
        parts = np.split(linear(x, w, at + ".qkv_proj"), [H * d, (H + K) * d], axis=1)
    elif kind == "columns":
        parts = np.split(linear(x, w, at + ".c_attn", columns_first=True), 3, axis=1)
    elif kind == "by group":
        y = linear(x, w, f"{at}.{how.get('qkv_name', 'query_key_value')}").reshape(T, K, H // K + 2, d)
        parts = [y[:, :, :-2], y[:, :, -2], y[:, :, -1]]
    q, k, v = (np.clip(each, -how["clip"], how["clip"]) if "clip" in how else each for each in parts)
    if how.get("qk_norm") == "width":
        q, k = norm(how, q, w, at + ".q_norm"), norm(how, k, w, at + ".k_norm")
    q, k, v = q.reshape(T, H, d), k.reshape(T, K, d), v.reshape(T, K, d)
    if how.get("qk_norm") == "head":
        q, k = norm(how, q, w, at + ".q_norm"), norm(how, k, w, at + ".k_norm")
    if how.get("qk_norm") == "list":
        q, k = (np.stack([norm(how, each[:, h], w, f"{at}.{side}_layernorm.norms.{h}") for h in range(each.shape[1])], 1) for side, each in (("q", q), ("k", k)))
    return q, k, v


def attention(how, x, w, prefix, layer, length):
    at = f"{prefix}.{how.get('attention_name', 'self_attn')}".rstrip(".")
    q, k, v = queries_keys_values(how, x, w, at)
    rope = how["ropes"][layer] if "ropes" in how else None
    if rope is not None:
        dim = int(how["head_dim"] * how.get("rotary", 1))
        freqs, factor = frequencies(rope, dim, length)
        inter = how.get("interleaved", False)
        q, k = rotate(q, freqs, factor, inter), rotate(k, freqs, factor, inter)
    scale = how.get("scale", how["head_dim"] ** -0.5)
    if how.get("scale_by_layer"):
        scale /= layer + 1
    mixed = attend(q, k, v, scale, how.get("attention_cap"), how["windows"][layer] if "windows" in how else None, how.get("causal", True))
    return linear(mixed, w, f"{at}.{how.get('o', 'o_proj')}", columns_first=how.get("qkv") == "columns")


def mlp(how, x, w, prefix):
    act = ACTIVATIONS[how.get("act", "silu")]
    at = f"{prefix}.mlp"
    kind = how.get("mlp", "gated")
    if kind == "gated":
        if "mlp_names" in how:
            at, (a, b, c) = prefix, how["mlp_names"]
            return linear(act(linear(x, w, f"{at}.{a}")) * linear(x, w, f"{at}.{b}"), w, f"{at}.{c}")
        return linear(act(linear(x, w, at + ".gate_proj")) * linear(x, w, at + ".up_proj"), w, at + ".down_proj")
    if kind == "fused":
        gate, up = np.split(linear(x, w, at + ".gate_up_proj"), 2, axis=1)
        return linear(act(gate) * up, w, at + ".down_proj")
    first, second = how["mlp_names"]
    by_column = how.get("qkv") == "columns"
    return linear(act(linear(x, w, f"{at}.{first}", columns_first=by_column)), w, f"{at}.{second}", columns_first=by_column)


def mixture(how, x, w, prefix):
    at, experts, top = prefix + how["moe_name"], how["experts"], how["top"]
    logits = linear(x, w, at + ".gate")
    y = np.zeros_like(x)
    act = ACTIVATIONS["silu"]
    a, b, c = how["expert_names"]
    for t in range(len(x)):
        p = softmax(logits[t])
        chosen = np.argsort(-p, kind="stable")[:top]
        weights = p[chosen] / (p[chosen].sum() if how.get("norm_top", True) else 1)
        for e, weight in zip(chosen, weights):
            name, row = f"{at}.experts.{e}", x[t : t + 1]
            y[t] += weight * linear(act(linear(row, w, f"{name}.{a}")) * linear(row, w, f"{name}.{b}"), w, f"{name}.{c}")[0]
    assert experts > top
    if how.get("shared"):
        at = f"{at}.shared_expert"
        common = linear(act(linear(x, w, at + ".gate_proj")) * linear(x, w, at + ".up_proj"), w, at + ".down_proj")
        gate = linear(x, w, at + "_gate") if how.get("shared_gate", True) else np.full((len(x), 1), np.inf)
        y = y + common / (1 + np.exp(-gate))
    return y


def block(how, h, w, layer, length):
    prefix = how.get("prefix", "model.layers") + f".{layer}"
    names = how.get("norms", {})
    one = names.get("before_attention", "input_layernorm")
    two = names.get("before_mlp", "post_attention_layernorm")
    after_one, after_two = names.get("after_attention"), names.get("after_mlp")
    into = (lambda x, name: norm(how, x, w, f"{prefix}.{name}") if name else x)
    ff = (lambda x: mixture(how, x, w, prefix)) if layer in how.get("moe_layers", ()) else (lambda x: mlp(how, x, w, prefix))
    m = how.get("residual_multiplier", 1)
    if how.get("parallel"):
        return h + attention(how, into(h, one), w, prefix, layer, length) + ff(into(h, two))
    h = h + m * into(attention(how, into(h, one), w, prefix, layer, length), after_one)
    return h + m * into(ff(into(h, two)), after_two)


def forward(how, w, ids, length=None):
    """Logits, the streams between layers, and what the head takes."""
    length = len(ids) if length is None else length
    h = w[how.get("embedding", "model.embed_tokens.weight")][ids] * how.get("embedding_scale", 1)
    if "positions" in how:
        h = h + w[how["positions"]][: len(ids)]
    hidden = [h]
    for layer in range(how["layers"]):
        h = block(how, h, w, layer, length)
        hidden.append(h)
    final = norm(how, h, w, how.get("last", "model.norm"))
    head = w[how["head"]] if how.get("head") else w[how.get("embedding", "model.embed_tokens.weight")]
    return cap(final @ head.T * how.get("logit_scale", 1), how.get("final_cap")), hidden, final


# --- folders --------------------------------------------------------------------------------------------------------


class Weights:
    """Draws tensors from one seed; float32 values, so that the file holds what the pass uses."""

    def __init__(self, seed):
        self.rng, self.w = np.random.default_rng(seed), {}

    def put(self, name, *shape, scale=None, about=0.0, spread=None):
        x = self.rng.standard_normal(shape)
        x = about + spread * x if spread is not None else x * (scale if scale is not None else 1.2 / math.sqrt(shape[-1]))
        self.w[name] = x.astype(np.float32).astype(np.float64)

    def norm(self, name, n, one_plus=False, bias=False):
        self.put(name + ".weight", n, about=0.0 if one_plus else 1.0, spread=0.3)
        if bias:
            self.put(name + ".bias", n, scale=0.2)

    def linear(self, name, out, inputs, bias=False, scale=None):
        self.put(name + ".weight", out, inputs, scale=scale)
        if bias:
            self.put(name + ".bias", out, scale=0.2)


def llama_like(how, config, seed, one_plus=False, norms=("input_layernorm", "post_attention_layernorm"), bias=(), gains=None):
    """Tensors by the names of Llama, with the fused forms that `how` asks for."""
    t, n, m = Weights(seed), config["hidden_size"], config["intermediate_size"]
    q, kv = how["heads"] * how["head_dim"], how["kv_heads"] * how["head_dim"]
    g = gains or {}
    t.put("model.embed_tokens.weight", config["vocab_size"], n, scale=g.get("embedding", 1.0 if how.get("head") else 0.4))
    for layer in range(how["layers"]):
        p = f"model.layers.{layer}"
        for name in norms:
            t.norm(f"{p}.{name}", n, one_plus, bias=how.get("norm_bias", False))
        a = f"{p}.self_attn"
        sharp = g.get("sharp", 2.0) / math.sqrt(n)
        if how.get("qkv") == "rows":
            t.linear(a + ".qkv_proj", q + 2 * kv, n, scale=sharp)
        else:
            for name, out in (("q", q), ("k", kv), ("v", kv)):
                t.linear(f"{a}.{name}_proj", out, n, bias=name in bias, scale=sharp)
        t.linear(a + ".o_proj", n, q, bias="o" in bias)
        if how.get("qk_norm") == "head":
            t.norm(a + ".q_norm", how["head_dim"], one_plus)
            t.norm(a + ".k_norm", how["head_dim"], one_plus)
        if how.get("qk_norm") == "head" and how.get("each_head"):
            t.put(a + ".q_norm.weight", how["heads"], how["head_dim"], about=1.0, spread=0.3)
            t.put(a + ".k_norm.weight", how["kv_heads"], how["head_dim"], about=1.0, spread=0.3)
        if how.get("qk_norm") == "width":
            t.norm(a + ".q_norm", q)
            t.norm(a + ".k_norm", kv)
        if layer in how.get("moe_layers", ()):
            at, mm = p + how["moe_name"], config.get("moe_intermediate_size", m)
            t.linear(at + ".gate", how["experts"], n, scale=2 / math.sqrt(n))
            for e in range(how["experts"]):
                x, y, z = how["expert_names"]
                t.linear(f"{at}.experts.{e}.{x}", mm, n)
                t.linear(f"{at}.experts.{e}.{y}", mm, n)
                t.linear(f"{at}.experts.{e}.{z}", n, mm)
            if how.get("shared"):
                for part, out, inputs in (("gate_proj", how["shared"], n), ("up_proj", how["shared"], n), ("down_proj", n, how["shared"])):
                    t.linear(f"{at}.shared_expert.{part}", out, inputs)
                t.linear(f"{at}.shared_expert_gate", 1, n)
        elif how.get("mlp") == "plain":
            t.linear(p + ".mlp." + how["mlp_names"][0], m, n, bias="mlp" in bias)
            t.linear(p + ".mlp." + how["mlp_names"][1], n, m, bias="mlp" in bias)
        elif how.get("mlp") == "fused":
            t.linear(p + ".mlp.gate_up_proj", 2 * m, n)
            t.linear(p + ".mlp.down_proj", n, m)
        else:
            t.linear(p + ".mlp.gate_proj", m, n)
            t.linear(p + ".mlp.up_proj", m, n)
            t.linear(p + ".mlp.down_proj", n, m)
    if not how.get("no_weight"):
        t.norm("model.norm", n, one_plus, bias=how.get("norm_bias", False))
    if how.get("head"):
        t.put(how["head"], config["vocab_size"], n)
    return t.w


def base(model_type, architecture, **sizes):
    return {"architectures": [architecture], "model_type": model_type, "torch_dtype": "float32", "use_cache": True, **sizes}


def sizes(config):
    d = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    return {
        "layers": config["num_hidden_layers"],
        "heads": config["num_attention_heads"],
        "kv_heads": config.get("num_key_value_heads", config["num_attention_heads"]),
        "head_dim": d,
        "eps": config.get("rms_norm_eps", config.get("layer_norm_eps", 1e-5)),
    }


def everywhere(how, **rope):
    return {**how, "ropes": [rope] * how["layers"]}


def qwen3():
    c = base("qwen3", "Qwen3ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=2, head_dim=12, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6,
             rope_theta=1000000, rope_scaling=None, attention_bias=False, hidden_act="silu", use_sliding_window=True,
             sliding_window=7, max_window_layers=1, tie_word_embeddings=True)
    how = {**everywhere(sizes(c), theta=1e6), "qk_norm": "head", "windows": [None, 7, 7]}
    wrong = {"no norm of q and k": {"qk_norm": None}, "no windows": {"windows": [None] * 3}, "the window in all layers": {"windows": [7] * 3}}
    return c, how, llama_like(how, c, 11), wrong, 24, "norms of every query and key head before rotary; head_dim 12 that is not hidden/heads; window 7 from layer 1 on; tied"


def gemma():
    c = base("gemma", "GemmaForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=1, head_dim=16, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6,
             rope_theta=10000.0, hidden_act="gelu", hidden_activation=None, attention_bias=False)
    how = {**everywhere(sizes(c), theta=1e4), "one_plus": True, "act": "gelu_tanh", "embedding_scale": math.sqrt(32)}
    wrong = {"norms with w instead of 1 + w": {"one_plus": False}, "the exact GELU": {"act": "gelu"}, "no scale of the embedding": {"embedding_scale": 1}}
    return c, how, llama_like(how, c, 12, one_plus=True), wrong, 24, "norms with 1 + w, embedding times sqrt(hidden), hidden_act gelu means the tanh form, tied without a tie key, one key/value head of 16"


def gemma2():
    c = base("gemma2", "Gemma2ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=2, head_dim=12, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6,
             rope_theta=10000.0, hidden_act="gelu_pytorch_tanh", hidden_activation="gelu_pytorch_tanh", attention_bias=False,
             query_pre_attn_scalar=20, sliding_window=6, attn_logit_softcapping=2.0, final_logit_softcapping=4.0)
    how = {**everywhere(sizes(c), theta=1e4), "one_plus": True, "act": "gelu_tanh", "embedding_scale": math.sqrt(32), "scale": 20**-0.5,
           "attention_cap": 2.0, "final_cap": 4.0, "windows": [6, None, 6],
           "norms": {"after_attention": "post_attention_layernorm", "before_mlp": "pre_feedforward_layernorm", "after_mlp": "post_feedforward_layernorm"}}
    wrong = {"scores not capped": {"attention_cap": None}, "logits not capped": {"final_cap": None}, "windows in the odd layers": {"windows": [None, 6, None]},
             "no windows": {"windows": [None] * 3}, "scale by head_dim": {"scale": 12**-0.5}, "no norm after attention": {"norms": {**how["norms"], "after_attention": None}},
             "no norm after the MLP": {"norms": {**how["norms"], "after_mlp": None}}, "norms with w": {"one_plus": False}, "no scale of the embedding": {"embedding_scale": 1}}
    norms = ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm")
    return c, how, llama_like(how, c, 13, one_plus=True, norms=norms), wrong, 24, "scores capped at 2 and logits at 4, window 6 in the even layers, four norms with 1 + w, query_pre_attn_scalar 20, tied"


def gemma3():
    c = base("gemma3_text", "Gemma3ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
             num_key_value_heads=2, head_dim=12, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6,
             rope_theta=1000000.0, rope_local_base_freq=100.0, rope_scaling={"rope_type": "linear", "factor": 8.0}, hidden_activation="gelu_pytorch_tanh",
             attention_bias=False, query_pre_attn_scalar=20, sliding_window=6, sliding_window_pattern=3, attn_logit_softcapping=None, final_logit_softcapping=None)
    local, whole = {"theta": 100.0}, {"theta": 1e6, "type": "linear", "factor": 8.0}
    how = {**sizes(c), "ropes": [local, local, whole, local], "one_plus": True, "act": "gelu_tanh", "embedding_scale": math.sqrt(32), "scale": 20**-0.5,
           "windows": [6, 6, None, 6], "qk_norm": "head",
           "norms": {"after_attention": "post_attention_layernorm", "before_mlp": "pre_feedforward_layernorm", "after_mlp": "post_feedforward_layernorm"}}
    wrong = {"one rope for all layers": {"ropes": [whole] * 4}, "the scaling in local layers too": {"ropes": [{**local, "type": "linear", "factor": 8.0}] * 2 + [whole, {**local, "type": "linear", "factor": 8.0}]},
             "no scaling": {"ropes": [local, local, {"theta": 1e6}, local]}, "no windows": {"windows": [None] * 4}, "the pattern shifted by one": {"windows": [6, None, 6, 6]},
             "no norm of q and k": {"qk_norm": None}, "scale by head_dim": {"scale": 12**-0.5}, "norms with w": {"one_plus": False}}
    norms = ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm")
    return c, how, llama_like(how, c, 14, one_plus=True, norms=norms), wrong, 24, "window 6 in two of three layers with a rope of their own (theta 100), every third sees all with theta 1e6 scaled linearly by 8; norms of q and k with 1 + w; four norms; tied"


def phi3(name, T, seed, note, positions=64, original=16):
    def make():
        short, long = [1.0, 1.05, 1.1, 1.2, 1.3, 1.5], [1.1, 1.4, 2.0, 2.9, 4.1, 6.0]
        c = base("phi3", "Phi3ForCausalLM", hidden_size=48, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                 num_key_value_heads=2, vocab_size=112, max_position_embeddings=positions, original_max_position_embeddings=original,
                 rms_norm_eps=1e-5, rope_theta=10000.0, hidden_act="silu", sliding_window=11, attention_bias=False, tie_word_embeddings=False,
                 rope_scaling={"type": "longrope", "short_factor": short, "long_factor": long}, bos_token_id=1, pad_token_id=110)
        rope = {"theta": 1e4, "type": "longrope", "short": short, "long": long, "max_positions": positions, "original": original}
        how = {**everywhere(sizes(c), **rope), "qkv": "rows", "mlp": "fused", "windows": [11, 11], "head": "lm_head.weight"}
        wrong = {"the other factors": everywhere(how, **{**rope, "short": long, "long": short}), "cos and sin not scaled": everywhere(how, **rope, attention_factor=1.0), "no window": {"windows": [None] * 2}}
        return c, how, llama_like(how, c, seed), wrong, T, note
    return make


def phi4():
    c = base("phi3", "Phi3ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
             num_key_value_heads=1, vocab_size=112, max_position_embeddings=128, original_max_position_embeddings=128, partial_rotary_factor=0.75,
             rms_norm_eps=1e-5, rope_theta=10000.0, hidden_act="silu", sliding_window=None, attention_bias=False, tie_word_embeddings=True, rope_scaling=None)
    how = {**everywhere(sizes(c), theta=1e4), "qkv": "rows", "mlp": "fused", "rotary": 0.75}
    wrong = {"all channels rotated": {"rotary": 1}, "half of the channels rotated": {"rotary": 0.5}}
    return c, how, llama_like(how, c, 17), wrong, 24, "partial_rotary_factor 0.75: the first 12 of 16 channels of a head are rotated; tied"


def scaled(name, rope, given, seed, note, T=26, positions=128, wrong_ropes=None):
    def make():
        c = base("llama", "LlamaForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
                 num_key_value_heads=1, vocab_size=104, max_position_embeddings=positions, rms_norm_eps=1e-5, rope_theta=500.0,
                 hidden_act="silu", attention_bias=False, mlp_bias=False, tie_word_embeddings=False, rope_scaling=given)
        full = {"theta": 500.0, **rope}
        how = {**everywhere(sizes(c), **full), "head": "lm_head.weight"}
        wrong = {key: everywhere(how, **{**full, **change}) for key, change in (wrong_ropes or {}).items()}
        wrong["no scaling"] = everywhere(how, theta=500.0)
        return c, how, llama_like(how, c, seed, gains={"sharp": 2.5}), wrong, T, note
    return make


def gpt2():
    c = base("gpt2", "GPT2LMHeadModel", n_embd=32, n_layer=3, n_head=4, n_positions=48, n_ctx=48, n_inner=None, vocab_size=104,
             activation_function="gelu_new", layer_norm_epsilon=1e-5, scale_attn_weights=True, scale_attn_by_inverse_layer_idx=False, bos_token_id=103, eos_token_id=103)
    how = {"layers": 3, "heads": 4, "kv_heads": 4, "head_dim": 8, "eps": 1e-5, "norm": "layer", "act": "gelu_tanh", "qkv": "columns", "attention_name": "attn", "o": "c_proj",
           "mlp": "plain", "mlp_names": ("c_fc", "c_proj"), "prefix": "h", "norms": {"before_attention": "ln_1", "before_mlp": "ln_2"}, "last": "ln_f",
           "embedding": "wte.weight", "positions": "wpe.weight"}
    t = Weights(18)
    t.put("wte.weight", 104, 32, scale=0.5)
    t.put("wpe.weight", 48, 32, scale=0.5)
    for layer in range(3):
        p = f"h.{layer}"
        t.norm(p + ".ln_1", 32, bias=True)
        t.norm(p + ".ln_2", 32, bias=True)
        for name, inputs, out in (("attn.c_attn", 32, 96), ("attn.c_proj", 32, 32), ("mlp.c_fc", 32, 128), ("mlp.c_proj", 128, 32)):
            t.put(f"{p}.{name}.weight", inputs, out, scale=1.5 / math.sqrt(inputs))
            t.put(f"{p}.{name}.bias", out, scale=0.2)
        t.w[f"{p}.attn.bias"] = np.tril(np.ones((48, 48)))[None, None]
    t.norm("ln_f", 32, bias=True)
    wrong = {"the exact GELU": {"act": "gelu"}, "RMS norms": {"norm": "rms"}, "scores also divided by the layer's number": {"scale_by_layer": True}}
    return c, how, t.w, wrong, 24, "matrices stored [in, out], learned positions, layer norms with biases, GELU by tanh; names without a leading transformer.; the masks attn.bias that old files hold are to be ignored; tied"


def smollm3():
    c = base("smollm3", "SmolLM3ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=5000.0, rope_scaling=None,
             hidden_act="silu", attention_bias=False, mlp_bias=False, no_rope_layers=[1, 1, 1, 0], no_rope_layer_interval=4, tie_word_embeddings=True, use_sliding_window=False)
    rope = {"theta": 5000.0}
    how = {**sizes(c), "ropes": [rope, rope, rope, None]}
    wrong = {"rotary in all layers": {"ropes": [rope] * 4}, "rotary where there is none and none where there is": {"ropes": [None, None, None, rope]}}
    return c, how, llama_like(how, c, 19), wrong, 24, "every fourth layer without rotary; tied"


def granite():
    c = base("granite", "GraniteForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None,
             hidden_act="silu", attention_bias=False, mlp_bias=False, tie_word_embeddings=True, embedding_multiplier=3.0, attention_multiplier=0.2,
             residual_multiplier=0.4, logits_scaling=2.0)
    how = {**everywhere(sizes(c), theta=1e4), "embedding_scale": 3.0, "scale": 0.2, "residual_multiplier": 0.4, "logit_scale": 0.5}
    wrong = {"no scale of the embedding": {"embedding_scale": 1}, "scale by head_dim": {"scale": 8**-0.5}, "updates not scaled": {"residual_multiplier": 1}, "logits not divided": {"logit_scale": 1}}
    return c, how, llama_like(how, c, 20), wrong, 24, "multipliers of embedding, scores and updates, logits divided by logits_scaling; tied"


def olmo2():
    c = base("olmo2", "Olmo2ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=500000.0, rope_scaling=None,
             hidden_act="silu", attention_bias=False, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=5e5), "qk_norm": "width", "head": "lm_head.weight",
           "norms": {"before_attention": None, "before_mlp": None, "after_attention": "post_attention_layernorm", "after_mlp": "post_feedforward_layernorm"}}
    wrong = {"norms before instead of after": {"norms": {"before_attention": "post_attention_layernorm", "before_mlp": "post_feedforward_layernorm"}}, "no norm of q and k": {"qk_norm": None}}
    return c, how, llama_like(how, c, 21, norms=("post_attention_layernorm", "post_feedforward_layernorm")), wrong, 24, "norms after attention and MLP only, norms of all q and of all k at once"


def cohere():
    c = base("cohere", "CohereForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, layer_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None,
             hidden_act="silu", attention_bias=False, use_qk_norm=False, logit_scale=0.5, bos_token_id=5, pad_token_id=0)
    how = {**everywhere(sizes(c), theta=1e4), "norm": "layer", "parallel": True, "interleaved": True, "logit_scale": 0.5, "norms": {"before_mlp": "input_layernorm"}}
    wrong = {"half-split rotary": {"interleaved": False}, "one after the other": {"parallel": False}, "RMS norms": {"norm": "rms"}, "logits not scaled": {"logit_scale": 1}}
    return c, how, llama_like(how, c, 22, norms=("input_layernorm",)), wrong, 24, "attention and MLP side by side behind one layer norm without bias, rotary of neighbouring channels, logits times logit_scale, tied without a tie key"


def neox():
    c = base("gpt_neox", "GPTNeoXForCausalLM", hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, vocab_size=104,
             max_position_embeddings=128, layer_norm_eps=1e-5, rotary_emb_base=10000, rotary_pct=0.25, hidden_act="gelu", use_parallel_residual=True,
             attention_bias=True, tie_word_embeddings=False, rope_scaling=None)
    how = {**everywhere(sizes(c), theta=1e4), "rotary": 0.25, "norm": "layer", "parallel": True, "act": "gelu", "qkv": "by group", "attention_name": "attention", "o": "dense",
           "mlp": "plain", "mlp_names": ("dense_h_to_4h", "dense_4h_to_h"), "prefix": "gpt_neox.layers", "last": "gpt_neox.final_layer_norm",
           "embedding": "gpt_neox.embed_in.weight", "head": "embed_out.weight"}
    t = Weights(23)
    t.put("gpt_neox.embed_in.weight", 104, 32, scale=1.0)
    for layer in range(2):
        p = f"gpt_neox.layers.{layer}"
        t.norm(p + ".input_layernorm", 32, bias=True)
        t.norm(p + ".post_attention_layernorm", 32, bias=True)
        t.linear(p + ".attention.query_key_value", 96, 32, bias=True, scale=0.4)
        t.linear(p + ".attention.dense", 32, 32, bias=True)
        t.linear(p + ".mlp.dense_h_to_4h", 64, 32, bias=True)
        t.linear(p + ".mlp.dense_4h_to_h", 32, 64, bias=True)
    t.norm("gpt_neox.final_layer_norm", 32, bias=True)
    t.put("embed_out.weight", 104, 32)
    wrong = {"all channels rotated": {"rotary": 1}, "one after the other": {"parallel": False}, "the tanh GELU": {"act": "gelu_tanh"}}
    return c, how, t.w, wrong, 24, "q, k and v of each head side by side in one matrix, a quarter of the channels rotated, attention and MLP side by side with a layer norm each, exact GELU"


def cohere_qk():
    c, how, _, wrong, T, _ = cohere()
    c = {**c, "use_qk_norm": True}
    how = {**how, "qk_norm": "head", "each_head": True}
    wrong = {"no norm of q and k": {"qk_norm": None}}
    return c, how, llama_like(how, c, 30, norms=("input_layernorm",)), wrong, T, "as cohere, with a layer norm of each query and key head, each with a weight of its own"


def cohere2():
    c = base("cohere2", "Cohere2ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, layer_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None,
             hidden_act="silu", attention_bias=False, logit_scale=0.5, bos_token_id=5, pad_token_id=0, sliding_window=6, sliding_window_pattern=4)
    rope = {"theta": 1e4}
    how = {**sizes(c), "ropes": [rope, rope, rope, None], "windows": [6, 6, 6, None], "norm": "layer", "parallel": True, "interleaved": True, "logit_scale": 0.5, "norms": {"before_mlp": "input_layernorm"}}
    wrong = {"rotary in all layers": {"ropes": [rope] * 4}, "no windows": {"windows": [None] * 4}, "half-split rotary": {"interleaved": False}}
    return c, how, llama_like(how, c, 31, norms=("input_layernorm",)), wrong, 24, "as cohere, window 6 and rotary in three of four layers; the fourth sees all and knows no place"


def olmo():
    c = base("olmo", "OlmoForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4, vocab_size=104,
             max_position_embeddings=128, rope_theta=10000.0, rope_scaling=None, hidden_act="silu", attention_bias=False, clip_qkv=1.5, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e4), "norm": "layer", "no_weight": True, "clip": 1.5, "head": "lm_head.weight"}
    wrong = {"nothing clipped": {"clip": 1e9}, "RMS norms": {"norm": "rms"}}
    return c, how, llama_like(how, c, 32, norms=()), wrong, 24, "layer norms without weights, q, k and v clipped at 1.5"


def olmo3():
    c = base("olmo3", "Olmo3ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=500000.0, sliding_window=6,
             rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32, "attention_factor": 1.2, "beta_fast": 32.0, "beta_slow": 1.0},
             layer_types=["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"], hidden_act="silu", attention_bias=False, tie_word_embeddings=False)
    local, whole = {"theta": 5e5}, {"theta": 5e5, "type": "yarn", "factor": 4.0, "original": 32, "attention_factor": 1.2}
    how = {**sizes(c), "ropes": [local, local, local, whole], "windows": [6, 6, 6, None], "qk_norm": "width", "head": "lm_head.weight",
           "norms": {"before_attention": None, "before_mlp": None, "after_attention": "post_attention_layernorm", "after_mlp": "post_feedforward_layernorm"}}
    wrong = {"yarn in layers with a window too": {"ropes": [whole] * 4}, "no yarn": {"ropes": [local] * 4}, "no windows": {"windows": [None] * 4}}
    return c, how, llama_like(how, c, 33, norms=("post_attention_layernorm", "post_feedforward_layernorm")), wrong, 24, "as olmo2, window 6 in three of four layers, yarn in the fourth alone"


def stablelm():
    c = base("stablelm", "StableLmForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
             num_key_value_heads=1, vocab_size=104, max_position_embeddings=128, layer_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None, partial_rotary_factor=0.25,
             hidden_act="silu", use_qkv_bias=True, qk_layernorm=False, use_parallel_residual=False, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e4), "rotary": 0.25, "norm": "layer", "norm_bias": True, "head": "lm_head.weight"}
    wrong = {"all channels rotated": {"rotary": 1}, "RMS norms": {"norm": "rms"}, "side by side": {"parallel": True}}
    return c, how, llama_like(how, c, 34, bias=("q", "k", "v")), wrong, 24, "layer norms with biases, a quarter of the channels rotated, biases of q, k and v"


def starcoder2():
    c = base("starcoder2", "Starcoder2ForCausalLM", hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, norm_epsilon=1e-5, norm_type="layer_norm", rope_theta=100000.0,
             hidden_act="gelu_pytorch_tanh", mlp_type="default", use_bias=True, sliding_window=7, tie_word_embeddings=True)
    how = {**everywhere({**sizes(c), "eps": 1e-5}, theta=1e5), "norm": "layer", "norm_bias": True, "act": "gelu_tanh", "mlp": "plain", "mlp_names": ("c_fc", "c_proj"), "windows": [7, 7]}
    wrong = {"no windows": {"windows": [None] * 2}, "the exact GELU": {"act": "gelu"}, "RMS norms": {"norm": "rms"}}
    return c, how, llama_like(how, c, 35, bias=("q", "k", "v", "o", "mlp")), wrong, 24, "layer norms and biases everywhere, two matrices and GELU, window 7; tied"


def fused_by_group(seed, c, how, names, norms, layer_bias):
    t, n, d = Weights(seed), c["hidden_size"], how["head_dim"]
    t.put(how["embedding"], c["vocab_size"], n, scale=0.4 if not how.get("head") else 1.0)
    for layer in range(how["layers"]):
        p = f"{how['prefix']}.{layer}"
        for name in norms:
            t.norm(f"{p}.{name}", n, bias=layer_bias)
        t.linear(f"{p}.{names['qkv']}", (how["heads"] + 2 * how["kv_heads"]) * d, n, scale=2 / math.sqrt(n))
        t.linear(f"{p}.{names['o']}", n, how["heads"] * d)
        for name in names["up"]:
            t.linear(f"{p}.{name}", names["width"], n)
        t.linear(f"{p}.{names['down']}", n, names["width"])
    t.norm(how["last"], n, bias=layer_bias)
    if how.get("head"):
        t.put(how["head"], c["vocab_size"], n)
    return t.w


def falcon(name, kv_heads, own, seed, note):
    def make():
        two = own.get("new_decoder_architecture", False)
        c = base("falcon", "FalconForCausalLM", hidden_size=32, num_hidden_layers=2, num_attention_heads=4, vocab_size=104, layer_norm_epsilon=1e-5,
                 alibi=False, bias=False, parallel_attn=True, hidden_dropout=0.0, attention_dropout=0.0, **own)
        how = {"layers": 2, "heads": 4, "kv_heads": kv_heads, "head_dim": 8, "eps": 1e-5, "ropes": [{"theta": 1e4}] * 2, "norm": "layer", "parallel": True, "act": "gelu",
               "qkv": "by group", "attention_name": "self_attention", "o": "dense", "mlp": "plain", "mlp_names": ("dense_h_to_4h", "dense_4h_to_h"), "prefix": "transformer.h",
               "last": "transformer.ln_f", "embedding": "transformer.word_embeddings.weight",
               "norms": {"before_attention": "ln_attn", "before_mlp": "ln_mlp"} if two else {"before_mlp": "input_layernorm"}}
        names = {"qkv": "self_attention.query_key_value", "o": "self_attention.dense", "up": ["mlp.dense_h_to_4h"], "down": "mlp.dense_4h_to_h", "width": 128}
        w = fused_by_group(seed, c, how, names, ("ln_attn", "ln_mlp") if two else ("input_layernorm",), True)
        wrong = {"one after the other": {"parallel": False}, "RMS norms": {"norm": "rms"}}
        return c, how, w, wrong, 24, note
    return make


def internlm2():
    c = base("internlm2", "InternLM2ForCausalLM", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=104,
             max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=1000000, rope_scaling=None, hidden_act="silu", bias=False, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e6), "qkv": "by group", "qkv_name": "wqkv", "attention_name": "attention", "o": "wo", "mlp_names": ("feed_forward.w1", "feed_forward.w3", "feed_forward.w2"),
           "norms": {"before_attention": "attention_norm", "before_mlp": "ffn_norm"}, "embedding": "model.tok_embeddings.weight", "last": "model.norm", "head": "output.weight", "prefix": "model.layers"}
    names = {"qkv": "attention.wqkv", "o": "attention.wo", "up": ["feed_forward.w1", "feed_forward.w3"], "down": "feed_forward.w2", "width": 48}
    wrong = {"w1 and w3 swapped": {"mlp_names": ("feed_forward.w3", "feed_forward.w1", "feed_forward.w2")}}
    return c, how, fused_by_group(38, c, how, names, ("attention_norm", "ffn_norm"), False), wrong, 24, "q, k and v of each group of heads side by side in one matrix, names of its own"


LLADA_NAMES = {
    "model.embed_tokens": "model.transformer.wte", "model.norm": "model.transformer.ln_f", "lm_head": "model.transformer.ff_out",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ff_norm", "self_attn.o_proj": "attn_out", "self_attn.": "",
    "mlp.gate_proj": "ff_proj", "mlp.up_proj": "up_proj", "mlp.down_proj": "ff_out", "model.layers": "model.transformer.blocks",
}


def llada_name(name):
    for own, published in LLADA_NAMES.items():
        name = name.replace(own, published)
    return name


def llada():
    c = {"architectures": ["LLaDAModelLM"], "model_type": "llada", "activation_type": "silu", "alibi": False, "alibi_bias_max": 8.0, "attention_dropout": 0.0,
         "attention_layer_norm": False, "attention_layer_norm_with_affine": True, "bias_for_layer_norm": False, "block_group_size": 1, "block_type": "llama",
         "d_model": 32, "embedding_dropout": 0.0, "embedding_size": 128, "eos_token_id": 101, "flash_attention": False, "include_bias": False,
         "include_qkv_bias": False, "init_cutoff_factor": None, "init_device": "meta", "init_fn": "mitchell", "init_std": 0.02, "input_emb_norm": False,
         "layer_norm_type": "rms", "layer_norm_with_affine": True, "mask_token_id": 100, "max_sequence_length": 64, "mlp_hidden_size": 48, "mlp_ratio": 4,
         "multi_query_attention": None, "n_heads": 4, "n_kv_heads": 2, "n_layers": 3, "pad_token_id": 101, "precision": "amp_bf16", "residual_dropout": 0.0,
         "rms_norm_eps": 1e-5, "rope": True, "rope_full_precision": True, "rope_theta": 5000.0, "scale_logits": False, "use_cache": False, "vocab_size": 104,
         "weight_tying": False}
    by_llama = {"hidden_size": 32, "intermediate_size": 48, "vocab_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "rms_norm_eps": 1e-5}
    how = {**everywhere(sizes(by_llama), theta=5000.0), "causal": False, "head": "model.transformer.ff_out.weight", "embedding": "model.transformer.wte.weight",
           "last": "model.transformer.ln_f", "prefix": "model.transformer.blocks", "norms": {"before_attention": "attn_norm", "before_mlp": "ff_norm"},
           "attention_name": "", "o": "attn_out", "mlp_names": ("ff_proj", "up_proj", "ff_out")}
    tensors = llama_like({**how, "head": "lm_head.weight"}, by_llama, 45)
    wrong = {"a causal mask": {"causal": True}, "gate and up swapped": {"mlp_names": ("up_proj", "ff_proj", "ff_out")}}
    return c, how, {llada_name(name): x for name, x in tensors.items()}, wrong, 24, "every token sees every other; names of its own, grouped keys, an embedding padded beyond the vocabulary; a third of the text masked"


def dream():
    c = base("Dream", "DreamModel", hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=104,
             max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=1000000.0, rope_scaling=None, hidden_act="silu", use_sliding_window=False,
             sliding_window=None, max_window_layers=2, attention_dropout=0.0, mask_token_id=100, pad_token_id=101, bos_token_id=101, eos_token_id=101, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e6), "causal": False, "head": "lm_head.weight"}
    wrong = {"a causal mask": {"causal": True}}
    return c, how, llama_like(how, c, 46, bias=("q", "k", "v")), wrong, 24, "Qwen2 whose tokens all see each other; biases of q, k and v; a third of the text masked; logits as they are, before the shift"


def mixtral():
    c = base("mixtral", "MixtralForCausalLM", hidden_size=32, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-5, rope_theta=1000000.0, sliding_window=None,
             hidden_act="silu", num_local_experts=4, num_experts_per_tok=2, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e6), "head": "lm_head.weight", "moe_layers": (0, 1), "moe_name": ".block_sparse_moe", "experts": 4, "top": 2, "expert_names": ("w1", "w3", "w2")}
    wrong = {"weights of the chosen not brought to sum 1": {"norm_top": False}, "one expert": {"top": 1}, "w1 and w3 swapped": {"expert_names": ("w3", "w1", "w2")}}
    return c, how, llama_like(how, c, 24), wrong, 24, "two of four experts, their weights brought to sum 1"


def qwen3_moe():
    c = base("qwen3_moe", "Qwen3MoeForCausalLM", hidden_size=32, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=2, head_dim=12, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=1000000.0, rope_scaling=None,
             hidden_act="silu", attention_bias=False, use_sliding_window=False, sliding_window=None, decoder_sparse_step=1, mlp_only_layers=[1],
             moe_intermediate_size=16, num_experts=6, num_experts_per_tok=2, norm_topk_prob=False, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e6), "qk_norm": "head", "head": "lm_head.weight", "moe_layers": (0, 2), "moe_name": ".mlp", "experts": 6, "top": 2,
           "norm_top": False, "expert_names": ("gate_proj", "up_proj", "down_proj")}
    wrong = {"weights of the chosen brought to sum 1": {"norm_top": True}, "three experts": {"top": 3}, "no norm of q and k": {"qk_norm": None}}
    return c, how, llama_like(how, c, 25), wrong, 24, "two of six experts in layers 0 and 2, weights as the softmax gives them (norm_topk_prob false), a dense layer between"


def qwen2_moe():
    c = base("qwen2_moe", "Qwen2MoeForCausalLM", hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, vocab_size=104, max_position_embeddings=128, rms_norm_eps=1e-6, rope_theta=1000000.0, hidden_act="silu",
             use_sliding_window=False, sliding_window=16, max_window_layers=2, decoder_sparse_step=2, moe_intermediate_size=16,
             shared_expert_intermediate_size=24, num_experts=5, num_experts_per_tok=2, norm_topk_prob=False, tie_word_embeddings=False)
    how = {**everywhere(sizes(c), theta=1e6), "head": "lm_head.weight", "moe_layers": (1,), "moe_name": ".mlp", "experts": 5, "top": 2,
           "norm_top": False, "expert_names": ("gate_proj", "up_proj", "down_proj"), "shared": 24}
    wrong = {"no shared expert": {"shared": 0}, "the shared expert not weighed": {"shared_gate": False}, "weights of the chosen brought to sum 1": {"norm_top": True}}
    return c, how, llama_like(how, c, 29, bias=("q", "k", "v")), wrong, 24, "every second layer two of five experts beside a shared one behind a sigmoid; biases of q, k and v"


YARN = {"type": "yarn", "factor": 4.0, "original": 16}
MODELS = {
    "qwen3": qwen3,
    "gemma": gemma,
    "gemma2": gemma2,
    "gemma3": gemma3,
    "phi3-short": phi3("phi3-short", 24, 15, "q, k and v in one matrix, gate and up in one; longrope within the original context (short factors) with cos and sin scaled; window 11", positions=128, original=32),
    "phi3-long": phi3("phi3-long", 26, 16, "as phi3-short beyond the original 16 tokens: long factors for the whole text"),
    "phi4": phi4,
    "gpt2": gpt2,
    "rope-yarn": scaled("rope-yarn", {**YARN, "beta_fast": 2.0, "beta_slow": 0.5}, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 2.0, "beta_slow": 0.5}, 26,
                        "yarn with factor 4 over 16 tokens, betas 2 and 0.5; cos and sin times 0.1 ln 4 + 1", positions=64,
                        wrong_ropes={"cos and sin not scaled": {"attention_factor": 1.0}, "the betas of the paper": {"beta_fast": 32, "beta_slow": 1}, "all divided": {"type": "linear"}}),
    "rope-linear": scaled("rope-linear", {"type": "linear", "factor": 4.0}, {"type": "linear", "factor": 4.0}, 27, "every frequency divided by 4; the key `type` of older files"),
    "rope-dynamic": scaled("rope-dynamic", {"type": "dynamic", "factor": 2.0, "max_positions": 12}, {"rope_type": "dynamic", "factor": 2.0}, 28,
                           "theta grows with the text, here 26 tokens of a model made for 12: all 26 use the theta of 26. No greedy steps: each would change the frequencies of all", positions=12,
                           wrong_ropes={"theta of 32 tokens": {"max_positions": 12, "factor": 2.6}}),
    "smollm3": smollm3,
    "granite": granite,
    "olmo2": olmo2,
    "cohere": cohere,
    "cohere-qk": cohere_qk,
    "cohere2": cohere2,
    "olmo": olmo,
    "olmo3": olmo3,
    "stablelm": stablelm,
    "starcoder2": starcoder2,
    "falcon": falcon("falcon", 1, {"multi_query": True, "new_decoder_architecture": False}, 36, "one key head for all, q, k and v in one matrix, attention and network side by side behind one norm, exact GELU; tied"),
    "falcon-groups": falcon("falcon-groups", 2, {"new_decoder_architecture": True, "num_kv_heads": 2}, 37, "two key heads, q, k and v of each group side by side, a norm for attention and one for the network"),
    "internlm2": internlm2,
    "llada": llada,
    "dream": dream,
    "gpt-neox": neox,
    "mixtral": mixtral,
    "qwen2-moe": qwen2_moe,
    "qwen3-moe": qwen3_moe,
}


def write_safetensors(path, tensors):
    header, at, parts = {}, 0, []
    for name in sorted(tensors):
        data = np.ascontiguousarray(tensors[name], dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def stored(x):
    return {"shape": list(np.shape(x)), "dtype": "f64", "b64": base64.b64encode(np.ascontiguousarray(x, dtype="<f8").tobytes()).decode()}


def make(name):
    config, how, w, wrong, T, note = MODELS[name]()
    ids = [int(i) for i in np.random.default_rng(1000 + len(name)).integers(0, config["vocab_size"], T)]
    if not how.get("causal", True):
        ids[1::3] = [config["mask_token_id"]] * len(ids[1::3])
    logits, hidden, final = forward(how, w, ids)
    tolerance = 3e-5 * np.abs(logits).max()
    shifts = {key: float(np.abs(forward({**how, **change}, w, ids)[0] - logits).max()) for key, change in wrong.items()}
    weak = [key for key, shift in shifts.items() if not shift > 3 * tolerance]
    assert not weak, (name, weak, shifts, tolerance)
    greedy, text, rows = [], list(ids), logits
    for _ in range(0 if name == "rope-dynamic" or not how.get("causal", True) else STEPS):
        text.append(int(rows[-1].argmax()))
        rows = forward(how, w, text)[0]
        greedy.append({"token": text[-1], "logits": stored(rows[-1])})
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", w)
    expected = {
        "source": "own float64 forward pass (make-families.py) from the published rules of the family in huggingface/transformers",
        "architecture": config["architectures"][0], "note": note, "input_ids": ids, "logits": stored(logits), "hidden": [stored(h) for h in hidden],
        "final": stored(final), "greedy": greedy, "tolerance": tolerance, "wrong_rule_shift": shifts,
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    size = sum(path.stat().st_size for path in folder.iterdir()) // 1024
    spread = np.sort(logits, axis=1)
    print(f"| {name} | {config['architectures'][0]} | {how['layers']}, {hidden[0].shape[1]}, {config['vocab_size']} | {T} | {np.abs(logits).max():.2f} | {tolerance:.1e} | {note} |", f"{size} kB, smallest shift {min(shifts.values()) / tolerance:.0f} tolerances, top gap {np.min(spread[:, -1] - spread[:, -2]):.1e}", file=sys.stderr)


for each in sys.argv[1:] or MODELS:
    make(each)
