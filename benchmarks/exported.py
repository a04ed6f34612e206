# SPDX-License-Identifier: MIT
"""exported.py WEIGHTS FACES [--original CHECKOUT] [--rounds N]: what other runtimes make of an exported model.

WEIGHTS are exported by our program `export`, exact and plain; FACES is what benchmark_engine wrote: faces and the logits of the
training network. onnx's checker, onnxruntime and OpenVINO read both models, one face and eight at a time; printed is the
largest difference of the logits beside the largest logit, and where a checkout of github.com/birdwcp/QCS is given, how long both
take beside what torch.onnx.export makes of the authors' network (WEIGHTS must be of a full-size QCS or DCS then): medians over the rounds
(default 5) of ten calls each, all models in turn, two threads.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import time

import numpy
import onnx
import onnxruntime
import openvino
from safetensors.numpy import load_file

ROOT = pathlib.Path(__file__).resolve().parents[1]


def onnxruntime_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {session.get_inputs()[0].name: images})[0]


def openvino_session(path):
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2})
    return lambda images: compiled(images)[0]


def export_original(checkout, path):
    """In a process of its own, with Debian's PyTorch."""
    script = f"""
import sys; sys.path.insert(0, {str(ROOT / 'tests/python')!r})
from original import network_of, prepare_imports
prepare_imports({str(checkout.resolve())!r})
import torch
class Base(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.network = network_of("QCS_7cls_raf_db", 7)
    def forward(self, images):
        return self.network(images, None, None, None)
torch.onnx.export(Base().eval(), torch.randn(2, 3, 224, 224), {str(path)!r}, opset_version=16, input_names=["images"], output_names=["logits"],
                  dynamic_axes={{"images": [0], "logits": [0]}})
"""
    subprocess.run(["/usr/bin/python3", "-c", script], check=True, capture_output=True)


def whole(images):
    """224 x 224 pixels of which every second row and column are these."""
    return numpy.ascontiguousarray(images.repeat(2, 2).repeat(2, 3))


def seconds(session, images):
    begin = time.perf_counter()
    for _ in range(10):
        session(images)
    return (time.perf_counter() - begin) / 10


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("faces", type=pathlib.Path)
    parser.add_argument("--original", type=pathlib.Path)
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/examples")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/onnx")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    models = {form: options.out / f"{form}.onnx" for form in ("exact", "plain")}
    for form, path in models.items():
        subprocess.run([options.programs / "export", options.weights, path, "--graph", form], check=True, stdout=subprocess.DEVNULL)
        onnx.checker.check_model(onnx.load(path), full_check=True)
    if options.original:
        models["original"] = options.out / "original.onnx"
        export_original(options.original, models["original"])
    data = load_file(options.faces)
    faces, logits = data["images"], data["logits"]
    for name, make in (("onnxruntime", onnxruntime_session), ("openvino", openvino_session)):
        sessions = {form: make(path) for form, path in models.items()}
        for batch in (1, 8):
            for form in ("exact", "plain"):
                found = numpy.concatenate([sessions[form](faces[i:i + batch]) for i in range(0, len(faces), batch)])
                print(f"{name}, {form}, batch {batch}: {len(faces)} faces, difference "
                      f"{abs(found - logits).max() / abs(logits).max():.1e}", flush=True)
            if not options.original:
                continue
            images = {form: whole(faces[:batch]) if form == "original" else faces[:batch] for form in models}
            rounds = [{form: seconds(sessions[form], images[form]) for form in models} for _ in range(options.rounds + 1)][1:]
            medians = {form: statistics.median(row[form] for row in rounds) for form in models}
            for form in ("exact", "plain"):
                ratios = [row["original"] / row[form] for row in rounds]
                print(f"{name}, {form}, batch {batch}: {1e3 * medians[form]:.1f} ms, the authors' {1e3 * medians['original']:.1f} ms, "
                      f"{medians['original'] / medians[form]:.2f}x ({min(ratios):.2f}-{max(ratios):.2f})", flush=True)


main()
