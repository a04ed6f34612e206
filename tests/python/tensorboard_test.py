# SPDX-License-Identifier: MIT
"""tensorboard_test.py RUN: reads the event files of a run folder with the `tensorboard` package (PyPI) and compares every
value with steps.csv and metrics.csv, to float32. Interrupted and resumed runs must come out as one."""
import csv
import math
import os
import struct
import sys

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError as error:
    sys.exit(f"error: the Python package tensorboard is needed: {error}")


def float32(text):
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


run = sys.argv[1]
events = EventAccumulator(run, size_guidance={"scalars": 0, "images": 0, "tensors": 0}, purge_orphaned_data=True)
events.Reload()
tags = events.Tags()
compared = 0


def compare(tag, rows, column):
    """The last value that TensorBoard shows for a step must be the row's."""
    global compared
    shown = {event.step: event.value for event in events.Scalars(tag)}
    wanted = {int(row["step"]): float32(row[column]) for row in rows}
    if shown.keys() != wanted.keys():
        sys.exit(f"error: {tag} has {len(shown)} steps, {column} has {len(wanted)}")
    for step, value in wanted.items():
        if not same(shown[step], value):
            sys.exit(f"error: {tag} at step {step} is {shown[step]}, {column} says {value}")
    compared += len(wanted)


steps, epochs = rows_of(os.path.join(run, "steps.csv")), rows_of(os.path.join(run, "metrics.csv"))
for column in steps[0].keys() - {"step", "epoch"}:
    kind, _, role = column.partition("_")
    tag = column if column in ("learning_rate", "loss", "base_loss", "cross_loss", "accuracy") else f"{kind}_loss/{role}"
    compare(f"train/{tag}", steps, column)
split = next(tag.split("/")[0] for tag in tags["images"] if tag.endswith("/confusion"))
for column, name in (("eval_loss", "loss"), ("accuracy",) * 2, ("mean_class_accuracy",) * 2, ("macro_f1",) * 2):
    compare(f"{split}/{name}", epochs, column)
for column in (name for name in epochs[0] if name.startswith("gate_")):
    compare(f"gates/scale_{column[5:]}", epochs, column)
pictures = events.Images(f"{split}/confusion")
if not all(picture.encoded_image_string.startswith(b"\x89PNG") for picture in pictures):
    sys.exit("error: a picture is no PNG")
text = [tag for tag in tags["tensors"] if tag.startswith("recipe")]
if not text:
    sys.exit("error: there is no recipe")
print(f"{compared} values equal in {len(tags['scalars'])} scalars, {len(pictures)} pictures, the recipe is there")
