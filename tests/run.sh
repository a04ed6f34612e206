#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds everything and runs every test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'END'
usage: bash tests/run.sh [--preset NAME] [--werror] [--python] [--format] [--target NAME]... [ctest options]

  --preset NAME   release (default), debug or asan
  --werror        make warnings errors
  --python        also test the exchange of weights with Python (installs python3-torch and python3-torchvision)
  --format        also test that the sources are laid out as .clang-format says (installs clang-format-14)
  --target NAME   build only this target, may be repeated
  ctest options   passed on, for example -R topology

Missing Debian packages are installed first, as root or through sudo. The build lies in build/NAME.
QCS_JOBS sets the number of parallel compilers (default: all cores).
END
}

preset=release
more_packages=()
configure=()
targets=()
tests=()
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --preset) preset=${2:?--preset needs a name}; shift 2 ;;
    --preset=*) preset=${1#*=}; shift ;;
    --werror) configure+=(-DQCS_WERROR=ON); shift ;;
    --python) configure+=(-DQCS_TEST_PYTHON=ON); more_packages+=(python3-torch python3-torchvision); shift ;;
    --format) configure+=(-DQCS_TEST_FORMAT=ON); more_packages+=(clang-format-14); shift ;;
    --target) targets+=(--target "${2:?--target needs a name}"); shift 2 ;;
    *) tests+=("$1"); shift ;;
  esac
done

source cmake/setup.sh
qcs_install_packages "${more_packages[@]}"
seconds() { echo "$((SECONDS / 60)) min $((SECONDS % 60)) s"; }

qcs_configure "$preset" "${configure[@]}"
qcs_build "$preset" "${targets[@]}"
built=$(seconds)
status=0
ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j2 "${tests[@]}" || status=$?

echo
if [ "$status" -eq 0 ]; then
  echo "tests passed ($preset; built after $built, done after $(seconds))"
else
  echo "TESTS FAILED ($preset; built after $built, done after $(seconds)); log: build/$preset/Testing/Temporary/LastTest.log" >&2
fi
exit "$status"
