"""Trains a small model of worked arithmetic by rewards to hand steps over: GRPO after supervised fine-tuning, resumably.

  python3 training/grpo.py --start split.pt --problems problems-160.bin --context 160 --steps 200 --checkpoint grpo.pt

SplitReason (arXiv:2504.16379, section 3.3): several texts of each problem, the rewards of its repository's rewards.py, which
src/lib/decoding/split-reason/rewards.ts has too, advantages within the group, and no large model: what stands between tags is
the small one's own. Every batch is used once, so that the clipping of GRPO (arXiv:2402.03300, section 4.1) never acts.
"""

import argparse
import json
import math
import os
import re
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when the library loads; torch cannot set it later

import torch
from torch.nn import functional as F

from decoder import Past, rotation
from models import SIZES, make
from train import SEED, read_documents, save

SIZE, SAVE_EVERY, WARM_UP, END = "arithmetic-small-split-grpo", 20, 10, 0
OPEN, CLOSE = "<bigmodel>", "</bigmodel>"
BEST_SHARE, BEST_COUNT = 0.4, 8
LONGEST = 224


def text_of(ids):
    """Characters of token ids: the line end, then printable ASCII."""
    return "".join("\n" if i == END else chr(31 + i) for i in ids)


def format_reward(text):
    shaped = text.startswith("<think>\n") and re.search(r"^<think>\n[\s\S]*?\n</think>\n<answer>\n[\s\S]*?\n</answer>$", text, re.M)
    return bool(shaped) + opens_and_closes(text)


def opens_and_closes(text):
    is_open = False
    for tag in re.findall(r"</?bigmodel>", text):
        if tag == OPEN and is_open:
            return False
        is_open = tag == OPEN
    return not is_open


def share_reward(share):
    """Reward of a share between tags: up to 1 at 0.4 in a line, from there down to -1 at 1."""
    if share <= 0:
        return 0.0
    if share < BEST_SHARE:
        return share / BEST_SHARE
    return min(1.0, max(-1.0, 1 - (share - BEST_SHARE) * 2 / (1 - BEST_SHARE)))


def tag_count_reward(text):
    opens, closes = text.count(OPEN), text.count(CLOSE)
    between = "".join(re.findall(r"<bigmodel>([\s\S]*?)</bigmodel>", text))
    parts = (("<think>\n", 0.5), ("\n</think>\n", 0.5), ("\n<answer>\n", 0.25), ("\n</answer>", 0.25))
    count = 0.5 * opens if opens <= BEST_COUNT else 0.5 * BEST_COUNT - 0.5 * (opens - BEST_COUNT)
    return (sum(points for part, points in parts if text.count(part) == 1) + 0.5 * ("\\boxed{" in text) + math.floor(count / 2)
            + 2 * share_reward(len(between) / len(text) if text else 0) - 2 * (opens != closes))


def answer_reward(text, answer):
    """1 if the text, its tags left out, ends in the answer."""
    return float(re.sub(r"</?bigmodel>", "", text).split(";")[-1] == f"A:{answer}")


def reward(text, answer):
    return answer_reward(text, answer) + format_reward(text) + tag_count_reward(text)


def advantages(rewards, eps=1e-4):
    """(reward - mean) / (deviation + eps) within each row, the deviation with n - 1."""
    return (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + eps)


def problems_of(path, context):
    """Token ids of each problem's question, and its answer."""
    found = []
    for row in read_documents(path, context)[0].tolist():
        text = text_of(row)
        question = text.index("\n") + 1
        work = text[question:text.index("\n", question)]
        found.append((row[:question], work[work.rindex("A:") + 2:]))
    return found


def in_lengths(problems):
    """Problems by the length of their question: those of a batch need no padding."""
    lengths = {}
    for question, answer in problems:
        lengths.setdefault(len(question), []).append((question, answer))
    return [group for _, group in sorted(lengths.items())]


def batch_of(lengths, step, count):
    """Problems of one length; the lengths come as often as they occur, and which ones depends on the step alone."""
    generator = torch.Generator().manual_seed(step)
    weights = torch.tensor([float(len(group)) for group in lengths])
    group = lengths[int(torch.multinomial(weights, 1, generator=generator))]
    return [group[i] for i in torch.randint(len(group), (count,), generator=generator)]


def sampled(model, questions, temperature, generator):
    """Token ids [texts, tokens] that go on with drawn tokens until all have ended."""
    ids, past, done = questions, [Past() for _ in model.layers], torch.zeros(len(questions), dtype=torch.bool)
    cos, sin = rotation(model.config, questions.shape[1] + LONGEST, model.norm.weight)
    fresh = ids
    with torch.no_grad():
        while not done.all() and ids.shape[1] < questions.shape[1] + LONGEST:
            first = ids.shape[1] - fresh.shape[1]
            x, mask = model.embed(fresh), model.attention_mask(ids.shape[1], model.norm.weight)[first:]
            for layer, before in zip(model.layers, past):
                x = layer(x, cos[first:ids.shape[1]], sin[first:ids.shape[1]], mask, past=before)
            law = (model.head(model.norm(x[:, -1])) / temperature).softmax(-1)
            fresh = torch.multinomial(law, 1, generator=generator).masked_fill(done[:, None], END)
            ids = torch.cat([ids, fresh], 1)
            done |= fresh[:, 0] == END
    return ids


def log_probabilities(model, ids, temperature):
    """Of every token but the first, [texts, tokens - 1], by the law that the texts are drawn from."""
    return -F.cross_entropy(model(ids[:, :-1]).transpose(1, 2) / temperature, ids[:, 1:], reduction="none")


def learning_rate(step, steps, peak):
    """Linear warm-up, then a cosine to zero."""
    if step < WARM_UP:
        return peak * (step + 1) / WARM_UP
    return peak * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", required=True, help="the checkpoint of supervised fine-tuning")
    parser.add_argument("--problems", required=True, help="export-arithmetic.ts ... single")
    parser.add_argument("--context", type=int, required=True, help="of the file of problems")
    parser.add_argument("--batch", type=int, default=12, help="problems of a step")
    parser.add_argument("--completions", type=int, default=8, help="texts of each")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--divergence", type=float, default=0.04, help="weight of the divergence from the start")
    parser.add_argument("--checkpoint", required=True)
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    lengths = in_lengths(problems_of(args.problems, args.context))
    started = torch.load(args.start)
    model, reference = make(SIZES[SIZE]), make(SIZES[SIZE]).requires_grad_(False)
    for each in (model, reference):
        each.load_state_dict(started["model"])
    optimizer, first, log = torch.optim.AdamW(model.parameters(), weight_decay=0.0), 0, []
    if os.path.exists(args.checkpoint):
        state = torch.load(args.checkpoint)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, log = state["step"], state["log"]

    began, recent = time.time(), []
    for step in range(first, args.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.rate)
        problems = [problem for problem in batch_of(lengths, step, args.batch) for _ in range(args.completions)]
        questions = torch.tensor([question for question, _ in problems])
        ids = sampled(model, questions, args.temperature, torch.Generator().manual_seed(step))
        texts = [text_of(row).split("\n")[0] for row in ids[:, questions.shape[1]:].tolist()]
        rewards = torch.tensor([reward(text, answer) for text, (_, answer) in zip(texts, problems)])
        gain = advantages(rewards.view(args.batch, -1)).flatten()[:, None]
        written = torch.arange(ids.shape[1] - 1) - (questions.shape[1] - 1)
        counts = (written >= 0) & (written <= torch.tensor([len(text) for text in texts])[:, None])
        found = log_probabilities(model, ids, args.temperature)
        with torch.no_grad():
            apart = log_probabilities(reference, ids, args.temperature)
        divergence = (apart - found).exp() - (apart - found) - 1
        gained = (found - found.detach()).exp() * gain
        loss = -((gained - args.divergence * divergence) * counts).sum() / counts.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        right = sum(answer_reward(text, answer) for text, (_, answer) in zip(texts, problems)) / len(texts)
        between = sum(len("".join(re.findall(r"<bigmodel>([\s\S]*?)</bigmodel>", text))) / max(1, len(text)) for text in texts)
        recent.append([rewards.mean().item(), right, between / len(texts), ((divergence * counts).sum() / counts.sum()).item()])
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == args.steps:
            means = torch.tensor(recent).mean(0).tolist()
            log.append({"step": step + 1, **dict(zip(("reward", "answers", "share", "divergence"), means)),
                        "seconds": round(time.time() - began, 1)})
            print(json.dumps(log[-1]), flush=True)
            print(texts[0], flush=True)
            began, recent = time.time(), []
            save(args.checkpoint, {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                                   "step": step + 1, "log": log, "arguments": vars(args)})


if __name__ == "__main__":
    main()
