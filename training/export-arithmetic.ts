/**
 * Writes worked arithmetic for the trainer: `tsx training/export-arithmetic.ts SPLIT COUNT CONTEXT OUT [true|entropy|classifier] [single]`.
 * Each of the COUNT documents begins with a problem and goes on with further ones until CONTEXT + 1 characters are full, in
 * the layout of export-corpus.ts; work and answer, which the question determines, have role 1. With the name of labels
 * (step-labels.ts) the steps that they call hard stand between the tags by which a small model hands over; with `single` a
 * document is one problem, then line ends.
 */
import {closeSync, openSync, writeSync} from "node:fs";
import {taggedWork} from "../src/lib/decoding/split-reason/labels.js";
import {arithmeticProblem} from "../src/lib/tasks/arithmetic.js";
import {encodeCharacters} from "../src/lib/tasks/characters.js";
import type {Split} from "../src/lib/tasks/corpus.js";
import {LABELS} from "./step-labels.js";

const [split, count, context, out, ...modes] = process.argv.slice(2);
if (out === undefined) {
  console.error(
    "usage: export-arithmetic.ts train|validation|test COUNT CONTEXT OUT [true|entropy|classifier] [single]",
  );
  process.exit(2);
}

const labelled = await LABELS[modes.find((mode) => Object.hasOwn(LABELS, mode)) ?? "none"]();
const length = Number(context) + 1;
const file = openSync(out, "w");
let next = 0;
for (let index = 0; index < Number(count); index++) {
  const tokens = new Uint8Array(length);
  const roles = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const problem = arithmeticProblem(split as Split, next++);
    const {prompt} = problem;
    const ids = encodeCharacters(taggedWork(problem, labelled(problem))).subarray(0, length - at);
    tokens.set(ids, at);
    roles.fill(1, Math.min(length, at + prompt.length), at + ids.length);
    at = modes.includes("single") ? length : at + ids.length;
  }
  writeSync(file, Buffer.concat([tokens, roles]));
}
closeSync(file);
