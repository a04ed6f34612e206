# SPDX-License-Identifier: MIT
"""gpu_original.py TESTS_PYTHON CHECKOUT DEVICE SETTING RUNS TUPLES...: what gpu.py runs of the authors' code.

SETTING is words: `bf16` asks for autocast, `compiled` for torch.compile and channels-last. Prints the lines of benchmark_gpu.
"""
import statistics
import sys
import time

tests, checkout, device, setting, runs, *batches = sys.argv[1:]
sys.path.insert(0, tests)
from original import network_of, prepare_imports
import torch

prepare_imports(checkout)
from data_processing.sam import SAM

cuda, low, compiled = device != "cpu", "bf16" in setting, "compiled" in setting
wait = torch.cuda.synchronize if cuda else lambda: None
torch.backends.cudnn.benchmark = True  # as main_QCS_raf_db.py has it
layout = torch.channels_last if compiled else torch.contiguous_format
network = network_of("QCS_7cls_raf_db", 7).to(device, memory_format=layout)
model = torch.compile(network, dynamic=False) if compiled else network
optimizer = SAM(network.parameters(), torch.optim.Adam, lr=3e-6, rho=0.05, adaptive=False)


def autocast():
    return torch.autocast("cuda" if cuda else "cpu", dtype=torch.bfloat16, enabled=low)


def step(images, labels):
    for update in (optimizer.first_step, optimizer.second_step):
        with autocast():
            outputs = model(*images)
        losses = [torch.nn.functional.cross_entropy(o.float(), labels[i % 4]) for i, o in enumerate(outputs)]
        sum(losses).div(8).backward()
        update(zero_grad=True)


def forward(images):
    with torch.no_grad(), autocast():
        model(images[0], None, None, None)


def measure(what, tuples, images, work):
    seconds = []
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    for run in range(-3 if cuda else -1, int(runs)):
        wait()
        begin = time.perf_counter()
        work()
        wait()
        if run >= 0:
            seconds.append(time.perf_counter() - begin)
    median = statistics.median(seconds)
    memory = f" {torch.cuda.max_memory_allocated() >> 20} MiB" if cuda else ""
    print(what, tuples, setting.replace(" ", "_"), f"{1e3 * median:.2f} ms {images / median:.1f} images/s{memory}", flush=True)


for tuples in map(int, batches):
    # 224 pixels, of which the network reads every second row and column; ours is given those.
    images = [torch.randn(tuples, 3, 224, 224).to(device).contiguous(memory_format=layout) for _ in range(4)]
    labels = [torch.full((tuples,), role, device=device) for role in (0, 0, 1, 1)]
    network.train()
    measure("step", tuples, 4 * tuples, lambda: step(images, labels))
    network.eval()
    if not compiled:  # another graph, which takes as long to compile again
        measure("forward", tuples, tuples, lambda: forward(images))
