# SPDX-License-Identifier: MIT
"""python3 torch_wheel.py FOLDER [REQUIREMENT]: LibTorch from pip's wheel, in FOLDER/torch.

Nothing is installed. Of wheels for CUDA only what computing on the CPU needs is kept, and of the nvidia-* wheels that
torch asks for only those are fetched whose libraries libtorch_cpu.so is linked to, laid out as beside an installed torch.
pip's own settings hold (its configuration file, PIP_INDEX_URL, PIP_FIND_LINKS). Says nothing where all is there.
"""
import email.parser
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

# A library that libtorch_cpu.so may be linked to, the extra of cuda-toolkit that brings it, and the wheel of its own.
BROUGHT = {
    "libcudart": ("cudart", "nvidia-cuda-runtime"),
    "libcufile": ("cufile", "nvidia-cufile"),
    "libcupti": ("cupti", "nvidia-cuda-cupti"),
    "libnvToolsExt": ("nvtx", "nvidia-nvtx"),
}
GPU_ONLY = re.compile(r"cuda|nvrtc|nvshmem|python")


def fetch(folder, requirements, *options):
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-cache-dir",
               "--only-binary", ":all:", "--dest", str(folder), *options, *requirements]
    if subprocess.run(command).returncode != 0:
        sys.exit(f"error: pip found no wheel for {' '.join(requirements)}; its lines are above")
    return sorted(folder.glob("*.whl"))


def unpack(wheel, folder, wanted):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if wanted(name)])


def needed(library):
    out = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True,
                         env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", out)


def requirements_of(metadata, names):
    """What torch requires, of the same versions, for the libraries `names`."""
    found, extras = [], []
    for requirement in metadata.get_all("Requires-Dist", []):
        match = re.match(r"([\w-]+)\s*(?:\[[^\]]*\])?\s*\(?(==[\w.*]+)", requirement)
        for name in names if match else []:
            extra, wheel = BROUGHT[name]
            if re.fullmatch(wheel + r"(-cu\d+)?", match[1]):
                found.append(match[1] + match[2])
            elif match[1] == "cuda-toolkit" and re.search(rf"\W{extra}\W", requirement):
                extras.append(extra)
                toolkit = match[2]
    return found + ([f"cuda-toolkit[{','.join(extras)}]{toolkit}"] if extras else [])


def main(folder, requirement="torch"):
    folder = pathlib.Path(folder)
    complete = folder / "complete"
    if complete.is_file() and complete.read_text() == requirement:
        return
    print(f"Fetching {requirement} into {folder}, 200 to 900 MB", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    fetched = folder / "fetched"
    wheel = fetch(fetched, [requirement], "--no-deps")[0]
    unpack(wheel, folder, lambda name: name.startswith("torch/include/") or name.endswith(".dist-info/METADATA") or
           name.startswith("torch/lib/") and not GPU_ONLY.search(name))
    lib = folder / "torch" / "lib"
    if not (lib / "libtorch_cpu.so").is_file():
        sys.exit(f"error: {wheel.name} has no torch/lib/libtorch_cpu.so")
    with open(next(folder.glob("torch-*.dist-info/METADATA")), encoding="utf-8") as file:
        metadata = email.parser.Parser().parse(file)

    names = {name.split(".so")[0] for name in needed(lib / "libtorch_cpu.so") if not (lib / name).exists()}
    requirements = requirements_of(metadata, sorted(names & BROUGHT.keys()))
    if requirements:
        for wheel in fetch(fetched, requirements):
            unpack(wheel, folder, lambda name: re.match(r"nvidia/.*/lib/[^/]+\.so", name))
    shutil.rmtree(fetched)
    for library in folder.rglob("*.so*"):
        library.chmod(0o755)
    complete.write_text(requirement)
    print(f"LibTorch {metadata['Version']} lies in {folder / 'torch'}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
