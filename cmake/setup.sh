# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by tests/run.sh, examples/quickstart.sh, examples/predict.sh and .ci/run: packages, configuring, building.

# libtorch-dev asks for any BLAS and would get the slow reference one; libopenblas0-openmp also shares one pool of
# threads with LibTorch, where the pthread flavour would start a second one.
qcs_packages="g++ cmake ninja-build ccache libtorch-dev libopenblas0-openmp libopencv-dev libboost-dev
  libboost-program-options-dev libboost-test-dev libfmt-dev libssl-dev libzip-dev libjpeg-dev libpng-dev
  libctemplate-dev libprotobuf-dev nlohmann-json3-dev"

# Waiting OpenMP threads sleep instead of spinning on the cores that the loader's threads need.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-3000}"

# qcs_install_packages [PACKAGE]...: installs what is missing on Debian and its relatives; silent when nothing is.
qcs_install_packages() {
  local package missing=() as_root=()
  command -v dpkg-query >/dev/null || return 0
  for package in $qcs_packages "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "error: missing packages, and neither root nor sudo to install them: ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "error: apt-get failed; the lines above are the end of $log" >&2
    return 1
  fi
  rm -f "$log"
}

# qcs_torch_wheel: LibTorch from pip's wheel, in build/torch-wheel/torch. QCS_TORCH_WHEEL asks for another version.
qcs_torch_wheel() {
  local wheel=${QCS_TORCH_WHEEL:-torch} python
  [ "$(cat build/torch-wheel/complete 2>/dev/null)" != "$wheel" ] || return 0
  python3 -m pip --version >/dev/null 2>&1 || qcs_install_packages python3-pip
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      "$python" cmake/torch_wheel.py build/torch-wheel "$wheel"
      return
    fi
  done
  echo "error: neither python3 nor /usr/bin/python3 has pip, which fetches LibTorch" >&2
  return 1
}

# qcs_use_torch FOLDER: builds with that LibTorch, into build/PRESET-torch-VERSION.
qcs_use_torch() {
  local version
  version=$(sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) //p' "$1"/include/torch/headeronly/version.h \
    "$1"/include/torch/csrc/api/include/torch/version.h 2>/dev/null | head -n 3 | paste -sd .) || true
  qcs_suffix=-torch${version:+-$version}
  qcs_torch=(-DQCS_TORCH_FOLDER="$1")
}
qcs_suffix=""
qcs_torch=()

# qcs_configure PRESET [cmake options]: into build/PRESET, by Ninja where a build folder is new and Ninja is there.
qcs_configure() {
  local preset=$1 folder=build/$1$qcs_suffix generator=()
  shift
  if [ ! -f "$folder/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake --preset "$preset" -B "$folder" "${generator[@]}" "${qcs_torch[@]}" "$@"
}

# qcs_build PRESET [cmake --build options]
qcs_build() {
  local folder=build/$1$qcs_suffix
  shift
  cmake --build "$folder" --parallel "${QCS_JOBS:-$(nproc)}" "$@"
}

# qcs_build_program NAME: the program of examples/NAME.cpp, into build/release/examples. Says how it was configured only
# where that fails.
qcs_build_program() {
  local said
  if ! said=$(qcs_configure release 2>&1); then
    echo "$said" >&2
    return 1
  fi
  qcs_build release --target "$1"
}
