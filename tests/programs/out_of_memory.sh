#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# out_of_memory.sh PROGRAMS IMAGES [BACKBONE BATCH]: a run under twelve limits of the address space ends
# well or with one line that says that memory was short, and never costs a checkpoint. Without more arguments it tries
# the small backbone; `ir50 8` tries the full-size network.
set -u
programs=$1 images=$2 backbone=${3:-small} batch=${4:-2}
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

mkdir -p faces
i=0
for image in "$images"/*.png; do cp "$image" "faces/$i.png"; i=$((i + 1)); done
printf '0.png 0\n1.png 0\n2.png 1\n3.png 1\n4.png 2\n5.png 2\n' >list.txt
run="--backbone $backbone --model DCS --train-list list.txt --test-list list.txt --image-root faces -b $batch -j 2 --save-steps 1"
ok "a run without a limit" "$programs/train_raf_db" $run --epochs 1 --limit-batches 1 --out before

# ends NAME LOG: what became of the last command, whose status is in `status`.
ended_well=0
ends() {
  if [ "$status" -eq 0 ] && ! [ -s err ]; then
    ended_well=$((ended_well + 1))
    pass
  elif [ "$status" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q '^error: out of memory: ' err; then
    pass
  else
    fail "$1: status $status, expected success or status 1 with one line, found:"
    head -c 2000 err
  fi
}

# Below this the system's loader cannot map the libraries, and says so itself: those of a LibTorch for CUDA are large.
loads=800000
while (ulimit -v $loads && exec "$programs/train_raf_db" --help) >/dev/null 2>&1; [ $? -eq 127 ]; do loads=$((loads + 100000)); done

for more in 0 100000 200000 300000 400000 600000 800000 1000000 1400000 2000000 2600000 3200000; do
  limit=$((loads + more))
  rm -rf run && cp -r before run
  (ulimit -v $limit && exec timeout 600 "$programs/train_raf_db" $run --epochs 2 --limit-batches 2 --resume run) >out 2>err
  status=$?
  ends "$limit KB"
  echo "$backbone, $limit KB: status $status $(head -c 300 err)"
  ok "the checkpoint after $limit KB" "$programs/inspect" run/last.pt
done
[ $ended_well -gt 0 ] && pass || fail "no run ended well"

for more in 0 100000 200000; do
  limit=$((loads + more))
  for command in "inspect before/last.pt" "convert before/last.pt copy.pth" "check --train list.txt --image-root faces --classes 3 --open" \
    "train_raf_db $run --evaluate before/last.pt"; do
    (ulimit -v $limit && exec timeout 600 "$programs"/$command) >out 2>err
    status=$?
    ends "$command under $limit KB"
  done
done
finish
