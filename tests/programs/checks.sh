# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Sourced by the scripts here: a work folder of their own, and checks that are counted.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  echo "FAIL $1"
}

# ok NAME COMMAND...: status 0 and nothing on stderr. Output goes to the file `out`.
ok() {
  local name=$1
  shift
  if "$@" >out 2>err && ! [ -s err ]; then pass; else
    fail "$name: expected success, found:"
    cat err
  fi
}

# said NAME TEXT: the last command printed it.
said() { if grep -qF -- "$2" out; then pass; else fail "$1: \`$2\` was not said"; fi; }

# refused NAME LINES MESSAGE COMMAND...: so many lines on stderr, the first of them `error: ...`, and a status of 1 to 127.
# What such a command leaves in runs/bad goes.
refused() {
  local name=$1 lines=$2 message=$3 status
  shift 3
  "$@" >out 2>err
  status=$?
  if [ $status -ne 0 ] && [ $status -lt 128 ] && [ "$(wc -l <err)" -eq "$lines" ] && grep -q '^error: ' err && grep -qF -- "$message" err; then
    pass
  else
    fail "$name: status $status, expected $lines line(s) with \`$message\`, found:"
    cat err
  fi
  rm -rf runs/bad
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
