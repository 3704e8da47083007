/**
 * Writes samples of a task with their answers filled in, in the layout of export-corpus.ts (role 1: answer):
 * `tsx training/export-task.ts TASK SPLIT COUNT CONTEXT OUT`.
 */
import {closeSync, openSync, writeSync} from "node:fs";
import type {Split} from "../src/lib/tasks/corpus.js";
import {taskById} from "../src/lib/tasks/registry.js";
import {filledIn} from "../src/lib/tasks/task.js";

const [id, split, count, context, out] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: export-task.ts TASK train|validation|test COUNT CONTEXT OUT");
  process.exit(2);
}

const file = openSync(out, "w");
for (let index = 0; index < Number(count); index++) {
  const sample = taskById(id).sample(index, {split: split as Split, context: Number(context)});
  const {tokens, answers} = filledIn(sample);
  const roles = new Uint8Array(tokens.length);
  for (const position of answers) roles[position] = 1;
  writeSync(file, Buffer.concat([tokens, roles]));
}
closeSync(file);
