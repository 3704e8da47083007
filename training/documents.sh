#!/bin/sh
# Writes every file that training and publishing read: documents.sh MIX TRAIN_COUNT CONTEXT DIR
# Needs Node with the project's packages installed; run it from the project's root.
set -eu
mix=$1 train=$2 context=$3 dir=$4
mkdir -p "$dir"
npx tsx training/export-corpus.ts "$mix" train "$train" "$context" "$dir/train-$context.bin"
npx tsx training/export-corpus.ts "$mix" validation 256 "$context" "$dir/validation-$context.bin"
npx tsx training/export-corpus.ts "$mix" test 512 "$context" "$dir/test-$context.bin"
for task in needle-single needle-multikey needle-multiquery needle-multivalue variable-tracking common-words coreference; do
  npx tsx training/export-task.ts "$task" test 512 "$context" "$dir/$task-$context.bin"
done
npx tsx training/export-vocabulary.ts "$dir/vocabulary.txt"
