#!/bin/sh
# SPDX-License-Identifier: MIT
# syntax_only.sh OBJECT COMPILER ARGUMENTS...: checks a source file, templates included, without generating code. OBJECT is
# left empty, for the build system's sake.
object=$1
shift
"$@" -fsyntax-only && : >"$object"
