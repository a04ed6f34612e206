# SPDX-License-Identifier: MIT
"""train_step.py ORIGINAL [BENCHMARK_TRAIN_STEP] [ROUNDS]: full-size QCS, ours against the authors' code.

ORIGINAL is a checkout of github.com/birdwcp/QCS. A SAM step at two and four tuples and inference at one and eight
pictures, fp32, two threads, each in a process of its own, ours and theirs in turn. Prints medians over the rounds (default
5), their ratios (above 1: ours is faster, or needs less memory) and the smallest and largest ratio of a round.
"""
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
THEIRS = """
import statistics, sys, time
sys.path.insert(0, sys.argv[1])
from original import network_of, prepare_imports
import torch
prepare_imports(sys.argv[2])
what, batch, runs = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(2)
model = network_of("QCS_7cls_raf_db", 7)
def step():
    for update in (optimizer.first_step, optimizer.second_step):
        outputs = model(*images)
        sum(torch.nn.functional.cross_entropy(o, labels[i % 4]) for i, o in enumerate(outputs)).div(8).backward()
        update(zero_grad=True)
def forward():
    with torch.no_grad():
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


def run(command):
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2"}
    out = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, env=environment).stdout
    return [float(value) for value in out.split()[-2:]]


def main():
    original = pathlib.Path(sys.argv[1]).resolve()
    program = sys.argv[2] if len(sys.argv) > 2 else ROOT / "build/release/benchmarks/benchmark_train_step"
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    print(f"{'':<22}{'ours':>10}{'theirs':>10}{'ratio':>8}{'of rounds':>14}{'MiB':>8}{'theirs':>8}")
    for what, batch, runs in (("step", 2, 1), ("step", 4, 1), ("forward", 1, 20), ("forward", 8, 5)):
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(run([program, what, batch, runs]))
            theirs.append(run([sys.executable, "-c", THEIRS, ROOT / "tests/python", original, what, batch, runs]))
        a, b = (statistics.median(row[0] for row in rows) for rows in (ours, theirs))
        m, n = (statistics.median(row[1] for row in rows) for rows in (ours, theirs))
        ratios = [y[0] / x[0] for x, y in zip(ours, theirs)]
        print(f"{what + ', batch ' + str(batch):<22}{a:>9.3f}s{b:>9.3f}s{b / a:>7.2f}x{min(ratios):>7.2f}-{max(ratios):.2f}"
              f"{m:>8.0f}{n:>8.0f}", flush=True)


main()
