# SPDX-License-Identifier: MIT
"""original_step.py CHECKOUT DEVICE SETTING RUNS WORK TUPLES...: times the authors' full-size QCS for train_step.py and gpu.py.

SETTING is words: `bf16` asks for autocast, `compiled` for torch.compile and channels-last. WORK is step, a SAM step, forward,
the base branch in evaluation, or step,forward. Prints lines `WORK TUPLES SETTING MS ms N images/s M MiB`, M at the peak: of
the process on a CPU, of the device elsewhere. With profile, prints the operations that a step spends its time in.
"""
import pathlib
import statistics
import sys
import time

checkout, device, setting, runs, work, *batches = sys.argv[1:]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/python"))
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


def peak_memory():
    if cuda:
        return torch.cuda.max_memory_allocated() >> 20
    return next(int(line.split()[1]) >> 10 for line in open("/proc/self/status") if line.startswith("VmHWM"))


def measure(what, tuples, images, run):
    seconds = []
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    for i in range(-3 if cuda else -1, int(runs)):
        wait()
        begin = time.perf_counter()
        run()
        wait()
        if i >= 0:
            seconds.append(time.perf_counter() - begin)
    median = statistics.median(seconds)
    print(what, tuples, setting.replace(" ", "_"), f"{1e3 * median:.2f} ms {images / median:.1f} images/s {peak_memory()} MiB", flush=True)


for tuples in map(int, batches):
    # 224 pixels, of which the network reads every second row and column; ours is given those.
    images = [torch.randn(tuples, 3, 224, 224).to(device).contiguous(memory_format=layout) for _ in range(4)]
    labels = [torch.full((tuples,), role, device=device) for role in (0, 0, 1, 1)]
    if work == "profile":
        network.train()
        step(images, labels)
        with torch.profiler.profile() as profile:
            for _ in range(int(runs)):
                step(images, labels)
        print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=20, max_name_column_width=50))
    if "step" in work:
        network.train()
        measure("step", tuples, 4 * tuples, lambda: step(images, labels))
    if "forward" in work and not (compiled and "step" in work):  # another graph, which takes as long to compile again
        network.eval()
        measure("forward", tuples, tuples, lambda: forward(images))
