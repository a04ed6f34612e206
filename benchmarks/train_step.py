# SPDX-License-Identifier: MIT
"""train_step.py ORIGINAL [--program FILE] [--rounds N] [--tcmalloc FILE] [--only WORDS]: full-size QCS, ours against the authors' code.

ORIGINAL is a checkout of github.com/birdwcp/QCS, run by the interpreter that runs this script. A SAM step at two and four tuples,
in float32 and with autocast to bfloat16, and inference at one and eight pictures, two threads, each in a process of its own, ours
and theirs in turn. Prints medians over the rounds (default 5), their ratios (above 1: ours is faster), the smallest and largest
ratio of a round, and MiB of memory at the peak. --tcmalloc preloads an allocator, such as libtcmalloc_minimal.so.4, on our side
alone; --only keeps the rows whose names hold all of these words.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROWS = (("step", 2, "fp32", 1), ("step", 2, "bf16", 1), ("step", 4, "fp32", 1), ("step", 4, "bf16", 1), ("forward", 1, "fp32", 20), ("forward", 8, "fp32", 5))
THEIRS = """
import contextlib, statistics, sys, time
sys.path.insert(0, sys.argv[1])
from original import network_of, prepare_imports
import torch
prepare_imports(sys.argv[2])
what, batch, precision, runs = sys.argv[3], int(sys.argv[4]), sys.argv[5], int(sys.argv[6])
torch.set_num_threads(2)
model = network_of("QCS_7cls_raf_db", 7)
cast = torch.autocast("cpu", torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()
def step():
    for update in (optimizer.first_step, optimizer.second_step):
        with cast:
            outputs = model(*images)
        sum(torch.nn.functional.cross_entropy(o.float(), labels[i % 4]) for i, o in enumerate(outputs)).div(8).backward()
        update(zero_grad=True)
def forward():
    with torch.no_grad(), cast:
        model(images[0], None, None, None)
images = [torch.randn(batch, 3, 224, 224) for _ in range(4)]
labels = [torch.full((batch,), role) for role in (0, 0, 1, 1)]
if what == "step":
    from data_processing.sam import SAM
    optimizer = SAM(model.parameters(), torch.optim.Adam, lr=3e-6, rho=0.05, adaptive=False)
    model.train()
else:
    model.eval()
work, seconds = (step if what == "step" else forward), []
for _ in range(runs + 1):
    begin = time.perf_counter()
    work()
    seconds.append(time.perf_counter() - begin)
peak = next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(statistics.median(seconds[1:]), peak)
"""


def run(command, **environment):
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2", **environment}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stderr}")
    return [float(value) for value in done.stdout.split()[-2:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("original", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/benchmarks/benchmark_train_step")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tcmalloc", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    preload = {"LD_PRELOAD": str(options.tcmalloc)} if options.tcmalloc else {}
    print(f"{'':<24}{'ours':>10}{'theirs':>10}{'ratio':>8}{'of rounds':>14}{'MiB':>8}{'theirs':>8}{'ratio':>7}")
    for what, batch, precision, runs in ROWS:
        name = f"{what} {batch} {precision}"
        if not all(word in name.split() for word in options.only):
            continue
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(run([options.program, what, batch, runs, precision], **preload))
            theirs.append(run([sys.executable, "-c", THEIRS, ROOT / "tests/python", options.original.resolve(), what, batch, precision, runs]))
        a, b = (statistics.median(row[0] for row in rows) for rows in (ours, theirs))
        m, n = (statistics.median(row[1] for row in rows) for rows in (ours, theirs))
        ratios = [y[0] / x[0] for x, y in zip(ours, theirs)]
        print(f"{name:<24}{a:>9.4f}s{b:>9.4f}s{b / a:>7.2f}x{min(ratios):>7.2f}-{max(ratios):.2f}"
              f"{m:>8.0f}{n:>8.0f}{m / n:>6.2f}x", flush=True)


main()
