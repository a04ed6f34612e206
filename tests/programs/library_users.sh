#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# library_users.sh PROGRAMS IMAGES: the two short programs that users of the library write: train a topology of one's own
# on a tree of folders, and classify pictures by what came out. PROGRAMS holds the built examples, IMAGES seven PNG files.
set -u
programs=$1 images=$2
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

for class in calm joy; do
  for split in train test; do
    mkdir -p "faces/$split/$class"
    for image in "$images"/*.png; do cp "$image" "faces/$split/$class/${image##*/}"; done
  done
done

# says NAME MESSAGE -- COMMAND...: succeeds, and its output matches the extended regular expression.
says() {
  local name=$1 message=$2
  shift 3
  if "$@" >out 2>err && grep -qE -- "$message" out; then pass; else fail "$name: \`$message\` is not said"; cat out err; fi
}

says "a topology of one's own trains on folders" 'epoch 1 after [0-9]+ s' -- "$programs/own_topology" faces run 1
for file in report.html metrics.jsonl curves.png last.pt; do ok "the run leaves $file" test -s "run/$file"; done
ok "labels are the folders' names" grep -q '"class_names":\["calm","joy"\]' run/metrics.jsonl
ok "the recipe has SAM's radius" grep -q '"rho":"0.05"' run/metrics.jsonl
says "called again it goes on" 'epoch 2 after' -- "$programs/own_topology" faces run 2

face=$images/rgb_100x100.png
says "a checkpoint classifies" "$face: (calm|joy) [0-9.]+ %" -- "$programs/classify" run/last.pt "$face" "$images/rgb_48x64.png"
ok "its base branch can be taken out" "$programs/convert" run/last.pt base.safetensors --base-branch
cp out from_checkpoint
"$programs/classify" run/last.pt "$face" >whole
"$programs/classify" base.safetensors "$face" >base
ok "and answers the same" cmp whole base
refused "a picture that is none" 1 "run/options.cfg: cannot be read as an image" "$programs/classify" base.safetensors run/options.cfg
finish
