#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Trains DCS and QCS on drawn faces, without a download: bash examples/quickstart.sh [--seed N] [--help]
# Builds the program quickstart on first use and leaves its results in ./quickstart/.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source cmake/setup.sh
qcs_install_packages
qcs_build_program quickstart

program=$PWD/build/release/examples/quickstart
cd "$here"
"$program" "$@"
