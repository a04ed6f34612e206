# SPDX-License-Identifier: MIT
"""small_network.py [COMMIT] [ROUNDS] [--faces TRAIN_LIST TEST_LIST IMAGE_ROOT] [OPTIONS]

Images trained a second by the small network, this checkout against an older COMMIT (default 0c9b9fc), which is built in
build/older-COMMIT on first use. QCS with 8 tuples a step and DCS with 16, two compute threads, on drawn faces unless lists
in RAF-DB's form are given; the two sides run in turn. Prints medians over the rounds (default 5), their ratio (above 1: this
checkout is faster) and the smallest and largest ratio of a round. A run is one epoch of 40 steps at most; the rate is
timing.json's, which leaves out the first step, evaluation and saving. OPTIONS are this checkout's program's, such as
--memory-format channels-last.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "3000"}


def call(*command, folder=ROOT):
    done = subprocess.run([str(part) for part in command], cwd=folder, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nerror: {command[0]} ended with {done.returncode}")
    return done.stdout


def build(checkout, *targets):
    """Builds release programs in the checkout's own build folder, with the same options on both sides."""
    jobs = os.environ.get("QCS_JOBS", str(os.cpu_count()))
    call("bash", "-c", 'source cmake/setup.sh && qcs_configure release && qcs_build release --parallel "$@"', "build", jobs,
         *[part for target in targets for part in ("--target", target)], folder=checkout)
    return checkout / "build/release"


def older(commit):
    checkout = ROOT / "build" / f"older-{call('git', 'rev-parse', '--short=12', '--verify', commit + '^{commit}').strip()}"
    if not checkout.exists():
        call("git", "worktree", "prune")
        call("git", "worktree", "add", "--detach", checkout, commit)
    return build(checkout, "train_raf_db") / "examples/train_raf_db"


def rate(program, model, batch, faces, *options):
    train, test, images = faces
    with tempfile.TemporaryDirectory() as folder:
        call(program, "--model", model, "--backbone", "small", "--batch-size", batch, "--epochs", 1, "--limit-batches", 40,
             "--train-list", train, "--test-list", test, "--image-root", images, "--select", "last", "--device", "cpu",
             "--threads", 2, "--workers", 2, "--print-freq", 0, "--out", folder + "/run", *options)
        return json.loads(pathlib.Path(folder, "run/timing.json").read_text())["epochs"][0]["images_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", default="0c9b9fc")
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--faces", nargs=3, type=os.path.abspath, metavar=("TRAIN_LIST", "TEST_LIST", "IMAGE_ROOT"))
    given, options = parser.parse_known_args()
    if given.rounds < 1:
        parser.error(f"ROUNDS is {given.rounds}, expected at least 1")
    folder = build(ROOT, "train_raf_db", "benchmark_draw_faces")
    programs = (folder / "examples/train_raf_db", older(given.commit))
    faces = given.faces or call(folder / "benchmarks/benchmark_draw_faces", ROOT / "build/small_network_faces").split("\n")[:3]
    print(f"{'images/s':<16}{'this':>9}{'older':>9}{'ratio':>8}{'of rounds':>14}")
    for model, batch in (("QCS", 8), ("DCS", 16)):
        rounds = [(rate(programs[0], model, batch, faces, *options),
                   rate(programs[1], model, batch, faces)) for _ in range(given.rounds)]
        this, other = (statistics.median(column) for column in zip(*rounds))
        ratios = [a / b for a, b in rounds]
        print(f"{model + ', batch ' + str(batch):<16}{this:>9.1f}{other:>9.1f}{this / other:>7.2f}x"
              f"{min(ratios):>7.2f}-{max(ratios):.2f}", flush=True)


main()
