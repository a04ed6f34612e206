#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains DCS and QCS on drawn faces, without a download: bash examples/quickstart.sh [--seed N] [--help]
# Builds the program quickstart on first use and leaves its results in ./quickstart/.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source cmake/setup.sh
qcs_install_packages
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! qcs_configure release >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
qcs_build release --target quickstart

program=$PWD/build/release/examples/quickstart
cd "$here"
"$program" "$@"
