# SPDX-License-Identifier: MIT
"""gpu.py CHECKOUT: the checks of the label cuda, then full-size QCS on a GPU, ours against the authors' code.

CHECKOUT is one of github.com/birdwcp/QCS. Needs Python's torch with CUDA, g++ and fmt's headers (those that torch brings,
the system's or --fmt), neither CMake nor Boost nor OpenCV. Prints every number when it has it, and a table at the end;
stays below --limit seconds, the least important last. --device cpu --quick tries it out where there is no GPU.
"""
import argparse
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
START = time.monotonic()
EAGER = "eager fp32"
THEIRS = pathlib.Path(__file__).with_name("original_step.py")


def say(text):
    print(f"[{time.monotonic() - START:5.0f} s] {text}", flush=True)


def stop(text):
    sys.exit(f"gpu.py: {text}")


def first_with(name, folders, otherwise):
    found = next((folder for folder in map(pathlib.Path, folders) if (folder / name).exists()), None)
    return found or stop(f"there is no {name} in {', '.join(map(str, folders))}; {otherwise}")


class Compiler:
    """Compiles single files with the LibTorch of Python's torch."""

    def __init__(self, options, cuda):
        package = pathlib.Path(torch.__file__).parent
        headers = first_with("torch/csrc/api/include/torch/torch.h", [package / "include", "/usr/include"], "install torch's headers")
        machine = f"/usr/lib/{os.uname().machine}-linux-gnu"
        libraries = first_with("libtorch_cpu.so", [package / "lib", machine, "/usr/lib"], "install torch's libraries")
        given = [options.fmt, options.fmt / "include"] if options.fmt else []
        fmt = first_with("fmt/format.h", [*given, headers, "/usr/include", "/usr/local/include"], "give fmt's headers with --fmt DIR")
        toolkits = [*sorted(package.parent.glob("nvidia/*/include")), pathlib.Path("/usr/local/cuda/include")] if cuda else []
        if cuda and not any((folder / "cuda_runtime_api.h").exists() for folder in toolkits):
            say("there is no cuda_runtime_api.h: the checks do not count waits for the device")
        folders = [folder for folder in (headers, headers / "torch/csrc/api/include", fmt, *toolkits) if str(folder) != "/usr/include"]
        abi = int(torch._C._GLIBCXX_USE_CXX11_ABI)
        parts = ["torch", "torch_cuda", "torch_cpu", "c10_cuda", "c10"] if cuda else ["torch", "torch_cpu", "c10"]
        self.before = [options.compiler, "-std=c++20", "-O1", "-DNDEBUG", "-DFMT_HEADER_ONLY", f"-D_GLIBCXX_USE_CXX11_ABI={abi}",
                       f"-I{ROOT / 'include'}", *(f"-isystem{folder}" for folder in folders)]
        # What LibTorch's own libraries need they find by themselves when they are loaded.
        self.after = [f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-Wl,--no-as-needed", "-Wl,--unresolved-symbols=ignore-in-shared-libs",
                      *(f"-l{part}" for part in parts), "-pthread"]

    def start(self, source, program):
        log = open(f"{program}.log", "w+")
        try:
            return subprocess.Popen([*self.before, str(ROOT / source), "-o", str(program), *self.after], stdout=log, stderr=log), log
        except FileNotFoundError:
            stop(f"there is no compiler {self.before[0]}; give one with --compiler")


def compiled(compiler, sources, folder, at_once):
    """Programs by their source; None where a source does not compile."""
    programs, running = {}, []
    for source in sources:
        program = folder / pathlib.Path(source).stem
        programs[source] = program
        running.append((source, *compiler.start(source, program)))
        if not at_once:
            running[-1][1].wait()
    for source, process, log in running:
        if process.wait() != 0:
            programs[source] = None
            log.seek(0)
            errors = [line for line in log if "error" in line or "undefined reference" in line][:10]
            say(f"{source} does not compile:\n{''.join(errors) or 'see the compiler'}")
    return programs


def lines_of(command, seconds, environment=None):
    """The lines that a program prints, shown as they come; it is ended after so many seconds."""
    if seconds <= 0:
        say("left out: the time is up")
        return []
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={**os.environ, **(environment or {})}, start_new_session=True)
    late = threading.Event()

    def end():
        late.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, end)
    timer.start()
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if not line.startswith((" ", "ok ")) and " ms " in line or line.startswith(("FAILED", "all checks", "skipped")):
            say(line.rstrip())
    status = process.wait()
    timer.cancel()
    if late.is_set():
        say(f"ended after {seconds:.0f} s")
    elif status != 0:
        say(f"failed with status {status}: {(lines or ['no output'])[-1]}")
    return lines


def results_of(lines, program):
    """(what, tuples, program, setting, ms, images/s, MiB) of the lines `step 24 SETTING MS ms N images/s [M MiB]`."""
    rows = []
    for words in map(str.split, lines):
        if len(words) in (7, 9) and words[0] in ("step", "forward") and words[4] == "ms":
            setting = words[2].replace("_", " ").replace(",", " ")
            rows.append((words[0], int(words[1]), program, setting, float(words[3]), float(words[5]), words[7] if len(words) == 9 else "-"))
    return rows


def print_table(rows):
    for what, title in (("step", "ms a step of SAM"), ("forward", "ms forward, base branch")):
        for tuples in sorted({row[1] for row in rows if row[0] == what}, reverse=True):
            chosen = [row for row in rows if row[:2] == (what, tuples)]
            eager = next((row[4] for row in chosen if row[2] == "original" and row[3] == EAGER), None)
            print(f"\n{tuples} {'tuples' if what == 'step' else 'images'}, {title}; ratio to the original's {EAGER}: above 1 is faster")
            print(f"{'':<9}{'setting':<42}{'ms':>10}{'images/s':>10}{'ratio':>8}{'MiB':>8}")
            for _, _, program, setting, ms, images, memory in sorted(chosen, key=lambda row: row[4]):
                ratio = f"{eager / ms:.2f}x" if eager else "-"
                print(f"{program:<9}{setting:<42}{ms:>10.2f}{images:>10.1f}{ratio:>8}{memory:>8}")
    print(f"\n{time.monotonic() - START:.0f} s in all", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--quick", action="store_true", help="one tuple and one run of each, one compiler at a time")
    parser.add_argument("--fmt", type=pathlib.Path, help="folder that has fmt/format.h, or include/fmt/format.h")
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--limit", type=float, default=460, help="seconds in all (default %(default)s)")
    parser.add_argument("--compile-limit", type=float, default=180, help="seconds for torch.compile and what it is timed for")
    options = parser.parse_args()
    cuda = options.device == "cuda"
    if cuda and not torch.cuda.is_available():
        stop(f"torch {torch.__version__} sees no CUDA device; --device cpu --quick tries this script out")
    if not (options.checkout / "models/QCS_7cls_raf_db.py").exists():
        stop(f"{options.checkout} is no checkout of github.com/birdwcp/QCS: it has no models/QCS_7cls_raf_db.py")
    say(f"torch {torch.__version__}, {torch.cuda.get_device_name() if cuda else 'CPU'}")
    left = lambda: options.limit - 5 - (time.monotonic() - START)
    device = {"QCS_TEST_DEVICE": options.device, "CUDA_MODULE_LOADING": "LAZY"}
    runs, batches = ("1", ["1"]) if options.quick else ("10", ["24", "8"])

    def theirs(setting, of, limit):
        say(f"original, {setting}, {' and '.join(of)} tuples")
        command = [sys.executable, THEIRS, options.checkout.resolve(), options.device, setting, runs, "step,forward", *of]
        return results_of(lines_of(command, limit), "original")

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        sources = "tests/cuda/cuda_test.cpp", "benchmarks/gpu.cpp"
        say(f"compiling {' and '.join(sources)}")
        test, benchmark = compiled(Compiler(options, cuda), sources, pathlib.Path(folder), not options.quick).values()
        if test:
            say("checks")
            lines_of([test], min(left(), 120), device)
        for of in batches:
            if benchmark:
                say(f"ours, {of} tuples")
                rows += results_of(lines_of([benchmark, runs, of], left(), device), "ours")
            rows += theirs(EAGER, [of], left())
            rows += theirs("eager bf16 autocast", [of], left())
            if of == batches[0] and (not hasattr(torch, "compile") or not cuda):
                say("original, compiled: left out: it is torch.compile's on a GPU that counts, and this is another torch or device")
            elif of == batches[0]:
                rows += theirs("compiled bf16 autocast channels-last", [of], min(left(), options.compile_limit))
    print_table(rows)


main()
