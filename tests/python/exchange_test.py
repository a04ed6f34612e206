# SPDX-License-Identifier: MIT
"""exchange_test.py PROGRAMS WEIGHTS_MD KEYS: weights go from Python to ours and back, and come home unchanged.

A stand-in for the original's model has every tensor of a published checkpoint under its name, in its shape. The Python
code of docs/weights.md is what loads our file into it.
"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import torch

programs, page, keys = (pathlib.Path(argument) for argument in sys.argv[1:4])


class RecorderMeter:
    """An object of a class that only this script knows, as in the published checkpoints."""

    def __init__(self):
        self.losses = [0.5, 0.25]


class StandIn(torch.nn.Module):
    """Tensors under dotted names."""

    def __init__(self, shapes):
        super().__init__()
        for name, (dtype, shape) in shapes.items():
            value = torch.randn(shape) if dtype == torch.float32 else torch.randint(0, 9, shape, dtype=dtype)
            *path, leaf = name.split(".")
            module = self
            for part in path:
                if part not in dict(module.named_children()):
                    module.add_module(part, torch.nn.Module())
                module = getattr(module, part)
            module.register_buffer(leaf, value)


def published_shapes():
    shapes = {}
    for line in keys.read_text().splitlines():
        name, dtype, shape = line.split()
        shapes[name] = (getattr(torch, dtype), [] if shape == "scalar" else [int(size) for size in shape.split("x")])
    return shapes


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def read_safetensors(path):
    """By the format's description, without its library."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = memoryview(data)[8 + length :]
    dtypes = {"F32": torch.float32, "I64": torch.int64}
    return {
        name: torch.frombuffer(bytearray(body[slice(*entry["data_offsets"])]), dtype=dtypes[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }


def require_equal(found, expected):
    assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
    different = [name for name in expected if not torch.equal(found[name], expected[name])]
    assert not different, different


def main():
    snippet = re.search(r"```python\n# runs: load_into_original\n(.*?)```", page.read_text(), re.S).group(1)
    scope = {}
    exec(snippet, scope)
    torch.manual_seed(1)
    trained, fresh = StandIn(published_shapes()), StandIn(published_shapes())
    plain = {name[len("module.") :]: value for name, value in trained.state_dict().items()}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for legacy in (False, True):
            checkpoint = {"epoch": 3, "state_dict": trained.state_dict(), "best_acc": torch.tensor(91.0), "recorder": RecorderMeter()}
            torch.save(checkpoint, folder / "python.pth", _use_new_zipfile_serialization=not legacy)
            run(programs / "convert", folder / "python.pth", folder / "ours.safetensors")
            require_equal(read_safetensors(folder / "ours.safetensors"), plain)
        run(programs / "convert", folder / "ours.safetensors", folder / "ours.pth", "--prefix", "module.")
        # Nothing in our files needs Python to look up a class.
        require_equal(torch.load(folder / "ours.pth", weights_only=True)["state_dict"], trained.state_dict())
        assert scope["load_into_original"](fresh, folder / "ours.pth") == []
        require_equal(fresh.state_dict(), trained.state_dict())

        base = StandIn(published_shapes())
        run(programs / "convert", folder / "ours.safetensors", folder / "base.pth", "--prefix", "module.", "--base-branch")
        filled = set(scope["load_into_original"](base, folder / "base.pth"))
        assert "module.VIT_base.CON1.weight" in filled and "module.VIT_cross.cls_token" in filled
        assert "module.ir_back.body3.13.res_layer.0.weight" not in filled and "module.embed_q.0.weight" not in filled
        for name, value in base.state_dict().items():
            equal = torch.equal(value, trained.state_dict()[name])
            # Small tensors of whole numbers may be equal by chance.
            assert equal or name in filled, name
            assert not equal or name not in filled or value.numel() <= 8, name


main()
