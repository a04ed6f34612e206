#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# library_users.sh PROGRAMS IMAGES: the short programs that users of the library write: train a topology of one's own on
# a tree of folders, classify pictures by what came out, and a training program with a backbone and a topology of one's
# own. PROGRAMS holds the built examples, IMAGES seven PNG files.
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

says "a topology of one's own trains on folders" 'epoch 1 after [0-9]+ s' -- "$programs/01_own_topology" run 1 faces
for file in report.html metrics.jsonl curves.png last.pt; do ok "the run leaves $file" test -s "run/$file"; done
ok "labels are the folders' names" grep -q '"class_names":\["calm","joy"\]' run/metrics.jsonl
ok "the recipe has SAM's radius" grep -q '"rho":"0.05"' run/metrics.jsonl
says "called again it goes on" 'epoch 2 after' -- "$programs/01_own_topology" run 2 faces

face=$images/rgb_100x100.png
says "a checkpoint classifies" "$face: (calm|joy) [0-9.]+ %" -- "$programs/02_classify_a_picture" run/last.pt "$face" "$images/rgb_48x64.png"
ok "its base branch can be taken out" "$programs/convert" run/last.pt base.safetensors --base-branch
cp out from_checkpoint
"$programs/02_classify_a_picture" run/last.pt "$face" >whole
"$programs/02_classify_a_picture" base.safetensors "$face" >base
ok "and answers the same" cmp whole base
refused "a picture that is none" 1 "run/options.cfg: cannot be read as an image" "$programs/02_classify_a_picture" base.safetensors run/options.cfg

# A backbone and a topology of one's own in the training program of RAF-DB, which has seven classes: three images of each.
mkdir -p many
label=0
for copy in 1 2 3; do
  for image in "$images"/*.png; do
    cp "$image" "many/$copy-${image##*/}"
    echo "$copy-${image##*/} $((label++ % 7))"
  done
done >list.txt
own="$programs/03_own_backbone --train-list list.txt --test-list list.txt --image-root many"
short="-b 2 -j 1 --limit-batches 1"
says "help names the own types" 'ir50 \(default, as published\) or mine' -- $own --help
said "and the own topology" "DCS (default) or ring"
says "an epoch with own types" 'no recipe is published for ring; the defaults are those of DCS' -- \
  $own --backbone mine --model ring $short --epochs 1 --seed 3 --out runs/own
for file in report.html metrics.jsonl last.pt; do ok "the run leaves $file" test -s "runs/own/$file"; done
ok "at the backbone's learning rate" grep -q '"learning rate":"0.0005"' runs/own/metrics.jsonl
says "it goes on with what was chosen" 'epoch 2/2' -- $own --resume runs/own --epochs 2
says "its checkpoint is evaluated" 'runs/own/last.pt: loss .* on 21 images' -- $own --backbone mine --model ring --evaluate runs/own/last.pt -j 1
echo "backbone = mine
model = ring" >own.cfg
says "two seeds by a file of options" 'seed 4' -- $own --config own.cfg $short --epochs 1 --seed 3 --repeat 2 --out runs/twice
ok "each in a folder of its own" test -s runs/twice/seed-4/last.pt
says "the default folder has the own names" 'epoch 1/1' -- $own --config own.cfg $short --epochs 1
ok "which is there" test -s runs/raf_db-ring-mine/last.pt
refused "an unknown model" 1 "unknown model \`QCS\`, expected DCS or ring" $own --model QCS
refused "an unknown backbone" 1 "unknown backbone \`small\`, expected ir50 or mine" $own --backbone small
refused "a checkpoint of another network" 1 "ring" $own --backbone mine --model DCS --evaluate runs/own/last.pt -j 1
refused "a run of types that the program does not have" 1 "unknown model \`ring\`, expected QCS or DCS" \
  "$programs/train_raf_db" --resume runs/own

# The data set by its name.
refused "no data set" 1 "name a data set before the options: raf_db, ferplus, affectnet7 or affectnet8" "$programs/qcs" train
refused "an unknown data set" 1 "unknown data set \`fer\`, expected raf_db, ferplus, affectnet7 or affectnet8" "$programs/qcs" train fer
says "a known one" '^train_affectnet7 \[options\], trains and evaluates' -- "$programs/qcs" train affectnet7 --help
finish
