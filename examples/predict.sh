#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Faces of photos and their expressions: bash examples/predict.sh photo.jpg [--help]
# Builds the program predict on first use.
set -euo pipefail
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source cmake/setup.sh
{ qcs_install_packages opencv-data && qcs_build_program predict; } >&2  # rows may go to standard output

program=$PWD/build/release/examples/predict
cd "$here"
"$program" "$@"
