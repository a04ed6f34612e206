# SPDX-License-Identifier: MIT
"""train_step.py ORIGINAL [OPTIONS]: full-size QCS, ours against the authors' code.

ORIGINAL is a checkout of github.com/birdwcp/QCS, run by the interpreter that runs this script. A SAM step at two and four tuples,
in float32 and with autocast to bfloat16, and inference at one and eight pictures by the training network and by the engine, two threads, each in a process of its own, ours
and theirs in turn. Prints medians over the rounds (default 5), their ratios (above 1: ours is faster), the smallest and largest
ratio of a round, and MiB of memory at the peak. --tcmalloc preloads an allocator, such as libtcmalloc_minimal.so.4, on our side
alone; --ours passes words on to our program, such as channels-last; --only keeps the rows whose names hold all of its words.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROWS = (("step", 2, "fp32", 1), ("step", 2, "bf16", 1), ("step", 4, "fp32", 1), ("step", 4, "bf16", 1), ("forward", 1, "fp32", 20), ("forward", 8, "fp32", 5),
        ("engine", 1, "fp32", 20), ("engine", 8, "fp32", 5), ("engine", 1, "bf16", 20), ("engine", 8, "bf16", 5))


def output_of(command, **environment):
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2", **environment}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def ours(options, what, batch, precision, runs):
    """Seconds and MiB."""
    preload = {"LD_PRELOAD": str(options.tcmalloc)} if options.tcmalloc else {}
    words = [precision, *options.ours]
    return [float(value) for value in output_of([options.program, what, batch, runs, *words], **preload).split()[-2:]]


def theirs(options, what, batch, precision, runs):
    line = output_of([sys.executable, ROOT / "benchmarks/original_step.py", options.original.resolve(), "cpu", precision, runs,
                      "step" if what == "step" else "forward", batch])
    words = line.split()  # step 2 fp32 MS ms N images/s M MiB
    return float(words[-6]) / 1e3, float(words[-2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("original", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/benchmarks/benchmark_train_step")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tcmalloc", type=pathlib.Path)
    parser.add_argument("--ours", nargs="*", default=[])
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    print(f"{'':<24}{'ours':>10}{'theirs':>10}{'ratio':>8}{'of rounds':>14}{'MiB':>8}{'theirs':>8}{'ratio':>7}")
    for what, batch, precision, runs in ROWS:
        name = f"{what} {batch} {precision}"
        if not all(word in name.split() for word in options.only):
            continue
        rounds = [(ours(options, what, batch, precision, runs), theirs(options, what, batch, precision, runs)) for _ in range(options.rounds)]
        a, b = (statistics.median(row[0] for row in rows) for rows in zip(*rounds))
        m, n = (statistics.median(row[1] for row in rows) for rows in zip(*rounds))
        ratios = [y[0] / x[0] for x, y in rounds]
        print(f"{name:<24}{a:>9.4f}s{b:>9.4f}s{b / a:>7.2f}x{min(ratios):>7.2f}-{max(ratios):.2f}"
              f"{m:>8.0f}{n:>8.0f}{m / n:>6.2f}x", flush=True)


main()
