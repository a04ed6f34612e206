#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# photos.sh PROGRAMS IMAGES: what people give `predict`. PROGRAMS holds the built examples, IMAGES seven PNG files.
set -u
programs=$1 images=$2
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

mkdir -p faces/below
i=0
for image in "$images"/*.png; do cp "$image" "faces/$i.png"; i=$((i + 1)); done
mv faces/6.png faces/below/
printf 'faces/0.png 0\nfaces/1.png 0\nfaces/2.png 1\nfaces/3.png 1\n' >train.txt
ok "a run" "$programs/train_raf_db" --backbone small --model DCS --train-list train.txt --test-list train.txt \
  --image-root . -j 1 --epochs 1 --limit-batches 1 -b 2 --out run
predict="$programs/predict --weights run/best.pt"

# rows NAME COUNT FILE: so many lines without the header.
rows() { if [ "$(($(wc -l <"$3") - 1))" -eq "$2" ]; then pass; else fail "$1: $(($(wc -l <"$3") - 1)) rows, expected $2"; fi; }

ok "a picture that is a face" $predict --detector none faces/0.png
said "a picture that is a face" "faces/0.png: "
said "a picture that is a face" "1 pictures, 1 faces; without a face: 0, not read: 0"
refused "weights of no name" 1 "--weights is empty; leave it out" "$programs/predict" --weights "" faces/0.png
ok "a folder" $predict --detector none faces --out rows.csv
rows "a folder" 7 rows.csv
ok "one at a time" $predict --detector none faces --out one.csv --batch 1 -j 1 --threads 1
if diff <(cut -d, -f1-12 rows.csv) <(cut -d, -f1-12 one.csv) >/dev/null; then pass; else fail "one at a time: other answers"; fi
ok "a list" $predict --detector none train.txt --out -
rows "a list" 4 out
ok "a picture from standard input" $predict --detector none - --out - --format jsonl <faces/0.png
said "a picture from standard input" '"source":"standard input","status":"face"'
cp faces/2.png noise.png
ok "a picture without a face" $predict noise.png
said "a picture without a face" "noise.png: no face"
ok "pictures with boxes" $predict --detector none faces --pictures marked --out rows.csv
if [ "$(find marked -name '*.png' | wc -l)" -eq 7 ]; then pass; else fail "pictures with boxes: not seven"; fi

# What cannot be read has a row, the rest goes on, and the status says so.
mkdir broken
for i in $(seq 1000); do head -c $((i * 7 % 400)) faces/0.png >"broken/$i.png"; done
cp faces/1.png broken/whole.png
$predict --detector none broken --out broken.csv >out 2>err
status=$?
if [ $status -eq 1 ] && ! [ -s err ]; then pass; else fail "1,000 damaged files: status $status, $(cat err)"; fi
rows "1,000 damaged files" 1001 broken.csv
if [ "$(grep -c ',not read,' broken.csv)" -eq 1000 ]; then pass; else fail "1,000 damaged files: other faults"; fi
$predict --detector none nothing.jpg faces/0.png no.mp4 >out 2>err
status=$?
if [ $status -eq 1 ] && ! [ -s err ]; then pass; else fail "files that are not there: status $status, $(cat err)"; fi
said "files that are not there" "no.mp4: not read: no.mp4: no such file"
said "files that are not there" "3 pictures, 1 faces; without a face: 0, not read: 2"

ok "where the network looks" "$programs/explain" --weights run/best.pt faces/0.png faces/below/6.png --out why
said "where the network looks" "why/explain.png: 2 pictures"
for array in last_block_1 rollout_3 Grad-CAM_2; do
  if [ "$(head -c 6 "why/6_$array.npy" | tail -c 5)" = NUMPY ]; then pass; else fail "why/6_$array.npy is no array"; fi
done
ok "of a class" "$programs/explain" --weights run/best.pt faces/0.png --label Happy --out why
said "of a class" "Grad-CAM of Happy"
refused "of no class" 1 "\`Bored\` is none of" "$programs/explain" --weights run/best.pt faces/0.png --label Bored
"$programs/explain" --weights run/best.pt nothing.png faces/0.png --out why >out 2>err
status=$?
if [ $status -eq 1 ] && ! [ -s err ]; then pass; else fail "a picture that is not there: status $status, $(cat err)"; fi
said "a picture that is not there" "nothing.png: not read: "
said "a picture that is not there" "why/explain.png: 1 pictures"

ok "where the branches of tuples look" "$programs/explain" --weights run/best.pt --tuples faces/0.png faces/1.png \
  faces/2.png faces/3.png --out tuples
said "where the branches of tuples look" "tuples/explain.png: 4 pictures"
for array in tuple1_anchor_1 tuple2_positive_3; do
  if [ "$(head -c 6 "tuples/$array.npy" | tail -c 5)" = NUMPY ]; then pass; else fail "tuples/$array.npy is no array"; fi
done
refused "half a tuple" 1 "a tuple of these weights is 2 pictures, anchor, positive; found 3" "$programs/explain" \
  --weights run/best.pt --tuples faces/0.png faces/1.png faces/2.png
refused "a class for tuples" 1 "--label goes without --tuples" "$programs/explain" --weights run/best.pt --tuples \
  --label Happy faces/0.png faces/1.png
"$programs/explain" --weights run/best.pt --tuples faces/0.png nothing.png faces/2.png faces/3.png --out tuples >out 2>err
status=$?
if [ $status -eq 1 ] && ! [ -s err ]; then pass; else fail "a tuple with a gap: status $status, $(cat err)"; fi
said "a tuple with a gap" "tuple 1 is left out"
said "a tuple with a gap" "tuples/explain.png: 2 pictures"
ok "a base branch" "$programs/convert" run/best.pt base.safetensors --base-branch
refused "a tuple of a base branch" 1 "cross-similarity maps need the whole network" "$programs/explain" \
  --weights base.safetensors --tuples faces/0.png faces/1.png

ok "the shipped weights" "$programs/predict" faces --detector none
said "their classes" "Contempt"
refused "labels for the shipped weights" 1 "--dataset goes with --weights" "$programs/predict" faces --dataset ferplus
refused "no input" 1 "name pictures, folders, lists or videos, or --camera" $predict
refused "a camera and a folder" 1 "--camera goes without other inputs" $predict faces --camera 0
refused "a camera that is not there" 1 "camera 63: cannot be opened" $predict --camera 63
refused "another detector" 1 "expected one of haar, yunet, none" $predict faces --detector mtcnn
refused "no file of a detector" 1 "--detector yunet needs --detector-file" $predict faces --detector yunet
refused "a detector that is not there" 1 "no face detector at nowhere.onnx" $predict faces --detector yunet --detector-file nowhere.onnx
refused "a detector that is none" 1 "cannot be read as a YuNet" $predict faces --detector yunet --detector-file train.txt
refused "a cascade that is none" 1 "train.txt: cannot be read as a cascade" $predict faces --detector-file train.txt
ok "sure faces alone" $predict noise.png --score 5
refused "scores of no detector" 1 "--detector none gives no scores" $predict faces --detector none --score 5
refused "a format without rows" 1 "--format goes with --out" $predict faces --format jsonl
refused "rows where nothing can be" 1 "cannot write nowhere/rows.csv" $predict faces --out nowhere/rows.csv
refused "weights of another data set" 1 "run/best.pt" $predict faces --dataset ferplus
refused "a batch of nothing" 1 "--batch must be within 1..4096" $predict faces --batch 0
finish
