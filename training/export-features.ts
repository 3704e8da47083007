/**
 * Writes what the ladder of predictors learns from, for `boosted_trees.py` and `convolution.py`:
 * `tsx training/export-features.ts FOLDER`. `features.json` has the hand features and the logarithms of the numbers of
 * each task's texts; `tokens-NAME.json` the ids of their tokens.
 */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {loadTensors} from "../src/data/data-sets.js";
import {COST_TASKS, type CostTaskId, typedTask} from "../src/lib/experiments/regress/cost-tasks.js";
import {handFeatures} from "../src/lib/experiments/regress/hand-features.js";
import {
  operatorIds,
  operatorTokens,
  operatorVocabulary,
} from "../src/lib/experiments/regress/operator-tokens.js";

import {openRegressor} from "../src/lib/experiments/regress/samples.js";
import {signedLog} from "../src/lib/experiments/regress/signed-log.js";
import {textIds} from "../src/lib/regress/model/regression-model.js";
import {labelledText} from "../src/lib/tasks/cost-task.js";

/** Texts of each task that are drawn; trees learn from three runs of 1600. */
const TEXTS = 6400;
/** Texts that a convolution learns from. */
const CONVOLVED = 6400;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: export-features.ts FOLDER");
  process.exit(2);
}
mkdirSync(folder, {recursive: true});
const measured = await loadTensors("src/data/measured/kernel-times.safetensors");
const model = await openRegressor(await loadTensors("src/data/regressors/small/model.safetensors"));
const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));

function textsOf(id: CostTaskId) {
  const {task} = typedTask(id, measured);
  return Array.from({length: TEXTS}, (_, i) => labelledText(task, "train", i));
}

const features: Record<string, unknown> = {};
for (const id of COST_TASKS) {
  const texts = textsOf(id);
  const read = handFeatures(id);
  const values = texts.map(({targets}) => targets.map((value) => (value === null ? null : signedLog(value))));
  features[id] = {features: texts.map(({text}) => Array.from(read(text))), values};
  const some = texts.slice(0, CONVOLVED);
  write(`tokens-${id}.json`, {
    size: model.vocabulary.size,
    tokens: [],
    ids: some.map(({text}) => Array.from(textIds(model, text))),
    values: values.slice(0, CONVOLVED),
  });
  if (id !== "graph") continue;
  for (const withShapes of [false, true]) {
    const tokens = some.map(({text}) => operatorTokens(text, withShapes));
    const vocabulary = operatorVocabulary(tokens);
    write(`tokens-${withShapes ? "shapes" : "operators"}.json`, {
      size: vocabulary.length + 2,
      tokens: vocabulary,
      ids: tokens.map((each) => Array.from(operatorIds(vocabulary, each))),
      values: values.slice(0, CONVOLVED),
    });
  }
}
write("features.json", features);
