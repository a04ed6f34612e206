# SPDX-License-Identifier: MIT
"""onnx_test.py PROGRAMS KEYS: exported models are what the format's own checker takes.

Weights with the names and shapes of a published checkpoint are exported in each form. The checker infers all shapes; they, the
operator set, the metadata and the bytes of a second export are looked at.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import onnx
import torch

programs, keys = (pathlib.Path(argument) for argument in sys.argv[1:3])


def weights():
    tensors = {}
    for line in keys.read_text().splitlines():
        name, dtype, shape = line.split()
        sizes = [] if shape == "scalar" else [int(size) for size in shape.split("x")]
        tensors[name] = torch.rand(sizes) if dtype == "float32" else torch.zeros(sizes, dtype=getattr(torch, dtype))
    return tensors


def export(path, output, *options):
    command = [str(programs / "export"), str(path), str(output), "--dataset", "raf_db", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return output.read_bytes()


def sizes(value):
    return [dimension.dim_param or dimension.dim_value for dimension in value.type.tensor_type.shape.dim]


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    torch.save({"state_dict": weights()}, folder / "weights.pth")
    forms = {"exact": (), "plain": ("--graph", "plain"), "fixed": ("--batch", "8"), "opencv": ("--opencv",)}
    for form, options in forms.items():
        file = folder / f"{form}.onnx"
        content = export(folder / "weights.pth", file, *options)
        model = onnx.load(str(file))
        onnx.checker.check_model(model, full_check=True)
        batch = {"fixed": 8, "opencv": 1}.get(form, "batch")
        inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
        assert sizes(inferred.input[0]) == [batch, 3, 112, 112], sizes(inferred.input[0])
        assert sizes(inferred.output[0]) == [batch, 7], sizes(inferred.output[0])
        assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 17)]
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        assert json.loads(metadata["preprocessing"])["resize"] == 224, metadata
        kinds = {node.op_type for node in model.graph.node}
        assert ("BatchNormalization" in kinds) == (form == "plain"), kinds
        assert ("LayerNormalization" in kinds) == (form != "opencv"), kinds
        if form == "exact":
            assert content == export(folder / "weights.pth", folder / "again.onnx"), "a second export has other bytes"
        print(f"{form}: {len(model.graph.node)} operators, {len(content) / 1e6:.0f} MB")
