#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What each value of train_compact's recipe does: bash benchmarks/compact_recipe.sh DATA_ROOT OUT [EPOCHS] [FOLDS...]
# Trains the recipe and one change of it at a time for so many epochs (3) on four fifths of FERPlus's training faces, answers the
# fifth that is held out (fold 0, or those that are named), and prints a line for each, best first. As many runs at a time as there
# are cores, of one compute thread each. Runs that are complete are not made again; ROWS="recipe sam" makes those alone.
set -euo pipefail
epochs=${3:-3}
data=$(realpath "$1") out=$2/$epochs-epochs
shift $(($# < 3 ? $# : 3))
folds=${*:-0}
program=$(dirname "${BASH_SOURCE[0]}")/../build/release/benchmarks/benchmark_compact_variants
mkdir -p "$out"

# A run is NAME, then what it changes. QCS has half as many tuples of twice as many images.
variants() {
  cat <<'END'
recipe
cross-share-0 --cross-share 0
cross-share-.5 --cross-share .5
QCS --model QCS -b 32 --limit-batches 313
shuffled --sampling shuffle
majority --majority
no-moves --rotation 0 --zoom 0 --shift 0
no-erasing --erase 0
no-average --ema 0
one-unit --backbone one-unit
narrow --backbone narrow
wide --backbone wide
small-backbone --backbone small
sam --step sam
no-warmup --warmup 0
slow --lr 1.5e-3
fast --lr 6e-3
small-batches --batch-size 32
large-batches --batch-size 128
no-decay --wd 0
balanced --sampling balanced
looksam --step looksam
large-moves --rotation 20 --zoom .2 --shift .1
dropout --base-dropout .1 --cross-dropout .1
fp32 --precision fp32
QCS-rare-negatives --model QCS -b 32 --limit-batches 313 --sampling shuffle --negatives "class first"
more-decay --wd .2
cross-share-.1 --cross-share .1
small-moves --rotation 8 --zoom .05 --shift .03
END
}

run() {
  local fold=$1 name=$2 folder
  shift 2
  folder=$out/$name/fold-$fold
  [ -e "$folder/compact_ferplus.safetensors" ] && return 0
  eval "set -- $*"
  local resume=()
  [ -e "$folder/last.pt" ] && resume=(--resume "$folder")
  # These suit the few steps of a short run.
  [[ $* = *--ema* ]] || set -- "$@" --ema .995
  [[ $* = *--warmup* ]] || set -- "$@" --warmup .5
  "$program" --data-root "$data" --out "$folder" --folds 5 --fold "$fold" --epochs "$epochs" --threads 1 "$@" "${resume[@]}" \
    >"$folder.log" 2>&1 || echo "$name, fold $fold: failed, see $folder.log" >&2
}

jobs_at_a_time=$(nproc)
for fold in $folds; do
  while read -r name changes; do
    [[ " ${ROWS:-$name} " = *" $name "* ]] || continue
    mkdir -p "$out/$name"
    while [ "$(jobs -rp | wc -l)" -ge "$jobs_at_a_time" ]; do wait -n; done
    run "$fold" "$name" "$changes" &
  done < <(variants)
done
wait

# Beside the recipe: differences on the same folds.
python3 - "$out" <<'END'
import json, pathlib, statistics, sys

results = {}
for metrics in pathlib.Path(sys.argv[1]).glob("*/fold-*/metrics.jsonl"):
    if (metrics.parent / "compact_ferplus.safetensors").exists():
        last = [line for line in map(json.loads, metrics.open()) if line["kind"] == "epoch"][-1]
        rates = (100 * last["accuracy"], 100 * last["mean_class_accuracy"])
        results.setdefault(metrics.parts[-3], {})[metrics.parts[-2]] = rates
base = results.get("recipe", {})


def mean(folds, rate):
    return statistics.mean(rates[rate] for rates in folds.values())


def beside(folds, rate):
    shared = folds.keys() & base.keys()
    return f"{statistics.mean(folds[fold][rate] - base[fold][rate] for fold in shared):+.2f}" if shared else "-"


print(f"{'variant':<20} {'folds':>5} {'accuracy':>9} {'beside':>7} {'mean class':>11} {'beside':>7}")
for name, folds in sorted(results.items(), key=lambda result: -mean(result[1], 0)):
    print(f"{name:<20} {len(folds):>5} {mean(folds, 0):>9.2f} {beside(folds, 0):>7} {mean(folds, 1):>11.2f} {beside(folds, 1):>7}")
if len(base) > 1:
    accuracy, mean_class = (statistics.stdev(rates[rate] for rates in base.values()) for rate in (0, 1))
    print(f"deviation of the recipe over folds: {accuracy:.2f} and {mean_class:.2f}")
END
