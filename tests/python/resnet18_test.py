# SPDX-License-Identifier: MIT
"""resnet18_test.py RESNET18_FEATURES: torchvision's ResNet-18 and ours give the same features with the same weights.

Weights and batch statistics are random, so that no layer is left out unnoticed.
"""
import pathlib
import subprocess
import sys
import tempfile

import torch
import torchvision

TOLERANCE = 1e-5  # of the largest value of a feature, in float32

torch.manual_seed(1)
model = torchvision.models.resnet18().eval()
for module in model.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        module.weight.data.uniform_(0.5, 1.5)
        module.bias.data.normal_(0, 0.1)
        module.running_mean.normal_(0, 0.1)
        module.running_var.uniform_(0.5, 1.5)
images = torch.randn(2, 3, 224, 224)

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    torch.save(model.state_dict(), folder / "resnet18.pth")
    torch.save({"images": images}, folder / "images.pth")
    arguments = [folder / name for name in ("resnet18.pth", "images.pth", "features.pth")]
    told = subprocess.run([sys.argv[1], *map(str, arguments)], check=True, capture_output=True, text=True).stdout
    ours = torch.load(folder / "features.pth")["state_dict"]

print(told, end="")
unused = [name for name in model.state_dict() if name.startswith(("layer4.", "fc."))]
assert f"{len(unused)} unused by design" in told, "fourth stage and classifier are left out, and said to be"

with torch.no_grad():
    x = model.maxpool(model.relu(model.bn1(model.conv1(images))))
    theirs = []
    for layer in (model.layer1, model.layer2, model.layer3):
        x = layer(x)
        theirs.append(x)
for scale, expected in enumerate(theirs, start=1):
    found = ours[f"scale_{scale}"]
    assert found.shape == expected.shape, (scale, found.shape, expected.shape)
    difference = ((found - expected).abs().max() / expected.abs().max()).item()
    print(f"scale {scale}: {tuple(found.shape)}, largest relative difference {difference:.1e}")
    assert difference <= TOLERANCE, difference
