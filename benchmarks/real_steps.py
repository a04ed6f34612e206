# SPDX-License-Identifier: MIT
"""real_steps.py CHECKOUT DATA_ROOT [OPTIONS]: the losses of the authors' program and of ours, step by step, on FERPlus.

CHECKOUT is github.com/birdwcp/QCS, DATA_ROOT what `prepare ferplus` made. Full-size QCS, one random start for both, the same
tuples in the same order, no augmentation, no dropout, float32. Ours, `benchmark_real_steps`, draws the tuples and reads the
pictures by itself; theirs reads them by Pillow and torchvision, as their program does, and takes their SAM step.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/python"))
from original import network_of, prepare_imports
import torch


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("data_root", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--tuples", type=int, default=2, help="of a step")
    parser.add_argument("--rate", type=float, default=3.5e-6, help="learning rate; the published one by default")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/benchmarks/benchmark_real_steps")
    return parser.parse_args()


def original_losses(network, options, steps):
    from data_processing.sam import SAM
    from PIL import Image
    from torchvision import transforms

    transform = transforms.Compose([
        transforms.Resize((224, 224)),
        transforms.ToTensor(),
        transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ])
    folder = options.data_root / "FERPlus/img"
    optimizer = SAM(network.parameters(), torch.optim.Adam, lr=options.rate, rho=0.05, adaptive=False)
    for tuples in steps:
        branches = list(zip(*tuples))
        images = [torch.stack([transform(Image.open(folder / i["name"]).convert("RGB")) for i in b]) for b in branches]
        labels = [torch.tensor([i["label"] for i in b]) for b in branches]
        first = None
        for update in (optimizer.first_step, optimizer.second_step):
            outputs = network(*images)[:8]
            losses = [torch.nn.functional.cross_entropy(o, labels[i % 4]) for i, o in enumerate(outputs)]
            loss = sum(losses) / 8
            first = loss.item() if first is None else first
            loss.backward()
            update(zero_grad=True)
        yield first


def main():
    options = parse()
    prepare_imports(options.checkout)
    torch.manual_seed(0)
    network = network_of("QCS_8cls_ferplus", 8).train()
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
    with tempfile.TemporaryDirectory() as folder:
        start = pathlib.Path(folder) / "start.pth"
        torch.save({"state_dict": network.state_dict()}, start)
        command = [options.program, start, options.data_root, options.steps, options.tuples, options.rate]
        output = subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True).stdout
    ours = [json.loads(line) for line in output.splitlines()]
    print(f"{'step':>4} {'authors':>12} {'ours':>12} {'relative':>10}", flush=True)
    largest = 0
    for i, loss in enumerate(original_losses(network, options, [step["tuples"] for step in ours])):
        difference = abs(ours[i]["loss"] - loss) / abs(loss)
        largest = max(largest, difference)
        print(f"{i + 1:>4} {loss:>12.8f} {ours[i]['loss']:>12.8f} {difference:>10.1e}", flush=True)
    print(f"largest relative difference: {largest:.1e}")


if __name__ == "__main__":
    main()
