#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lists_and_pictures.sh PROGRAMS IMAGES: lists and pictures as people bring them. What is merely unusual is taken and said
# in one line, what is wrong is named with its file and line. PROGRAMS holds the built examples, IMAGES seven PNG files.
set -u
programs=$1 images=$2
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

mkdir -p datas/RAF-DB/basic
i=0
for image in "$images"/*.png; do cp "$image" "datas/RAF-DB/basic/$i.png"; i=$((i + 1)); done
root=datas/RAF-DB/basic
train_list=datas/RAF-DB/raf_db_basic_train.txt
lines='0.png 0\n1.png 0\n2.png 1\n3.png 1\n4.png 2\n5.png 2\n'
printf "$lines" >"$train_list"
printf '6.png 0\n' >datas/RAF-DB/raf_db_basic_test.txt
short="--backbone small --model DCS --epochs 1 --limit-batches 1 -b 2 -j 1"

# complain NAME: counts a failure and shows what the last command said.
complain() {
  fail "$1"
  head -n 20 out err
}

# runs NAME MESSAGE... -- COMMAND...: succeeds with nothing on stderr, and its output has every message.
runs() {
  local name=$1 messages=() message
  shift
  while [ "$1" != -- ]; do messages+=("$1"); shift; done
  shift
  if ! "$@" >out 2>err || [ -s err ]; then complain "$name: expected success without a word on stderr"; return; fi
  for message in "${messages[@]}"; do
    if ! grep -qF -- "$message" out; then complain "$name: \`$message\` is not said"; return; fi
  done
  pass
}

# names NAME MESSAGE... -- COMMAND...: fails without a signal, and its output or its error has every message; nothing on
# stderr but the error and its lines.
names() {
  local name=$1 messages=() message status
  shift
  while [ "$1" != -- ]; do messages+=("$1"); shift; done
  shift
  "$@" >out 2>err
  status=$?
  rm -rf runs/bad  # a run that ends by a picture has saved what it had
  if [ $status -eq 0 ] || [ $status -ge 128 ]; then complain "$name: status $status"; return; fi
  if [ -s err ] && ! head -n 1 err | grep -q '^error: '; then complain "$name: a raw line on stderr"; return; fi
  for message in "${messages[@]}"; do
    if ! cat out err | grep -qF -- "$message"; then complain "$name: \`$message\` is not said"; return; fi
  done
  pass
}

check="$programs/check --image-root $root --dataset raf-db"
train="$programs/train_raf_db $short --image-root $root"

# Repeated lines
printf "${lines}4.png 2\n./4.png 2\n" >oversampled.txt
runs "a list that repeats lines" "2 of the 8 lines of oversampled.txt repeat an earlier one" -- \
  $train --train-list oversampled.txt --out runs/oversampled
names "the same, checked: only the classes are too few" "note: oversampled.txt: 2 of 8 lines repeat an earlier one" \
  "class 3 (Happy) has no image" -- $check --train oversampled.txt
printf "${lines}4.png 1\n" >contradicting.txt
names "two labels" "contradicting.txt:7: \`4.png\` has label 1, in line 5 it has 2" -- \
  $train --train-list contradicting.txt --out runs/bad
names "two labels, checked" "contradicting.txt:7: \`4.png\` has label 1, in line 5 it has 2" -- $check --train contradicting.txt
printf '6.png 0\n6.png 0\n' >twice.txt
names "an evaluation of an image twice" "twice.txt:2: \`6.png\` is already in line 1" -- $train --test-list twice.txt --out runs/bad
runs "images in both splits" "6 of the 6 test images are trained on too" -- $train --test-list "$train_list" --out runs/both
names "images in both splits, checked" "is also in $train_list:1" -- $check --train "$train_list" --test "$train_list"
printf '0.png 0\n0.png 0\n2.png 1\n3.png 1\n' >one_file.txt
names "one file is not two images" "class 0 has 1 image" -- $train --train-list one_file.txt --out runs/bad

# Lines of another form
printf '0.png 1 4\n1.png 1 2\n' >three_columns.txt
names "three columns" "three_columns.txt:1" "the line has three fields, \`0.png\` and two more" -- \
  $train --train-list three_columns.txt --out runs/bad
names "three columns, checked" "the line has three fields, \`0.png\` and two more" -- $check --train three_columns.txt
[ "$(grep -n 'three fields' out | head -n 1 | cut -d: -f1)" = 1 ] && pass || complain "three columns: something else comes first"
printf '0 1\n1 1\n' >no_extension.txt
names "no extension" "the name has no extension: \`0.png\` exists" -- $train --train-list no_extension.txt --out runs/bad
printf '0.PNG 0\nbasic/1.png 0\nx\\2.png 0\n/data/3.png 0\n4.jpg 0\n0 5.png\nimage label\n0.png\t0\n0.png,0\n0.png  0\n' >odd.txt
names "names that miss their file, and other separators" "odd.txt:1: no image file \`$root/0.PNG\`; \`0.png\` exists" \
  "odd.txt:2: no image file \`$root/basic/1.png\`; names are relative to the image folder: \`1.png\` exists" \
  "odd.txt:3: no image file" "odd.txt:4: \`/data/3.png\` leaves the image folder; names are relative" \
  "\`4.png\` exists" "odd.txt:6: \`5.png\` is not a label; the label comes second" \
  "odd.txt:7: \`label\` is not a label; lists have no header" "odd.txt:8: expected \`name label\`" \
  "a comma stands where one space should" "there is more than one space before the label" -- \
  $train --train-list odd.txt --out runs/bad
names "an image folder one level too high" "\`basic/0.png\` exists" -- \
  "$programs/train_raf_db" $short --image-root datas/RAF-DB --out runs/bad
printf '\xff\xfe0\0.\0p\0n\0g\0 \0000\0\n\0' >utf16.txt
names "UTF-16" "utf16.txt: this image list is in UTF-16 (little-endian); save it as UTF-8" -- $train --train-list utf16.txt --out runs/bad
printf "$lines" | tr '\n' '\r' >macintosh.txt
runs "carriage returns alone" -- $train --train-list macintosh.txt --out runs/macintosh
printf '\xef\xbb\xbf0.png 0.0\r\n1.png +0\r\n2.png 1.0e+00\r\n3.png 1\r\n' >floats.txt
runs "labels written as floats" -- $train --train-list floats.txt --out runs/floats
printf '0.png 0.5\n1.png nan\n' >halves.txt
names "labels that are not whole" "halves.txt:1: \`0.5\` is not a label; labels are whole numbers" "halves.txt:2: \`nan\`" -- \
  $train --train-list halves.txt --out runs/bad

# Tables
table() { printf 'file,emotion,fold\n0.png,%s,train\n1.png,%s,train\n2.png,%s,train\n3.png,%s,train\n4.png,%s,train\n5.png,%s,train\n' "$@" >table.csv; }
prepare_table="$programs/prepare csv --table table.csv --images $root --image-column file --label-column emotion --split-column fold"
table 0.0 0.0 2.0 2.0 10.0 10.0
runs "labels of a table written as floats" -- $prepare_table --name floats
table 0 0 2 2 10 10
runs "the same as integers" -- $prepare_table --name integers
cmp -s datas/floats/floats_train.txt datas/integers/integers_train.txt && grep -qx '4.png 10' datas/floats/floats_train.txt && pass ||
  complain "floats are not the integers they stand for"
table 0.0 0.0 2.5 2.0 nan 10.0
names "labels of a table that are not whole" "table.csv:4: label \`2.5\` is no whole number" "table.csv:6: label \`nan\`" -- \
  $prepare_table --name bad

# Class names travel
for class in anger contempt disgust fear happy neutral sad surprise; do
  mkdir -p "by_name/train/$class" "by_name/test/$class"
  for i in 0 1; do
    cp "$root/$i.png" "by_name/train/$class/$i.png"
    cp "$root/$((i + 2)).png" "by_name/test/$class/$i.png"
  done
done
mkdir -p by_name/__MACOSX/train by_name/train/anger/__MACOSX
printf 'x' >by_name/train/anger/._0.png
printf 'x' >by_name/train/anger/Thumbs.db
: >by_name/train/anger/empty.png
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n' >by_name/train/anger/pointer.png
runs "folders named alphabetically, with what other systems leave there" "1 dropped: empty file" \
  "1 dropped: not an image by its name" "1 dropped: a Git LFS pointer" -- \
  "$programs/prepare" folders --images by_name --name by_name
affect="$programs/train_affectnet8 $short --train-list datas/by_name/by_name_train.txt --test-list datas/by_name/by_name_test.txt --image-root by_name"
names_in_order="anger, contempt, disgust, fear, happy, neutral, sad, surprise"
runs "training on them" "class names are those of datas/by_name/classes.txt: $names_in_order; AffectNet-8 has them in another order" -- \
  $affect --out runs/by_name
grep -qF '"anger"' runs/by_name/metrics.jsonl && ! grep -qF '"Neutral"' runs/by_name/metrics.jsonl && grep -q anger runs/by_name/report.html &&
  pass || complain "the report has other class names"
runs "the checkpoint has the names" "anger" "surprise" -- "$programs/inspect" runs/by_name/last.pt
runs "evaluating with them" "note: class names are those of datas/by_name/classes.txt" "contempt" -- \
  $affect --evaluate runs/by_name/last.pt
runs "going on with them" -- "$programs/train_affectnet8" --resume runs/by_name --epochs 2
mkdir -p elsewhere
sed 's#^#train/#; s#^train/train/#train/#' datas/by_name/by_name_train.txt >elsewhere/list.txt
printf '%s\n' Neutral Happy Sad Surprise Fear Disgust Anger Contempt >elsewhere/classes.txt
names "weights of another order" "runs/by_name/last.pt has by_name ($names_in_order), this run has AffectNet-8" -- \
  $affect --evaluate runs/by_name/last.pt --classes elsewhere/classes.txt
names "lists whose names contradict each other" "datas/by_name/classes.txt" "elsewhere/classes.txt contradict each other" -- \
  "$programs/train_affectnet8" $short --train-list datas/by_name/by_name_train.txt --test-list elsewhere/list.txt --image-root by_name --out runs/bad
names "another count" "datas/by_name/classes.txt names 8 classes" "expected 7" -- \
  "$programs/train_affectnet7" $short --train-list datas/by_name/by_name_train.txt --image-root by_name --out runs/bad
runs "checking with the names beside the lists" "anger" -- \
  "$programs/check" --train datas/by_name/by_name_train.txt --test datas/by_name/by_name_test.txt --image-root by_name --open
runs "a contact sheet with them" "note: class names are those of" -- \
  "$programs/preview" --dataset affectnet8 --train-list datas/by_name/by_name_train.txt --image-root by_name --tuples 2 --out sheet.png
printf 'a\n\nb\na\n' >faulty_classes.txt
names "a faulty file of class names" "faulty_classes.txt:2: blank line" "faulty_classes.txt:4: \`a\` is already in line 1" -- \
  $affect --classes faulty_classes.txt --out runs/bad

# Pictures
cp "$root/0.png" "$root/page.jpg"
printf '<!DOCTYPE html><html></html>' >"$root/html.jpg"
printf 'version https://git-lfs.github.com/spec/v1\n' >"$root/pointer.jpg"
head -c 3000 "$root/2.png" >"$root/torn.png"
printf "${lines}page.jpg 0\nhtml.jpg 0\npointer.jpg 0\ntorn.png 0\n" >pictures.txt
names "contents that the names do not say" "note: pictures.txt:7: $root/page.jpg: JPEG by its name, PNG by its content" \
  "pictures.txt:8: $root/html.jpg: not an image" "it starts with \`<!DOCTYPE html>" "it is a Git LFS pointer" \
  "pictures.txt:10: $root/torn.png" -- $check --train pictures.txt --open
printf '0.png 0\nhtml.jpg 0\n2.png 1\n3.png 1\n' >html.txt
names "training on a web page" "html.jpg: not an image" -- $programs/train_raf_db --backbone small --model DCS --epochs 1 -b 4 -j 1 \
  --image-root "$root" --train-list html.txt --out runs/bad

# JPEGs, made by cropping: the content of the sources is another format than their names say.
mkdir crop
echo "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal" >crop.csv
for i in 0 1 2 3; do
  cp "$root/$((i + 2)).png" "crop/$i.jpg"
  echo "$i.jpg,0,0,1000.0,1000.0,,$((i / 2)).0,0,0" >>crop.csv
done
runs "ids of a table written as floats" -- "$programs/prepare" affectnet --images crop --train-csv crop.csv --crop --out jpeg
faces=jpeg/AffectNet/Manually_trainval_croped
printf '0.jpg 0\n1.jpg 0\n2.jpg 1\n3.jpg 1\n' >jpeg.txt
jpeg_check="$programs/check --train jpeg.txt --image-root $faces --classes 2 --open"
runs "whole JPEGs" "4 lines, 0 faults" -- $jpeg_check
cp "$faces/0.jpg" whole.jpg
size=$(stat -c %s whole.jpg)
printf 'Photo tool 1.0' >>"$faces/0.jpg"
runs "bytes behind the end of a JPEG" "4 lines, 0 faults" -- $jpeg_check
cp whole.jpg "$faces/0.jpg"
dd if=/dev/zero of="$faces/0.jpg" bs=1 seek=$((size / 2)) count=$((size / 4)) conv=notrunc 2>/dev/null
names "a JPEG damaged in its middle" "jpeg.txt:1: $faces/0.jpg: the JPEG cannot be decoded: Corrupt JPEG data" -- $jpeg_check
jpeg_train="$programs/train_raf_db --backbone small --model DCS --epochs 1 -b 4 -j 1 --train-list jpeg.txt --test-list jpeg.txt --image-root $faces"
names "training on it" "$faces/0.jpg: the JPEG cannot be decoded" -- $jpeg_train --out runs/bad
{ head -c $((size * 2 / 3)) whole.jpg; printf '\xff\xd9'; } >"$faces/0.jpg"
names "a JPEG that ends too early, with an end marker" "premature end of data segment" -- $jpeg_check
cp whole.jpg "$faces/0.jpg"
printf '\x09' | dd of="$faces/0.jpg" bs=1 seek=11 conv=notrunc 2>/dev/null
runs "an unknown revision" "note: jpeg.txt:1: $faces/0.jpg: JPEG decoder: Warning: unknown JFIF revision" -- $jpeg_check
runs "training on it, said once" "$faces/0.jpg: JPEG decoder: Warning: unknown JFIF revision" -- $jpeg_train --out runs/revision

finish
