#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds everything and runs every test.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'END'
usage: bash tests/run.sh [--preset NAME] [--torch DIR|wheel] [--werror] [--python] [--format] [--target NAME]...
                         [ctest options]

  --preset NAME   release (default), debug or asan
  --torch DIR     with the LibTorch in DIR (pip's SITE_PACKAGES/torch or an unpacked libtorch.zip), not Debian's
  --torch wheel   with the one of pip's wheel, fetched into build/torch-wheel the first time and installed nowhere;
                  QCS_TORCH_WHEEL='torch==2.15.0' asks for a version
  --werror        make warnings errors
  --python        also test the exchange of weights and models with Python (installs python3-torch,
                  python3-torchvision and python3-onnx)
  --format        also test that the sources are laid out as .clang-format says (installs clang-format-14)
  --target NAME   build only this target, may be repeated
  ctest options   passed on, for example -R topology

Missing Debian packages are installed first, as root or through sudo. The build lies in build/NAME,
with --torch in build/NAME-torch-VERSION.
QCS_JOBS sets the number of parallel compilers (default: all cores).
END
}

preset=release
torch=""
more_packages=()
configure=()
targets=()
tests=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --preset) preset=${2:?--preset needs a name}; shift 2 ;;
    --preset=*) preset=${1#*=}; shift ;;
    --torch) torch=${2:?--torch needs a folder or the word wheel}; shift 2 ;;
    --torch=*) torch=${1#*=}; torch=${torch:?--torch needs a folder or the word wheel}; shift ;;
    --werror) configure+=(-DQCS_WERROR=ON); shift ;;
    --python) configure+=(-DQCS_TEST_PYTHON=ON); more_packages+=(python3-torch python3-torchvision python3-onnx); shift ;;
    --format) configure+=(-DQCS_TEST_FORMAT=ON); more_packages+=(clang-format-14); shift ;;
    --target) targets+=(--target "${2:?--target needs a name}"); shift 2 ;;
    *) tests+=("$1"); shift ;;
  esac
done

source cmake/setup.sh
[ -z "$torch" ] || qcs_packages=${qcs_packages/libtorch-dev /}
qcs_install_packages opencv-data "${more_packages[@]}"
seconds() { echo "$((SECONDS / 60)) min $((SECONDS % 60)) s"; }

if [ "$torch" = wheel ]; then
  qcs_torch_wheel
  qcs_use_torch "$PWD/build/torch-wheel/torch"
elif [ -n "$torch" ]; then
  qcs_use_torch "$(cd "$here" && realpath -m -- "$torch")"
fi
qcs_configure "$preset" "${configure[@]}"
qcs_build "$preset" "${targets[@]}"
built=$(seconds)
built_in=$preset$qcs_suffix
status=0
ctest --test-dir "build/$built_in" --output-on-failure --no-tests=error -j2 "${tests[@]}" || status=$?

echo
if [ "$status" -eq 0 ]; then
  echo "tests passed ($built_in; built after $built, done after $(seconds))"
else
  echo "TESTS FAILED ($built_in; built after $built, done after $(seconds)); log: build/$built_in/Testing/Temporary/LastTest.log" >&2
fi
exit "$status"
