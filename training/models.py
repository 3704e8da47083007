"""Every model that this folder trains: its sizes by name, its module, and the same function as it is published."""

import os

import torch
from torch import nn

import attamba
import decoder
import diffusion
import experts
import mamba
import matmul_free
from safetensors import read_safetensors

HEAD = "lm_head"
SIZES = {**decoder.SIZES, **mamba.SIZES, **diffusion.SIZES, **attamba.SIZES, **experts.SIZES,
         **matmul_free.SIZES}


def family(config):
    if isinstance(config, mamba.Config):
        return mamba
    for module in (attamba, diffusion, experts, matmul_free):
        if isinstance(config, module.Config):
            return module
    return decoder


def make(config):
    return family(config).Model(config)


class Published:
    """Beside a model's class: the embedding carries its scale, the head is a matrix of its own."""

    def __init__(self, config):
        super().__init__(config)
        if not hasattr(self, HEAD):
            self.lm_head = nn.Linear(config.width, config.vocabulary, bias=False)

    def embed(self, ids):
        return getattr(self, self.EMBEDDING)(ids)

    def head(self, x):
        return self.lm_head(x)


def published(state, config):
    """A checkpoint's weights by the published names, float16."""
    model = family(config).Model
    embedding = f"{model.EMBEDDING}.weight"
    own = experts.publish(state, config) if isinstance(config, experts.Config) else state
    tensors = {name if name.startswith(HEAD) else model.PREFIX + name: weight for name, weight in own.items()}
    tensors.setdefault(f"{HEAD}.weight", state[embedding])
    tensors[model.PREFIX + embedding] = state[embedding] * config.width**0.5
    return {name: weight.half() for name, weight in tensors.items()}


def unpublished(tensors, config):
    """The weights of `published`, widened, as a new run begins with them."""
    model = family(config).Model
    embedding = f"{model.EMBEDDING}.weight"
    state = {name.removeprefix(model.PREFIX): weight.float() for name, weight in tensors.items()}
    if isinstance(config, matmul_free.Config):
        return {**state, embedding: state[embedding] / config.width**0.5}
    state[embedding] = state.pop(f"{HEAD}.weight")
    return experts.unpublish(state, config) if isinstance(config, experts.Config) else state


def load(tensors, config, dtype=torch.float32):
    """The model of published weights."""
    base = family(config).Model
    model = type("PublishedModel", (Published, base), {})(config)
    state = {name.removeprefix(base.PREFIX): weight for name, weight in tensors.items()}
    model.load_state_dict(experts.unpublish(state, config) if isinstance(config, experts.Config) else state)
    return model.to(dtype).eval()


def load_published(folder, name):
    """A published model of a folder of models, in float32."""
    tensors = read_safetensors(os.path.join(folder, name, "model.safetensors"))
    return load({tensor: weight.float() for tensor, weight in tensors.items()}, SIZES[name])


def config_json(config, context):
    return {**family(config).config_json(config, context), "vocab_size": config.vocabulary, "hidden_size": config.width,
            "num_hidden_layers": config.layers, "hidden_act": "silu", "tie_word_embeddings": False,
            "bos_token_id": 1, "pad_token_id": 0, "torch_dtype": "float16"}
