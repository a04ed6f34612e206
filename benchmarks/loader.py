# SPDX-License-Identifier: MIT
"""loader.py ORIGINAL BENCHMARK_LOADER RAF_LIST RAF_ROOT RAF_PACK FERPLUS_LIST FERPLUS_ROOT FERPLUS_PACK: QCS tuples, ours
against the original.

ORIGINAL is a checkout of github.com/birdwcp/QCS: its Dataset, its collate_fn, PyTorch's DataLoader and torchvision with the
transforms of its two training programs. Ours runs in turn on the same lists and images, with the same number of workers,
from the image files and from the file that `prepare pack` makes of them.
Prints medians of images a second and their ratio. Needs torch, torchvision, pandas and PIL of Python.
"""
import importlib
import statistics
import subprocess
import sys
import time

import pandas
import torch
from torchvision import transforms

original, program = sys.argv[1:3]
lists = {"raf_db": sys.argv[3:6], "ferplus": sys.argv[6:9]}
BATCHES, ROUNDS = {1: 10, 2: 20}, 3
sys.path.insert(0, original)
tuples = importlib.import_module("data_processing.dataset_q0")

JITTER = transforms.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1)
TO_INPUT = [transforms.ToTensor(), transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
            transforms.RandomErasing(scale=(0.02, 0.1))]
RECIPES = {
    "raf_db": [transforms.Resize((224, 224)), transforms.RandomHorizontalFlip(), JITTER, *TO_INPUT],
    "ferplus": [transforms.Resize((232, 232)), transforms.RandomHorizontalFlip(), transforms.RandomRotation(10),
                transforms.RandomCrop((224, 224)), JITTER, *TO_INPUT],
}


def theirs(recipe, workers):
    table = pandas.read_csv(lists[recipe][0], sep=" ", header=None, names=["ImageName", "label"])
    dataset = tuples.Dataset(lists[recipe][1], table, train=True, transform=transforms.Compose(RECIPES[recipe]))
    loader = torch.utils.data.DataLoader(dataset, batch_size=24, shuffle=True, num_workers=workers, collate_fn=tuples.collate_fn)
    batches = iter(loader)
    for _ in range(2 * workers):  # what the workers fetched ahead while they started
        next(batches)
    start = time.perf_counter()
    for _ in range(BATCHES[workers]):
        next(batches)
    return 24 * 4 * BATCHES[workers] / (time.perf_counter() - start)


def ours(recipe, workers, source):
    command = [program, recipe, lists[recipe][0], source, str(workers), str(8 * BATCHES[workers])]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[0])


for recipe in RECIPES:
    for workers in (1, 2):
        _, folder, pack = lists[recipe]
        rounds = [(ours(recipe, workers, folder), ours(recipe, workers, pack), theirs(recipe, workers)) for _ in range(ROUNDS)]
        files, packed, original_rate = (statistics.median(column) for column in zip(*rounds))
        print(f"{recipe:<8} {workers} worker(s)  original {original_rate:7.1f} images/s  qcs {files:7.1f}, "
              f"{statistics.median(f / o for f, _, o in rounds):4.1f}x  packed {packed:7.1f}, "
              f"{statistics.median(p / o for _, p, o in rounds):4.1f}x", flush=True)
