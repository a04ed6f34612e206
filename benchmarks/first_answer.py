# SPDX-License-Identifier: MIT
"""first_answer.py ORIGINAL FACE [OPTIONS]: from the start of a process to its first answer, ours against the authors' code.

ORIGINAL is a checkout of github.com/birdwcp/QCS, run by the interpreter that runs this script. Both sides read one file of full-size
weights as the authors' programs save it (random ones, unless --weights names a file), prepare FACE as their test transform does, and name its expression:
ours is `predict`, theirs the shortest program that does it. Prints medians over the rounds (default 5), in turn, of seconds and of
MiB at the peak, their ratios, and of ours also from the base branch that `export` makes of the file.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
THEIRS = """
import sys
checkout, weights, face = sys.argv[1:]
sys.path.insert(0, {helpers!r})
from original import network_of, prepare_imports
import torch
from PIL import Image
from torchvision import transforms
prepare_imports(checkout)
network = network_of("QCS_7cls_raf_db", 7).eval()
network.load_state_dict(torch.load(weights)["state_dict"])
transform = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor(),
                                transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])])
with torch.no_grad():
    logits = network(transform(Image.open(face).convert("RGB"))[None], None, None, None)
name = ["Surprise", "Fear", "Disgust", "Happy", "Sad", "Anger", "Neutral"][int(logits.argmax())]
print(face + ": " + name, format(100 * float(logits.softmax(1).max()), ".1f"), "%")
"""
SAVE = """
import sys
checkout, weights = sys.argv[1:]
sys.path.insert(0, {helpers!r})
from original import network_of, prepare_imports
import torch
prepare_imports(checkout)
torch.manual_seed(0)
torch.save({{"epoch": 1, "state_dict": network_of("QCS_7cls_raf_db", 7).state_dict()}}, weights)
"""


def measured(command):
    """Seconds, MiB at the peak, and the first line that a process of its own prints."""
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2"}
    begin = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{errors}")
    return seconds, usage.ru_maxrss / 1024, output.splitlines()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("original", type=pathlib.Path)
    parser.add_argument("face", type=pathlib.Path)
    parser.add_argument("--weights", type=pathlib.Path)
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/examples")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    helpers = str(ROOT / "tests/python")
    with tempfile.TemporaryDirectory() as folder:
        weights = options.weights or pathlib.Path(folder) / "random.pth"
        if not options.weights:
            subprocess.run([sys.executable, "-c", SAVE.format(helpers=helpers), options.original.resolve(), weights], check=True)
        base = pathlib.Path(folder) / "base.safetensors"
        published = ["--dataset", "raf_db"]
        subprocess.run([options.programs / "export", weights, base, *published], check=True, stdout=subprocess.DEVNULL)
        predict = [options.programs / "predict", options.face, "--detector", "none", "--weights"]
        commands = {
            "theirs": [sys.executable, "-c", THEIRS.format(helpers=helpers), options.original.resolve(), weights, options.face],
            "ours": [*predict, weights, *published],
            "ours, base branch": [*predict, base],
        }
        for command in commands.values():  # files into the cache
            print(measured(command)[2])
        rounds = [{name: measured(command) for name, command in commands.items()} for _ in range(options.rounds)]
    for name in commands:
        seconds, memory = (statistics.median(row[name][i] for row in rounds) for i in (0, 1))
        ratios = [row["theirs"][0] / row[name][0] for row in rounds]
        peaks = [row[name][1] / row["theirs"][1] for row in rounds]
        print(f"{name:<18}{seconds:>7.3f} s{memory:>8.0f} MiB   {statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f}) sooner, "
              f"{statistics.median(peaks):.2f} of the memory")


main()
