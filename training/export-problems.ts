/**
 * Writes single problems of worked arithmetic with 1 to OPERATORS operators, in the layout of export-corpus.ts:
 * `tsx training/export-problems.ts SPLIT COUNT CONTEXT OPERATORS OUT`. A document is a question, its work and answer, and line
 * ends up to CONTEXT + 1 characters; all behind the question has role 1.
 */
import {closeSync, openSync, writeSync} from "node:fs";
import {arithmeticProblem} from "../src/lib/tasks/arithmetic.js";
import {encodeCharacters} from "../src/lib/tasks/characters.js";
import type {Split} from "../src/lib/tasks/corpus.js";

const [split, count, context, operators, out] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: export-problems.ts train|validation|test COUNT CONTEXT OPERATORS OUT");
  process.exit(2);
}

const file = openSync(out, "w");
for (let index = 0; index < Number(count); index++) {
  const {prompt, text} = arithmeticProblem(split as Split, index, {
    operators: 1 + (index % Number(operators)),
  });
  const length = Number(context) + 1;
  const tokens = new Uint8Array(length);
  tokens.set(encodeCharacters(text).subarray(0, length));
  writeSync(file, Buffer.concat([tokens, new Uint8Array(length).fill(1, prompt.length)]));
}
closeSync(file);
