# SPDX-License-Identifier: MIT
"""The shipped network beside the package fer (mini-XCEPTION, 7 expressions) on the same labelled faces, one core each.

    python3 benchmarks/fer_package.py LIST FOLDER [--programs build/release/examples]

Python needs `pip install --no-deps fer==25.10.3` and `pip install tensorflow-cpu "opencv-python-headless<4.12" requests
pandas tqdm Pillow`. LIST has `name label` lines in FERPlus's order of labels, as `prepare ferplus` writes them. Sides in
turn, three rounds, the slow one once. Each classifies whole pictures as faces: `predict --detector none` with all its start-up, fer's
`detect_emotions` without. fer is asked with the margin that it adds to boxes and without, by its quantised network,
which is its default, and by the whole one.
"""

import argparse
import csv
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ["Neutral", "Happy", "Surprise", "Sad", "Anger", "Disgust", "Fear", "Contempt"]
OF_FER = {"neutral": 0, "happy": 1, "surprise": 2, "sad": 3, "angry": 4, "disgust": 5, "fear": 6}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--programs", type=Path, default=Path("build/release/examples"))
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def measures(labels, answers):
    """Accuracy, mean class accuracy, macro F1 and the recall of each class that has images."""
    recalls, scores = {}, []
    for c, name in enumerate(NAMES):
        images = sum(label == c for label in labels)
        hits = sum(label == c == answer for label, answer in zip(labels, answers))
        if images == 0:
            continue
        recalls[name] = hits / images
        scores.append(2 * hits / (images + sum(answer == c for answer in answers)))
    accuracy = sum(label == answer for label, answer in zip(labels, answers)) / len(labels)
    return accuracy, statistics.mean(recalls.values()), statistics.mean(scores), recalls


def ask_qcs(options, names, folder):
    pictures = Path(folder) / "pictures.txt"
    rows = Path(folder) / "rows.csv"
    pictures.write_text("".join(f"{(options.folder / name).resolve()}\n" for name in names))
    command = [options.programs / "predict", pictures, "--detector", "none", "--out", rows, "--threads", "1", "-j", "1"]
    if options.weights:
        command += ["--weights", options.weights]
    start = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    with open(rows, newline="") as file:
        answers = [NAMES.index(row["name"]) for row in csv.DictReader(file)]
    assert len(answers) == len(names)
    return answers, len(names) / seconds


def ask_fer(detector, pictures):
    answers = []
    start = time.perf_counter()
    for picture in pictures:
        height, width = picture.shape[:2]
        found = detector.detect_emotions(picture, [(0, 0, width, height)])[0]["emotions"]
        answers.append(OF_FER[max(found, key=found.get)])
    return answers, len(pictures) / (time.perf_counter() - start)


def report(side, labels, answers, rates):
    accuracy, mean_class, f1, recalls = measures(labels, answers)
    print(f"{side}: accuracy {100 * accuracy:.1f} %, mean class {100 * mean_class:.1f} %, macro F1 {f1:.3f}, "
          f"{statistics.median(rates):.0f} faces a second ({min(rates):.0f} to {max(rates):.0f})")
    print("  " + ", ".join(f"{name} {100 * recall:.1f}" for name, recall in recalls.items()))


def main():
    options = parse()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ.update({name: "1" for name in ("TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")})
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})  # one core; child processes inherit it
    import cv2
    from fer.fer import FER

    cv2.setNumThreads(1)
    lines = [line.split() for line in options.list.read_text().splitlines()]
    names, labels = [name for name, _ in lines], [int(label) for _, label in lines]
    pictures = [cv2.imread(str(options.folder / name)) for name in names]
    sides = {
        "fer, quantised, margin": FER(offsets=(10, 10)),
        "fer, quantised, no margin": FER(offsets=(0, 0)),
        "fer, whole, no margin": FER(offsets=(0, 0), use_tflite=False),
    }
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            for side in ["qcs", *sides]:
                if side in results and "whole" in side:
                    continue  # takes minutes
                answers, rate = ask_qcs(options, names, folder) if side == "qcs" else ask_fer(sides[side], pictures)
                results.setdefault(side, (answers, []))[1].append(rate)
    print(f"{len(names)} faces of {options.list}")
    for side, (answers, rates) in results.items():
        report(side, labels, answers, rates)


if __name__ == "__main__":
    main()
