#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/data/references/{look_sam,soft_labels}.json: four training steps of a network of two layers in float64,
worked out with plain PyTorch, for tests/unit/train/reference_test.cpp.

    python3 tests/python/training_references.py tests/data/references
"""

import json
import pathlib
import sys

import torch

IMAGES, PIXELS, HIDDEN, CLASSES, BATCH, STEPS = 9, 4, 3, 3, 5, 4


def make_problem(seed):
    """Images, labels, the numbers of the images in each batch, and the first parameters."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*size):
        return torch.randn(*size, generator=generator, dtype=torch.float64)

    return {
        "images": normal(IMAGES, PIXELS),
        "labels": torch.randint(CLASSES, (IMAGES,), generator=generator),
        "batches": torch.stack([torch.randperm(IMAGES, generator=generator)[:BATCH] for _ in range(STEPS)]),
        "parameters": {
            "first.weight": normal(PIXELS, HIDDEN),
            "first.bias": normal(HIDDEN),
            "second.weight": normal(HIDDEN, CLASSES),
            "second.bias": normal(CLASSES),
        },
    }


def logits_of(parameters, images):
    hidden = torch.tanh(images @ parameters["first.weight"] + parameters["first.bias"])
    return hidden @ parameters["second.weight"] + parameters["second.bias"]


def log_probabilities(logits):
    return logits - logits.exp().sum(dim=1, keepdim=True).log()


def hard_loss(problem, parameters, batch):
    log_p = log_probabilities(logits_of(parameters, problem["images"][batch]))
    return sum(-log_p[i, problem["labels"][image]] for i, image in enumerate(batch.tolist())) / len(batch)


def soft_loss(problem, parameters, batch):
    log_p = log_probabilities(logits_of(parameters, problem["images"][batch]))
    loss = 0
    for i, image in enumerate(batch.tolist()):
        for c in range(CLASSES):
            loss = loss - problem["table"][image, c] * log_p[i, c]
    return loss / len(batch)


def optimizer_of(kind, parameters):
    if kind == "sgd":
        return torch.optim.SGD(list(parameters.values()), lr=0.1, momentum=0.9)
    return torch.optim.Adam(list(parameters.values()), lr=0.01)


def flat_gradient(loss, parameters):
    """The gradient over all parameters as one vector."""
    return torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss, list(parameters.values()))])


def as_parameters(vector, parameters):
    parts, start = {}, 0
    for name, value in parameters.items():
        parts[name] = vector[start : start + value.numel()].reshape(value.shape)
        start += value.numel()
    return parts


def step_with(optimizer, parameters, direction):
    for name, part in as_parameters(direction, parameters).items():
        parameters[name].grad = part.clone()
    optimizer.step()


def look_sam(problem, kind, rho, k, alpha):
    """Algorithm 1 of Liu et al., CVPR 2022 (arXiv 2203.02714)."""
    parameters = {name: value.clone().requires_grad_() for name, value in problem["parameters"].items()}
    optimizer = optimizer_of(kind, parameters)
    steps, g_v = [], None
    for t in range(STEPS):
        batch = problem["batches"][t]
        loss = hard_loss(problem, parameters, batch)
        g = flat_gradient(loss, parameters)
        if t % k == 0:
            climb = as_parameters(rho * g / torch.linalg.norm(g), parameters)
            climbed = {name: (value.detach() + climb[name]).requires_grad_() for name, value in parameters.items()}
            g_s = flat_gradient(hard_loss(problem, climbed, batch), climbed)
            length = torch.linalg.norm(g_s)
            cosine = torch.dot(g, g_s) / (torch.linalg.norm(g) * length)
            g_v = g_s - length * cosine * g / torch.linalg.norm(g)
        else:
            g_s = g + alpha * torch.linalg.norm(g) / torch.linalg.norm(g_v) * g_v
        step_with(optimizer, parameters, g_s)
        steps.append(recorded(loss, parameters))
    return steps


def soft_labels(problem, kind):
    parameters = {name: value.clone().requires_grad_() for name, value in problem["parameters"].items()}
    optimizer = optimizer_of(kind, parameters)
    steps = []
    for t in range(STEPS):
        loss = soft_loss(problem, parameters, problem["batches"][t])
        step_with(optimizer, parameters, flat_gradient(loss, parameters))
        steps.append(recorded(loss, parameters))
    return steps


def recorded(loss, parameters):
    return {"loss": loss.item(), "parameters": {n: v.detach().reshape(-1).tolist() for n, v in parameters.items()}}


def as_json(value):
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "values": value.reshape(-1).tolist()}
    return {key: as_json(part) for key, part in value.items()} if isinstance(value, dict) else value


def write(path, content):
    path.write_text(json.dumps(as_json(content), indent=1) + "\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)

    problem = make_problem(seed=1)
    values = {"rho": 0.3, "k": 2, "alpha": 0.7}
    runs = {kind: look_sam(problem, kind, **values) for kind in ("sgd", "adam")}
    write(folder / "look_sam.json", {"problem": problem, "values": values, "runs": runs})

    problem = make_problem(seed=2)
    votes = torch.randint(1, 9, (IMAGES, CLASSES), generator=torch.Generator().manual_seed(3)).to(torch.float64)
    problem["table"] = votes / votes.sum(dim=1, keepdim=True)
    runs = {kind: soft_labels(problem, kind) for kind in ("sgd", "adam")}
    write(folder / "soft_labels.json", {"problem": problem, "runs": runs})


if __name__ == "__main__":
    main()
