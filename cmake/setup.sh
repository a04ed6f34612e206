# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by tests/run.sh, examples/quickstart.sh and .ci/run: packages, configuring, building.

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

# qcs_configure PRESET [cmake options]: into build/PRESET, by Ninja where a build folder is new and Ninja is there.
qcs_configure() {
  local preset=$1 generator=()
  shift
  if [ ! -f "build/$preset/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake --preset "$preset" "${generator[@]}" "$@"
}

# qcs_build PRESET [cmake --build options]
qcs_build() {
  local preset=$1
  shift
  cmake --build "build/$preset" --parallel "${QCS_JOBS:-$(nproc)}" "$@"
}
