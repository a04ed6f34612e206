#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# weights.sh PROGRAMS IMAGES: files of weights as people have them, through the programs. PROGRAMS holds the built
# examples, IMAGES seven PNG files.
set -u
programs=$1 images=$2
source "$(dirname "${BASH_SOURCE[0]}")/checks.sh"

mkdir -p faces
i=0
for image in "$images"/*.png; do cp "$image" "faces/$i.png"; i=$((i + 1)); done
printf '0.png 0\n1.png 0\n2.png 1\n3.png 1\n' >list.txt
options="--backbone small --model DCS --train-list list.txt --test-list list.txt --image-root faces -j 1"
ok "a run" "$programs/train_raf_db" $options --epochs 1 --limit-batches 1 -b 2 --out run
evaluate="$programs/train_raf_db $options --evaluate"
ok "its evaluation" $evaluate run/last.pt
loss=$(grep -o 'loss [0-9.]*' out)
same_loss() {
  if grep -qF "$loss" out; then pass; else fail "$1: another loss than $loss"; fi
}

for prefix in module. _orig_mod. module._orig_mod. module.module. model. net. ema_; do
  ok "convert to prefix $prefix" "$programs/convert" run/last.pt prefixed.pth --prefix $prefix
  ok "evaluate with prefix $prefix" $evaluate prefixed.pth
  same_loss "prefix $prefix"
  said "prefix $prefix" "prefixed.pth: prefix \`$prefix\` taken off"
  ok "inspect prefix $prefix" "$programs/inspect" prefixed.pth
  said "inspect prefix $prefix" "as published names: prefix \`$prefix\` taken off"
  ok "strip prefix $prefix" "$programs/convert" prefixed.pth stripped.pth --strip-prefix $prefix
  ok "evaluate what was stripped" $evaluate stripped.pth
  same_loss "stripped $prefix"
done
refused "a prefix that no name has" 1 "names do not start with \`encoder.\`: " "$programs/convert" run/last.pt x.pth --strip-prefix encoder.
refused "a prefix that some names have" 1 "names do not start with \`ir_back.\`: " "$programs/convert" run/last.pt x.pth --strip-prefix ir_back.

cp run/last.pt dcs-0a1b2c3d.pt
ok "a name like a hash" $evaluate dcs-0a1b2c3d.pt
said "a name like a hash" "if 0a1b2c3d in its name is its SHA-256, --check-hash compares it"
refused "a name like a hash, compared" 1 "its name says that its SHA-256 starts with 0a1b2c3d" $evaluate dcs-0a1b2c3d.pt --check-hash
sum=$(sha256sum run/last.pt)
cp run/last.pt "dcs-${sum:0:8}.pt"
ok "a hash in the name" $evaluate "dcs-${sum:0:8}.pt" --check-hash

ok "a run with averaged weights" "$programs/train_raf_db" $options --epochs 1 --limit-batches 1 -b 2 --ema .5 --out averaged
ok "its evaluation" $evaluate averaged/last.pt
said "averaged weights" "it also has \`training_state_dict\`, see --weights-key"
ok "its other weights" $evaluate averaged/last.pt --weights-key training_state_dict
refused "weights that are not there" 1 "it holds no weights under \`model\`, only under" $evaluate averaged/last.pt --weights-key model

refused "a folder" 1 "run is a folder; name a file of weights in it" $evaluate run
printf '<!DOCTYPE html>\n<html>' >page.pth
refused "a web page" 1 "page.pth: neither a file of torch.save nor safetensors; it is a web page" $evaluate page.pth
gzip -c run/last.pt >packed.pth
refused "a packed file" 1 "it is packed with gzip; unpack it first" $evaluate packed.pth

for form in exact plain opencv; do
  case $form in opencv) words=--opencv ;; *) words="--graph $form" ;; esac
  ok "export, $form" "$programs/export" run/last.pt $form.onnx $words
  said "export, $form" "images ($([ $form = opencv ] && echo 1 || echo batch), 3, 56, 56) -> logits"
done
ok "export for batches of 8" "$programs/export" run/last.pt eight.onnx --batch 8
said "export for batches of 8" "images (8, 3, 56, 56) -> logits (8, 7)"
ok "export a second time" "$programs/export" run/last.pt again.onnx
cmp -s exact.onnx again.onnx && pass || fail "a second export has other bytes"
ok "export the base branch" "$programs/export" run/last.pt base.safetensors
ok "export what was exported" "$programs/export" base.safetensors again.onnx
cmp -s exact.onnx again.onnx && pass || fail "the base branch alone gives another model"
ok "export in half the size" "$programs/export" run/last.pt half.safetensors --half
[ $(($(stat -c %s half.safetensors) * 10)) -lt $(($(stat -c %s base.safetensors) * 6)) ] && pass || fail "half.safetensors is not small"
ok "export what was halved" "$programs/export" half.safetensors half.onnx
refused "half an ONNX model" 1 "--half is of safetensors" "$programs/export" run/last.pt x.onnx --half
refused "export to what is not known" 1 "must end in .onnx or .safetensors" "$programs/export" run/last.pt model.tflite
refused "export of batches for OpenCV" 1 "takes batches of one, not of 4" "$programs/export" run/last.pt x.onnx --opencv --batch 4
refused "export of a graph that is no graph" 1 "expected one of exact, plain" "$programs/export" run/last.pt x.onnx --graph folded
refused "a batch of nothing" 1 "--batch must be within 1..65536" "$programs/export" run/last.pt x.onnx --batch 0
refused "--batch for safetensors" 1 "--batch is of ONNX models" "$programs/export" run/last.pt x.safetensors --batch 2
refused "export with another data set's labels" 1 "run/last.pt" "$programs/export" run/last.pt x.onnx --dataset ferplus
refused "export into a folder that is not there" 1 "nowhere/x.onnx" "$programs/export" run/last.pt nowhere/x.onnx
[ -e x.onnx ] || [ -e x.safetensors ] && fail "a refused export left a file" || pass

sums=$(sha256sum run/last.pt)
refused "a checkpoint of format 2 resumed" 1 "it is of format 2, as qcs 0.1 wrote it" "$programs/train_raf_db" $options \
  --out fresh --resume "$images/../checkpoints/format_2.pt"
[ "$sums" = "$(sha256sum run/last.pt)" ] && pass || fail "the run's checkpoint was touched"
finish
