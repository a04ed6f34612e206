# SPDX-License-Identifier: MIT
"""original_check.py ORIGINAL PROGRAMS LIST IMAGE_ROOT [KEEP]: full-size weights, exchanged with the authors' code itself.

ORIGINAL is a checkout of github.com/birdwcp/QCS, PROGRAMS the folder of our built programs, LIST a few images with labels
0..6. For QCS on RAF-DB and DCS on AffectNet-8, the authors' network makes one SAM step on those images and is saved as
their training program saves it: DataParallel's prefix, optimiser state, recorder objects. Then

  1. our program evaluates that file; its logits must lie within 1e-4 of the original's;
  2. the file goes through `convert` to safetensors and back to .pth, and the authors' network loads it by the code of
     docs/weights.md; its logits must again lie within 1e-4;
  3. our program trains for a step from that file; the authors' network loads what it saved and must give our logits.

With KEEP, the files stay in that folder.
Needs torch, numpy and PIL of Python.
"""
import ast
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image

from original import network_of, prepare_imports

original, programs, image_list, image_root = (pathlib.Path(argument) for argument in sys.argv[1:5])
keep = pathlib.Path(sys.argv[5]) if len(sys.argv) > 5 else None
WEIGHTS_MD = pathlib.Path(__file__).resolve().parents[2] / "docs" / "weights.md"
LIMIT = 1e-4


def recorders_of(program):
    """The recorder classes of a training program, as members of __main__, as when that program runs."""
    tree = ast.parse((original / program).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("RecorderMeter")]
    exec(compile(ast.Module(classes, []), program, "exec"), sys.modules["__main__"].__dict__)
    return [getattr(sys.modules["__main__"], node.name) for node in classes]


def read_images(size):
    images, labels = [], []
    mean, std = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    for line in image_list.read_text().split("\n"):
        if line:
            name, label = line.rsplit(" ", 1)
            pixels = Image.open(image_root / name).convert("RGB").resize((size, size), Image.BILINEAR)
            images.append((torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 255 - mean) / std)
            labels.append(int(label))
    return torch.stack(images), torch.tensor(labels)


def logits_of(model, images, branches):
    model.eval()
    with torch.no_grad():
        return torch.cat([model(part, *[None] * (branches - 1)) for part in images.split(8)])


def train_one_step(model, images, labels, branches):
    """One SAM step at a rate that moves the weights far from where they start, then statistics of real images."""
    from data_processing.sam import SAM

    optimizer = SAM(model.parameters(), torch.optim.Adam, lr=1e-3, rho=0.05, adaptive=False)
    model.train()
    for step in (optimizer.first_step, optimizer.second_step):
        outputs = model(*[images[2 * b : 2 * b + 2] for b in range(branches)])
        loss = sum(torch.nn.functional.cross_entropy(o, labels[2 * (i % branches) : 2 * (i % branches) + 2]) for i, o in enumerate(outputs))
        loss.backward()
        step(zero_grad=True)
    return optimizer


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def our_logits(program, model, weights, folder):
    table = folder / "predictions.csv"
    run(programs / program, "--model", model, "--evaluate", weights, "--predictions", table, "--test-list", image_list,
        "--image-root", image_root, "--out", folder / "run")
    rows = list(csv.reader(table.open()))[1:]
    return torch.tensor([[float(value) for value in row[3:]] for row in rows])


def report(what, found, expected):
    difference = (found - expected).abs().max().item()
    print(f"{what}: {tuple(expected.shape)} logits of {expected.min():.3f} to {expected.max():.3f}, largest difference {difference:.1e}")
    assert difference <= LIMIT, difference


def check(module, training_program, program, model_name, classes, branches):
    torch.manual_seed(1)
    model = torch.nn.DataParallel(network_of(module, classes))
    images, labels = read_images(224)
    optimizer = train_one_step(model, images, labels, branches)
    expected = logits_of(model, images, branches)
    recorders = recorders_of(training_program)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        checkpoint = {"epoch": 1, "state_dict": model.state_dict(), "best_acc": torch.tensor(12.5), "optimizer": optimizer.state_dict()}
        checkpoint.update(zip(("recorder_m", "recorder"), (recorder(3) for recorder in recorders)))
        torch.save(checkpoint, folder / "original.pth")
        print(f"{module}: {(folder / 'original.pth').stat().st_size / 1e6:.0f} MB, {', '.join(checkpoint)}")
        report("  its file in our program", our_logits(program, model_name, folder / "original.pth", folder), expected)

        run(programs / "convert", folder / "original.pth", folder / "ours.safetensors")
        report("  as safetensors in our program", our_logits(program, model_name, folder / "ours.safetensors", folder), expected)
        run(programs / "convert", folder / "original.pth", folder / "base.safetensors", "--base-branch")
        report("  its base branch alone", our_logits(program, model_name, folder / "base.safetensors", folder), expected)
        scope = {}
        exec(re.search(r"```python\n# runs: load_into_original\n(.*?)```", WEIGHTS_MD.read_text(), re.S).group(1), scope)

        def back_in_original(file):
            run(programs / "convert", file, folder / "back.pth", "--prefix", "module.")
            fresh = torch.nn.DataParallel(network_of(module, classes))
            filled = scope["load_into_original"](fresh, folder / "back.pth")
            return logits_of(fresh, images, branches), len(filled)

        report("  back in the original", back_in_original(folder / "ours.safetensors")[0], expected)

        run(programs / program, "--model", model_name, "--pretrained", folder / "original.pth", "--pretrained-part", "all",
            "--train-list", image_list, "--test-list", image_list, "--image-root", image_root, "--epochs", 1, "-b", 4,
            "--limit-batches", 1, "--lr", 1e-4, "--out", folder / "trained")
        trained = folder / "trained" / "last.pt"
        expected = our_logits(program, model_name, trained, folder)
        found, filled = back_in_original(trained)
        report(f"  trained by ours, in the original ({filled} unused tensors filled in)", found, expected)
        if keep:
            keep.mkdir(exist_ok=True)
            shutil.copy(folder / "original.pth", keep / f"{module}.pth")


prepare_imports(original)
torch.set_num_threads(2)
check("QCS_7cls_raf_db", "main_QCS_raf_db.py", "train_raf_db", "QCS", 7, 4)
check("DCS_8cls_affectnet", "main_DCS_affectnet-8.py", "train_affectnet8", "DCS", 8, 2)
