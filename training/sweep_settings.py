"""Prints the settings of the sweep over regression language models, for sweep_regression.py.

  python3 training/sweep_settings.py > WORK/settings.json
"""

import json

TASKS = {"roofline": 9600, "program": 7200, "graph": 4800, "kernel": 2400}
STEPS, SEEDS = 800, (1, 2, 3)
BASE = {"size": "regressor-32", "tasks": TASKS, "steps": STEPS, "batch": 32, "rate": 3e-3}


def named(name, seed, **changes):
    return {"name": f"{name}-{seed}", **BASE, **changes, "seed": seed}


def alone(task, seed):
    """One task alone, for as many steps as it has a share of those of all tasks."""
    share = TASKS[task] / sum(TASKS.values())
    return named(f"alone-{task}", seed, tasks={task: TASKS[task]}, steps=round(STEPS * share))


def part(of):
    return {task: count // of for task, count in TASKS.items()}


def adapted(count, seed):
    """Some examples of kernels, from pretrained weights and from nothing; every seed has examples of its own."""
    few = {"tasks": {"kernel": count}, "steps": 500, "batch": 16, "from": 512 * (seed - 1),
           "best": "validation-kernel-4"}
    return [named(f"adapted-{count}", seed, **few, start="pretrained-1"), named(f"scratch-{count}", seed, **few)]


def main():
    others = {task: count for task, count in TASKS.items() if task != "kernel"}
    settings = [
        *(named("all", seed) for seed in SEEDS),
        named("pretrained", 1, tasks=others, steps=720),
        *(setting for seed in SEEDS for count in (8, 64, 512) for setting in adapted(count, seed)),
        *(named(f"part-{of}", seed, tasks=part(of)) for seed in SEEDS for of in (16, 4)),
        *(named(f"width-{width}", seed, size=f"regressor-{width}") for seed in SEEDS for width in (24, 48)),
        *(alone(task, seed) for seed in SEEDS for task in TASKS),
        *(named(f"digits-{digits}", seed, digits=digits) for seed in SEEDS for digits in (2, 6)),
    ]
    print(json.dumps(settings))


if __name__ == "__main__":
    main()
