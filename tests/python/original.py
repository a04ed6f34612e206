# SPDX-License-Identifier: MIT
"""The authors' code, github.com/birdwcp/QCS, made importable with torch alone.

The packages that its files import and the networks do not use (timm, thop, matplotlib) are replaced by empty ones.
"""
import importlib
import sys
import types

import torch


def stand_in(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def prepare_imports(original):
    nothing = lambda *arguments, **keywords: None
    stand_in("thop", profile=nothing)
    stand_in("matplotlib", use=nothing)
    stand_in("matplotlib.pyplot", rcParams={})
    sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
    stand_in("timm")
    stand_in("timm.models")
    stand_in("timm.models.layers", trunc_normal_=torch.nn.init.trunc_normal_, DropPath=torch.nn.Identity, to_2tuple=lambda x: (x, x))
    stand_in("timm.models.registry", register_model=lambda function: function)
    stand_in("timm.models.vision_transformer", _cfg=nothing, Mlp=None, Block=None)
    sys.path.insert(0, str(original))


def network_of(module, classes):
    """The authors' network; its constructor's torch.load of ir50.pth gets an empty file."""
    load, torch.load = torch.load, lambda *arguments, **keywords: {}
    try:
        return importlib.import_module(f"models.{module}").pyramid_trans_expr(num_classes=classes)
    finally:
        torch.load = load
