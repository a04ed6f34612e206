# SPDX-License-Identifier: MIT
"""load_weights.py BENCHMARK_LOAD_WEIGHTS FILE.pth [ROUNDS]: reading weights, ours against Python's torch.load.

Runs build/release/benchmarks/benchmark_load_weights and torch.load on the same file in turn, each in a process of its own,
and prints the medians of time and of memory at its peak (beyond what the process had before). The file is in the page
cache after the first, unmeasured run of each.
"""
import statistics
import subprocess
import sys

PYTHON = """
import resource, sys, time, torch
def peak():
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
def resident():
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))
class Recorder:
    pass
sys.modules["__main__"].RecorderMeter_matrix = sys.modules["__main__"].RecorderMeter_loss = Recorder
torch.set_num_threads(2)
before, start = resident(), time.perf_counter()
file = torch.load(sys.argv[1], map_location="cpu")
print(time.perf_counter() - start, peak() - before)
"""


def run(command):
    return [float(value) for value in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[:2]]


def main():
    program, file = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    ours, theirs = [], []
    for _ in range(-1, rounds):
        ours.append(run([program, file]))
        theirs.append(run([sys.executable, "-c", PYTHON, file]))
    for what, column, unit in (("time", 0, "s"), ("memory", 1, "MiB")):
        a = statistics.median(row[column] for row in ours[1:])
        b = statistics.median(row[column] for row in theirs[1:])
        print(f"{what:<7} qcs {a:9.3f} {unit:<4} torch.load {b:9.3f} {unit:<4} ratio {a / b:.2f}")


main()
