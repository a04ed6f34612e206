#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bash tests/seeded_faults/run.sh [--check] [--scratch FOLDER] [NUMBER...]
#
# Puts the faults of faults.txt into a copy of the sources, one at a time, and tells whether the unit test named there
# notices. Fails when more than one fault in twenty goes unnoticed. With numbers, only those faults. --check only tells
# whether every fault still fits the sources; --scratch keeps the copy, so that a second run need not build all anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
checkout=$PWD

check_only='' scratch='' wanted=()
while [ $# -gt 0 ]; do
  case $1 in
    --check) check_only=1 ;;
    --scratch) shift && scratch=$1 ;;
    *) wanted+=("$1") ;;
  esac
  shift
done

# The list, one element of each for every fault.
kinds=() files=() olds=() news=() tests=()
while IFS= read -r line; do
  case $line in
    'kind: '*) kinds+=("${line#kind: }") ;;
    'file: '*) files+=("${line#file: }") ;;
    'old: '*) olds+=("${line#old: }") ;;
    'new: '*) news+=("${line#new: }") ;;
    'new:') news+=('') ;;
    'test: '*) tests+=("${line#test: }") ;;
    '' | '#'*) ;;
    *) echo "faults.txt: what is \`$line\`?" >&2 && exit 2 ;;
  esac
done <tests/seeded_faults/faults.txt
count=${#kinds[@]}
if [ "$count" -lt 40 ] || [ "$count" -ne ${#files[@]} ] || [ "$count" -ne ${#olds[@]} ] ||
  [ "$count" -ne ${#news[@]} ] || [ "$count" -ne ${#tests[@]} ]; then
  echo "faults.txt: expected at least 40 faults with kind, file, old, new and test each" >&2
  exit 2
fi

unfit=0
for ((i = 0; i < count; ++i)); do
  text=$(<"include/qcs/${files[i]}")
  without=${text//"${olds[i]}"/}
  times=$(((${#text} - ${#without}) / ${#olds[i]}))
  if [ "$times" -ne 1 ]; then
    echo "fault $((i + 1)): include/qcs/${files[i]} has \`${olds[i]}\` $times times, expected once" >&2
    unfit=1
  fi
  if [ ! -f "tests/unit/${tests[i]}" ]; then
    echo "fault $((i + 1)): there is no test file tests/unit/${tests[i]}" >&2
    unfit=1
  fi
done
[ "$unfit" -eq 0 ] || exit 1
if [ -n "$check_only" ]; then
  echo "$count faults fit the sources"
  exit 0
fi

export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=3000
if [ -z "$scratch" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
fi
mkdir -p "$scratch/tree/tests"
scratch=$(cd "$scratch" && pwd)
tree=$scratch/tree build=$scratch/build
# Times of change are kept: what is as it was need not be built again.
for part in CMakeLists.txt cmake include; do cp -rpT "$part" "$tree/$part"; done
cp -rpT tests/unit "$tree/tests/unit"
ln -sfn "$checkout/tests/data" "$tree/tests/data"
all_tests=$(printf '%s\n' "${tests[@]}" | sort -u | paste -sd ';')
cmake -S tests/seeded_faults -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG" \
  "-DTREE=$tree" "-DTESTS=$all_tests" >"$scratch/configure.log" 2>&1 || { cat "$scratch/configure.log" && exit 1; }

# run_test TEST: builds it and runs it; prints the case that failed first. 0: passes, 1: fails, 2: does not compile.
run_test() {
  local target=${1//[^A-Za-z0-9]/_} status=0
  ninja -C "$build" "$target" >"$scratch/build.log" 2>&1 || return 2
  timeout 300 "$build/$target" --color_output=no >"$scratch/test.log" 2>&1 || status=$?
  [ "$status" -eq 0 ] && return 0
  local failed
  failed=$(grep -om1 'error: in "[^"]*"' "$scratch/test.log" | cut -d'"' -f2)
  echo "${failed:-status $status}"
  return 1
}

declare -A sound=()
caught=0 tried=0
printf '%-4s%-11s%-36s%-11s%s\n' no kind file outcome 'first case that notices'
for ((i = 0; i < count; ++i)); do
  number=$((i + 1))
  if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $number "* ]]; then continue; fi
  test=${tests[i]}
  if [ -z "${sound[$test]:-}" ]; then
    if ! run_test "$test" >"$scratch/case"; then
      echo "tests/unit/$test does not build or pass without any fault:" >&2
      tail -n 20 "$scratch/build.log" "$scratch/test.log" >&2
      exit 1
    fi
    sound[$test]=1
  fi
  header=$tree/include/qcs/${files[i]}
  text=$(<"$header")
  printf '%s\n' "${text/"${olds[i]}"/"${news[i]}"}" >"$header"
  status=0
  run_test "$test" >"$scratch/case" || status=$?
  cp -p "include/qcs/${files[i]}" "$header"
  touch "$header"
  tried=$((tried + 1))
  case $status in
    0) outcome=MISSED ;;
    1) outcome=caught && caught=$((caught + 1)) ;;
    *) outcome=UNBUILT && tail -n 5 "$scratch/build.log" ;;
  esac
  printf '%-4s%-11s%-36s%-11s%s\n' "$number" "${kinds[i]}" "${files[i]}" "$outcome" "$(<"$scratch/case")"
done
echo "$caught of $tried seeded faults were noticed"
[ $((20 * caught)) -ge $((19 * tried)) ]
