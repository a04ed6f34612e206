#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# wrong_input.sh PROGRAMS IMAGES: every mistake a user can make gets one readable line (a fault list: one more per fault) on
# stderr and a non-zero status, and a correct run beside it works. PROGRAMS holds the built examples, IMAGES seven PNG files.
set -u
programs=$1 images=$2
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

mkdir -p datas/RAF-DB/basic
i=0
for image in "$images"/*.png; do cp "$image" "datas/RAF-DB/basic/$i.png"; i=$((i + 1)); done
list=datas/RAF-DB/raf_db_basic_train.txt
good() { printf '0.png 0\n1.png 0\n2.png 1\n3.png 1\n4.png 2\n5.png 2\n' >"$list"; }
good
cp "$list" datas/RAF-DB/raf_db_basic_test.txt
# Seven images cannot be four of each of two classes; names that differ can.
for image in 0 1 2 3; do cp "datas/RAF-DB/basic/$image.png" "datas/RAF-DB/basic/again$image.png"; done
printf '0.png 0\nagain0.png 0\n1.png 0\nagain1.png 0\n2.png 1\nagain2.png 1\n3.png 1\nagain3.png 1\n' >four.txt
train="$programs/train_raf_db --backbone small --epochs 1 --limit-batches 1 -b 2 -j 1"

ok "a good run" $train --out runs/good --model DCS
ok "evaluation of its checkpoint" "$programs/train_raf_db" --backbone small --model DCS --evaluate runs/good/last.pt
ok "its backbone in another model" $train --out runs/pre --model QCS --pretrained runs/good/best.pt
ok "one more epoch, all else as before" "$programs/train_raf_db" --resume runs/good --epochs 2
ok "nothing left to do" "$programs/train_raf_db" --resume runs/good/last.pt
grep -q "all 2 epochs are done" out || fail "nothing left to do: not said"
ok "a changed value on resume" "$programs/train_raf_db" --resume runs/good --epochs 3 --lr 1e-5
grep -q "learning rate was 0.0003, is now 1e-05" out || fail "a changed value on resume: not said"
ok "two seeds, a share held out" $train --out runs/twice --model DCS --hold-out .5 --repeat 2 --flip-test --ema .9 --warmup 1 \
  --train-list four.txt
ok "the same, already done" "$programs/train_raf_db" --resume runs/twice
ok "comparing runs" "$programs/compare" runs/good runs/twice --out compared
for file in runs/good/{log.txt,metrics.jsonl,metrics.csv,steps.csv,curves.png,confusion.png,predictions.csv,report.html} \
  runs/good/{last,previous,best}.pt runs/twice/seed-1/test_predictions.csv runs/twice/compare.json compared/compare.png; do
  [ -s "$file" ] && pass || fail "$file is missing"
done
evaluate="$programs/train_raf_db --backbone small --model DCS --evaluate"
ok "its base branch as safetensors" "$programs/convert" runs/good/last.pt base.safetensors --base-branch
ok "evaluation of a base branch, with predictions" $evaluate base.safetensors --predictions predictions.csv
ok "what is in it" "$programs/inspect" base.safetensors
ok "a pack of decoded images" "$programs/prepare" pack --train "$list" --image-root datas/RAF-DB/basic --out images.pack
ok "training from the pack" $train --out runs/packed --model DCS --packed images.pack --image-root nowhere
ok "a contact sheet" "$programs/preview" --dataset raf_db --tuples 2 --out sheet.png
ok "lists without a fault" "$programs/check" --train "$list" --image-root datas/RAF-DB/basic --classes 3 --open
bad="$train --out runs/bad"
refused "unknown option" 1 "--frobnicate" $bad --frobnicate
refused "unknown model" 1 "unknown model \`XCS\`, expected QCS or DCS" $bad --model XCS
refused "unknown backbone" 1 "unknown backbone \`vgg\`" "$programs/train_raf_db" --backbone vgg
refused "an option given twice" 1 "cannot be specified more than once" $bad --epochs 2
refused "no such device" 1 "unknown device \`tpu\`" $bad --device tpu
refused "missing data folder" 1 "nowhere" $bad --data-root nowhere
refused "missing list" 1 "none.txt" $bad --train-list none.txt
printf '0.png 0\n1.png\n2.png 1\n3.png 1\n' >"$list"
refused "line without a label" 2 "raf_db_basic_train.txt:2: expected \`name label\`, found \`1.png\`" $bad
printf '0.png 0\n1.png 0\n2.png 7\n3.png -1\n4.png x\n' >"$list"
refused "labels out of range" 4 "raf_db_basic_train.txt:3: label 7 is not within 0..6" $bad
refused "labels out of range, second" 4 "raf_db_basic_train.txt:4: label -1 is not within 0..6" $bad
printf '0.png 0\n1.png 0\nlost.png 1\n3.png 1\n' >"$list"
refused "missing image file" 2 "raf_db_basic_train.txt:3" $bad
printf '0.png 0\n1.png 0\n2.png 1\n' >"$list"
refused "a class with one image" 1 "class 1" $bad
head -c 300 /dev/zero >datas/RAF-DB/basic/torn.png
printf '0.png 0\n1.png 0\ntorn.png 1\n3.png 1\n' >"$list"
refused "an unreadable image" 1 "torn.png" "$programs/train_raf_db" --backbone small --epochs 1 -b 4 -j 1 --out runs/bad
ok "going on without it" $train --out runs/skipping --model DCS --train-list datas/RAF-DB/raf_db_basic_test.txt --skip-bad-images
good
refused "a checkpoint of another model" 1 "runs/good/last.pt holds DCS backbone=small" \
  "$programs/train_raf_db" --backbone small --model QCS --evaluate runs/good/last.pt
refused "a checkpoint of another backbone" 1 "this run builds DCS backbone=ir50" \
  "$programs/train_raf_db" --backbone ir50 --model DCS --evaluate runs/good/last.pt
refused "weights of other labels" 1 "base.safetensors has RAF-DB (Surprise, Fear, Disgust, Happy, Sad, Anger, Neutral), this run has AffectNet-7" \
  "$programs/train_affectnet7" --backbone small --model DCS --evaluate base.safetensors --test-list "$list" --image-root datas/RAF-DB/basic
refused "training from weights of other labels" 1 "runs/good/last.pt has RAF-DB (Surprise, Fear, Disgust, Happy, Sad, Anger, Neutral), this run has AffectNet-7" \
  "$programs/train_affectnet7" --backbone small --model DCS --pretrained runs/good/last.pt --pretrained-part all --out runs/bad \
  --train-list "$list" --test-list "$list" --image-root datas/RAF-DB/basic
refused "weights of other class counts" 1 "expected (9, 64)" $evaluate base.safetensors --num-classes 9
head -c 2000 runs/good/last.pt >torn.pth
refused "weights cut short" 1 "torn.pth: damaged zip archive: its end is missing" $evaluate torn.pth
refused "weights in an unknown format" 1 "must end in .safetensors or .pth" "$programs/convert" runs/good/last.pt weights.bin
head -c 2000 images.pack >torn.pack
refused "a pack cut short" 1 "torn.pack: " $bad --packed torn.pack
refused "a missing checkpoint" 1 "no checkpoint at runs/none.pt" $bad --pretrained runs/none.pt
refused "no checkpoint at all" 1 "$list: neither a file of torch.save nor safetensors" $bad --pretrained "$list"
refused "a second run in one folder" 1 "runs/good holds a finished or interrupted run" $train --out runs/good --model DCS
refused "a folder that cannot be made" 1 "cannot make the folder $list/x" $train --model DCS --out "$list/x"
exec 9<>runs/good/.lock
flock 9
echo "process $$ on $(uname -n)" >&9
refused "a folder in use" 1 "runs/good is in use by process $$ on" "$programs/train_raf_db" --resume runs/good --epochs 4
exec 9>&-
refused "a validation split that is not there" 1 "name one with --val-list" $bad --select validation
refused "early stopping without a split" 1 "early stopping needs a split" $bad --patience 2
refused "a first epoch beyond the last" 1 "--start-epoch 5 is beyond the last of 1 epochs" $bad --start-epoch 5
refused "a seed that is not the run's" 1 "has seed 0; this run has 7" "$programs/train_raf_db" --resume runs/good --epochs 4 --seed 7
refused "runs that are not there" 3 "no-run-one" "$programs/compare" no-run-one no-run-two

# Runs that go on until they are asked to stop.
check() {
  if [ "$1" = "$2" ]; then pass; else
    fail "$3: found \`$1\`, expected \`$2\`"
    tail -n 3 out err
  fi
}
# wait_for COMMAND...: until it succeeds, while the run goes on, and no longer than ten minutes, where something hangs.
wait_for() { for _ in $(seq 6000); do "$@" && return; kill -0 $pid || return; sleep .1; done; }
endless="--backbone small --model DCS -b 2 -j 1 --epochs 100000 -p 1"
# A background job of a script ignores SIGINT unless it is set back.
train_on() { exec env --default-signal=INT "$programs/train_raf_db" $endless --save-steps 1 --out runs/stopped "$@"; }
saved() { [ -s runs/stopped/last.pt ]; }
resumed() {
  "$programs/train_raf_db" --resume runs/stopped --limit-batches 1 --epochs 1 >out 2>err
  check $? 0 "$1, then resumed"
  rm -rf runs/stopped
}

# Signals: the run is saved, the status says why, and it goes on.
for signal in TERM:143 INT:130 HUP:129 USR1:138 USR2:140 XCPU:152; do
  rm -f out  # what it says now, not what the run before said
  train_on >out 2>err &
  pid=$!
  wait_for grep -qs "  batch" out
  kill -${signal%:*} $pid
  wait $pid
  check $? ${signal#*:} "SIG${signal%:*}"
  check "$(grep -o "go on with --resume runs/stopped" out)" "go on with --resume runs/stopped" "SIG${signal%:*}, what it says"
  resumed "SIG${signal%:*}"
done

# What was ignored stays ignored.
(trap '' HUP; train_on) >out 2>err &
pid=$!
wait_for saved
kill -HUP $pid
steps=$(wc -l <runs/stopped/steps.csv)
more_steps() { [ "$(wc -l <runs/stopped/steps.csv)" -gt $((steps + 2)) ]; }
wait_for more_steps
kill -TERM $pid
wait $pid
check $? 143 "SIGHUP under nohup"
resumed "SIGHUP under nohup"

# Ctrl-C on `... 2>&1 | tee log`: the reader of the output goes first.
mkfifo pipe
train_on >pipe 2>&1 &
pid=$!
exec 7<pipe
while read -r line <&7; do case $line in *" batch "*) break ;; esac; done
exec 7<&-
kill -INT $pid
wait $pid
check $? 130 "Ctrl-C with tee"
resumed "Ctrl-C with tee"

# The same for output that cannot be written at all. Checkpoints must not take the numbers of closed streams.
train_on >/dev/full 2>/dev/full &
pid=$!
wait_for saved
kill -TERM $pid
wait $pid
check $? 143 "a full disk behind the output"
resumed "a full disk behind the output"
train_on >&- 2>&- <&- &
pid=$!
wait_for saved
kill -TERM $pid
wait $pid
check $? 143 "closed output"
resumed "closed output"

# Output that nobody reads ends no run by itself.
$train --out runs/unread --model DCS 2>&1 | true
check "${PIPESTATUS[0]}" 0 "output that nobody reads"
check "$("$programs/inspect" runs/unread/last.pt >out 2>err && echo whole)" whole "its checkpoint"

# Any path survives, and a run is gone on with from anywhere.
for folder in "a#1" " b [x] = \"y\" " $'two\nlines' $'\xff\xfe'; do
  mkdir -p "$folder"
  ln -s ../datas "$folder/datas"
  $train --data-root "$folder/datas" --out "$folder/run #1" --model DCS >out 2>err
  check $? 0 "a run in $folder"
  (cd / && "$programs/train_raf_db" --resume "$work/$folder/run #1" --epochs 2) >out 2>err
  check $? 0 "resumed from elsewhere: $folder"
  check "$(grep -c "other images" out)" 0 "resumed with the same data: $folder"
  mv "$folder/run #1" "$folder/moved"
  (cd "$folder" && "$programs/train_raf_db" --resume moved/last.pt --epochs 3) >out 2>err
  check $? 0 "resumed after it was moved: $folder"
done
refused "a run that is there, in a folder to be quoted" 1 "go on with --resume 'a#1/moved'" $train --model DCS --out "a#1/moved"

# Threads: the option, then OMP_NUM_THREADS, then the processors there are.
OMP_NUM_THREADS=1,3 $train --out runs/threads --model DCS >out 2>err
check "$(grep -o "compute threads [0-9]*" runs/threads/log.txt)" "compute threads 1" "OMP_NUM_THREADS"
OMP_NUM_THREADS=many $train --out runs/many --model DCS >out 2>err
check "$(grep -c 'OMP_NUM_THREADS is `many`' out)" 1 "OMP_NUM_THREADS that is no number"
OMP_NUM_THREADS=1 $train --threads 2 --out runs/two --model DCS >out 2>err
check "$(grep -o "compute threads [0-9]*" runs/two/log.txt)" "compute threads 2" "--threads"

refused "preparing from a missing table" 1 "none.csv" "$programs/prepare" ferplus --votes none.csv --images "$images"
refused "preparing an unknown data set" 1 "unknown command \`mnist\`" "$programs/prepare" mnist
refused "a preview of an unknown data set" 1 "unknown data set \`mnist\`" "$programs/preview" --dataset mnist

finish
