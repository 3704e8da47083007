"""HAMburger (arXiv:2505.20438) around a copy of a published decoder: one step takes a group of up to four tokens as one input
and writes the next group. The published decoder is the teacher; all weights of the copy are trained with the parts around it.

The compositional embedder makes one input of a group: the mean of its embeddings and what attention with that mean as its
query finds in them. The base decoder's head writes the first token of the next group, a small decoder the others, from the
hidden states of four of the base's layers and from the tokens of the group so far; a stop head ends the group.
"""

import copy
import math

import torch
from torch import nn
from torch.nn import functional as F

from decoder import Config, Layer, RMSNorm, rotation

MOST, MICRO_LAYERS, FEATURES, CONFIDENCE, STOP_WEIGHT = 4, 2, 4, 0.7, 0.5
SHORTEST_PROMPT, LONGEST_PROMPT, CHECKED_PROMPT = 48, 176, 128


class Embedder(nn.Module):
    """Embeddings [groups, MOST, width] and which of them are there to one input for each group, [groups, width]."""

    def __init__(self, config):
        super().__init__()
        width, self.heads = config.width, config.heads
        self.position = nn.Parameter(nn.init.xavier_normal_(torch.empty(MOST, width // 2)))
        self.q_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.k_proj, self.v_proj = nn.Linear(width + width // 2, width), nn.Linear(width + width // 2, width)
        nn.init.zeros_(self.out_proj.weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, embeddings, there):
        mean = (embeddings * there[..., None]).sum(1) / there.sum(1, keepdim=True)
        placed = torch.cat([embeddings, self.position.expand(len(embeddings), -1, -1)], -1)
        q, k, v = (x.view(len(mean), -1, self.heads, mean.shape[-1] // self.heads).transpose(1, 2)
                   for x in (self.q_proj(mean)[:, None], self.k_proj(placed), self.v_proj(placed)))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        scores = scores.masked_fill(~there[:, None, None], -math.inf)
        update = self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(1))
        return torch.where(there.sum(1, keepdim=True) == 1, embeddings[:, 0], mean + update)


class Hamburger(nn.Module):
    def __init__(self, model, count=MOST):
        super().__init__()
        if count != MOST:
            raise ValueError(f"Hamburger: count must be {MOST}, got {count}")
        c = model.config
        self.base, self.embedder = copy.deepcopy(model).requires_grad_(True), Embedder(c)
        self.layers = nn.ModuleList(Layer(Config(MICRO_LAYERS, c.width, c.heads, c.kv_heads, c.hidden)) for _ in range(MICRO_LAYERS))
        self.norm = RMSNorm(c.width, c.eps)
        self.stop = nn.Sequential(nn.Linear(c.width, c.width), nn.SiLU(), nn.Linear(c.width, c.width), nn.SiLU(), nn.Linear(c.width, 1))
        for layer in self.layers:
            for name, weight in layer.named_parameters():
                if name.endswith("_proj.weight"):
                    nn.init.normal_(weight, std=weight.shape[1] ** -0.5 / (2 if name.endswith(("o_proj.weight", "down_proj.weight")) else 1))

    def read(self, ids, groups):
        """Hidden states after some layers, [batch, groups, FEATURES, width]; the last are what the base's head takes."""
        model = self.base
        members, there, _ = groups
        batch, count = members.shape[:2]
        embeddings = model.embed(ids)[torch.arange(batch)[:, None, None], members]
        x = self.embedder(embeddings.flatten(0, 1), there.flatten(0, 1)).view(batch, count, -1)
        places = torch.where(there, members, 0).amax(-1)
        cos, sin = (angle[places][:, None] for angle in rotation(model.config, ids.shape[1], x))
        mask, every, features = model.attention_mask(count, x), len(model.layers) // FEATURES, []
        for index, layer in enumerate(model.layers):
            x = layer(x, cos, sin, mask)
            if (index + 1) % every == 0:
                features.append(x)
        return torch.stack([*features[:-1], model.norm(x)], 2)

    def write(self, features, tokens):
        """What the head takes for each token of a group, [groups, MOST, width], the tokens before it fed back."""
        x = torch.cat([features, self.base.embed(tokens[:, :-1])], 1)
        cos, sin = rotation(self.base.config, x.shape[1], x)
        mask = self.base.attention_mask(x.shape[1], x)
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return torch.cat([features[:, -1:], self.norm(x[:, FEATURES:])], 1)

    def forward(self, ids, groups):
        """Of every group that is foreseen: logits of its tokens and of a stop after each, [groups, MOST, ...]."""
        members, there, foreseen = groups
        before = self.read(ids, (members[:, :-1], there[:, :-1], None))[foreseen[:, 1:]]
        tokens = torch.gather(ids, 1, members.flatten(1)).view(members.shape)[foreseen]
        written = self.write(before, tokens)
        return self.base.head(written), self.stop(written)[..., 0]

    def compared(self, model, ids, prompt):
        """Logits, stops, and what they should be by the published decoder: its laws, where a group ends, which tokens there are."""
        laws = teacher_laws(model, ids)
        members, there, foreseen = groups = grouped(laws, prompt)
        logits, stops = self(ids, groups)
        at = (members[foreseen] - 1).clamp(min=0)
        row = foreseen.nonzero()[:, :1].expand_as(at)
        ends = torch.arange(MOST) == there[foreseen].sum(1, keepdim=True) - 1
        return logits, stops, laws[row, at], ends, there[foreseen]

    def loss(self, model, tokens, step):
        """Cross-entropy with the published decoder's laws, and half of that of the stops."""
        generator = torch.Generator().manual_seed(step)
        prompt = int(torch.randint(SHORTEST_PROMPT, LONGEST_PROMPT + 1, (), generator=generator))
        logits, stops, laws, ends, there = self.compared(model, tokens.long(), prompt)
        said = -(laws * logits.log_softmax(-1)).sum(-1)[there].mean()
        return said + STOP_WEIGHT * F.binary_cross_entropy_with_logits(stops[there], ends[there].float())

    def score(self, model, documents, batch=8):
        """Shares of first and later tokens of a group, and of stops, that are as the teacher has them; tokens of a group."""
        hits = {"first": [], "later": [], "stops": [], "sizes": []}
        with torch.no_grad():
            for tokens in documents.split(batch):
                logits, stops, laws, ends, there = self.compared(model, tokens.long(), CHECKED_PROMPT)
                same = logits.argmax(-1) == laws.argmax(-1)
                hits["first"].append(same[:, 0])
                hits["later"].append(same[:, 1:][there[:, 1:]])
                hits["stops"].append(((stops > 0) == ends)[there])
                hits["sizes"].append(there.sum(1))
        share = {name: torch.cat(found).double().mean().item() for name, found in hits.items()}
        return {"validationFirst": share["first"], "validationLater": share["later"],
                "validationStops": share["stops"], "validationTokens": share["sizes"]}


def teacher_laws(model, ids):
    """The teacher's law of each token but the first, [batch, length - 1, vocabulary]."""
    with torch.no_grad():
        return model(ids[:, :-1]).softmax(-1)


def grouped(laws, prompt):
    """
    Groups of texts, padded: places of their tokens [batch, groups, MOST], which are there, and which groups are to be foreseen.
    Tokens of the prompt stand alone; after it one joins the group before it where the teacher foresaw it well enough, if
    there is room (the rule "sliding"). The last group, which the text's end may have cut, is left out of what is foreseen.
    """
    rows = [[1] * prompt + group_sizes(row[prompt - 1:]) for row in entropies(laws)]
    count = max(map(len, rows))
    sizes = torch.tensor([row + [0] * (count - len(row)) for row in rows])
    there = torch.arange(MOST) < sizes[..., None]
    members = (sizes.cumsum(1) - sizes)[..., None] + torch.arange(MOST)
    last = torch.tensor([len(row) - 1 for row in rows])[:, None]
    order = torch.arange(count)
    padded = there.clone()
    padded[..., 0] = True  # attention over nothing would be no number
    return torch.where(there, members, 0), padded, (order >= prompt) & (order < last)


def entropies(laws):
    """In nats, [batch][length]."""
    return torch.special.entr(laws).sum(-1).tolist()


def threshold(vocabulary):
    """Entropy of a law whose likeliest token has probability CONFIDENCE, all others the same."""
    rest = 1 - CONFIDENCE
    return -(CONFIDENCE * math.log(CONFIDENCE) + rest * math.log(rest / (vocabulary - 1)))


def group_sizes(found, most=MOST, below=threshold(256)):
    sizes = []
    for entropy in found:
        if sizes and sizes[-1] < most and entropy < below:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return sizes
