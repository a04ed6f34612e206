# SPDX-License-Identifier: MIT
"""first_answer.py ORIGINAL FACE [OPTIONS]: from the start of a process to its first answer, ours against the authors' code.

ORIGINAL is a checkout of github.com/birdwcp/QCS, run by the interpreter that runs this script. Both sides read one .pth file of
full-size random weights of QCS on RAF-DB, a state_dict, prepare FACE as their test transform does, and name its expression: ours is
`predict`, theirs a short program, which leaves torchvision out to start sooner. Two threads each. Prints medians over the rounds
(default 5), in turn, of seconds and of MiB at the peak, and their ratios; of ours also from the base branch that `export`
makes of the file. Ends with 1 if the answers differ.
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
IMPORTS = f"""
import sys
sys.path.insert(0, {str(ROOT / 'tests/python')!r})
from original import network_of, prepare_imports
import torch
prepare_imports(sys.argv[1])
"""
SAVE = IMPORTS + """
torch.manual_seed(0)
torch.save({"epoch": 1, "state_dict": network_of("QCS_7cls_raf_db", 7).state_dict()}, sys.argv[2])
"""
ANSWER = IMPORTS + """
import numpy
from PIL import Image
network = network_of("QCS_7cls_raf_db", 7).eval()
network.load_state_dict(torch.load(sys.argv[2], map_location="cpu")["state_dict"])
pixels = numpy.array(Image.open(sys.argv[3]).convert("RGB").resize((224, 224), Image.BILINEAR))
mean, deviation = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
image = (torch.from_numpy(pixels).permute(2, 0, 1).float() / 255 - mean) / deviation
with torch.no_grad():
    logits = network(image[None], None, None, None)
name = ["Surprise", "Fear", "Disgust", "Happy", "Sad", "Anger", "Neutral"][int(logits.argmax())]
print(sys.argv[3] + ": " + name, format(100 * float(logits.softmax(1).max()), ".1f"), "%")
"""


def measured(command, face):
    """Seconds, MiB at the peak, and what is said of the face: `Happy 30.1 %`."""
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "2"}
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        begin = time.perf_counter()
        process = os.posix_spawn(command[0], command, environment,
                                 file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)])
        _, status, usage = os.wait4(process, 0)
        seconds = time.perf_counter() - begin
        output.seek(0), errors.seek(0)
        if status != 0:
            sys.exit(f"{' '.join(command)} failed:\n{errors.read()}")
        said = next(line for line in output if line.startswith(f"{face}: "))
    return seconds, usage.ru_maxrss / 1024, " ".join(said[len(face) + 2:].split()[:2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("original", type=pathlib.Path)
    parser.add_argument("face")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/examples")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python, original = sys.executable, str(options.original.resolve())
    with tempfile.TemporaryDirectory() as folder:
        weights, base = f"{folder}/random.pth", f"{folder}/base.safetensors"
        subprocess.run([python, "-c", SAVE, original, weights], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([options.programs / "export", weights, base, "--dataset", "raf_db"], check=True, stdout=subprocess.DEVNULL)
        predict = [str(options.programs / "predict"), options.face, "--detector", "none", "--weights"]
        commands = {"theirs": [python, "-c", ANSWER, original, weights, options.face],
                    "ours": [*predict, weights, "--dataset", "raf_db"],
                    "ours, base branch": [*predict, base]}
        rounds = [{name: measured(command, options.face) for name, command in commands.items()} for _ in range(options.rounds + 1)]
    answers = {name: rounds[0][name][2] for name in commands}
    rounds = rounds[1:]  # the first one brought files into memory
    for name in commands:
        seconds, memory = (statistics.median(row[name][i] for row in rounds) for i in (0, 1))
        ratios = [row["theirs"][0] / row[name][0] for row in rounds]
        peaks = [row[name][1] / row["theirs"][1] for row in rounds]
        print(f"{name:<18}{seconds:>7.3f} s{memory:>8.0f} MiB   {statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f}) sooner, "
              f"{statistics.median(peaks):.2f} of the memory, {answers[name]} %")
    if len({answer.split()[0] for answer in answers.values()}) != 1:
        sys.exit("the answers differ")


main()
