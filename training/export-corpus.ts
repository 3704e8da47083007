/**
 * Writes corpus documents for the trainer: `tsx training/export-corpus.ts SPLIT COUNT CONTEXT OUT`.
 * OUT receives COUNT documents of 2 (CONTEXT + 1) bytes each: the token ids, then the role of every token
 * (0 plain, 1 answer, 2 copy).
 */
import {closeSync, openSync, writeSync} from "node:fs";
import {corpusDocument, type Split} from "../src/lib/tasks/corpus.js";

const [split, count, context, out] = process.argv.slice(2);
if (out === undefined || !["train", "validation", "test"].includes(split as string)) {
  throw new Error("usage: tsx training/export-corpus.ts train|validation|test COUNT CONTEXT OUT");
}

const file = openSync(out, "w");
for (let index = 0; index < Number(count); index++) {
  const {tokens, answers, copies} = corpusDocument(split as Split, index, {context: Number(context)});
  const roles = new Uint8Array(tokens.length);
  for (const position of answers) roles[position] = 1;
  for (const position of copies) roles[position] = 2;
  writeSync(file, Buffer.concat([tokens, roles]));
}
closeSync(file);
