/**
 * Writes texts of the cost tasks with their true numbers as tokens, for `train.py`:
 * `tsx training/export-costs.ts SPLIT OUT PIECES TASK=COUNT... [digits=4]`. The pieces of the vocabulary are chosen from
 * the texts themselves unless the file holds them. A line of OUT is an example: ids of the text, a bar, ids of the numbers.
 */
import {createWriteStream, existsSync, readFileSync, writeFileSync} from "node:fs";
import {loadTensors} from "../src/data/data-sets.js";
import {COST_TASKS, typedTask} from "../src/lib/experiments/regress/cost-tasks.js";
import {targetVocabulary} from "../src/lib/regress/model/target-vocabulary.js";
import {choosePieces, pieceVocabulary} from "../src/lib/regress/pieces.js";
import type {Split} from "../src/lib/tasks/corpus.js";
import {type LabelledText, labelledText} from "../src/lib/tasks/cost-task.js";

const PIECES = 400;

const [split, out, pieces, ...settings] = process.argv.slice(2);
const isDigits = (setting: string) => setting.startsWith("digits=");
const shares = settings.filter((setting) => !isDigits(setting));
if (shares.length === 0) {
  console.error("usage: export-costs.ts train|validation|test OUT PIECES TASK=COUNT... [digits=4]");
  process.exit(2);
}
const numbers = targetVocabulary(Number(settings.find(isDigits)?.split("=")[1] ?? 4));
const measured = await loadTensors("src/data/measured/kernel-times.safetensors");
const tasks = new Map(COST_TASKS.map((id) => [id as string, typedTask(id, measured).task]));

/** Examples of all tasks, in an order in which each takes turns after its share. */
function* examples(): Generator<LabelledText> {
  const wanted = shares.map((share) => share.split("=") as [string, string]);
  const most = Math.max(...wanted.map(([, count]) => Number(count)));
  const done = new Map(wanted.map(([id]) => [id, 0]));
  for (let i = 1; i <= most; i++)
    for (const [id, count] of wanted) {
      const task = tasks.get(id);
      if (task === undefined) throw new RangeError(`export-costs: no task ${id}`);
      for (let at = done.get(id) ?? 0; at < Math.floor((i * Number(count)) / most); at++) {
        yield labelledText(task, split as Split, at);
        done.set(id, at + 1);
      }
    }
}

const all = [...examples()];
if (!existsSync(pieces))
  writeFileSync(
    pieces,
    JSON.stringify(
      choosePieces(
        all.map(({text}) => text),
        PIECES,
      ),
    ),
  );
const vocabulary = pieceVocabulary(JSON.parse(readFileSync(pieces, "utf8")));
const file = createWriteStream(out);
for (const {text, targets} of all)
  file.write(`${vocabulary.encode(text).join(" ")}|${numbers.encode(targets).join(" ")}\n`);
file.end();
