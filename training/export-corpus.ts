/**
 * Writes corpus documents for the trainer: `tsx training/export-corpus.ts MIX SPLIT COUNT CONTEXT OUT`.
 * OUT receives COUNT documents of 2 (CONTEXT + 1) bytes each: the token ids, then the role of every token
 * (0 plain, 1 answer, 2 copy).
 */
import {closeSync, openSync, writeSync} from "node:fs";
import {corpusDocument, type Mix, type Split} from "../src/lib/tasks/corpus.js";

const [mix, split, count, context, out] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: export-corpus.ts retrieval|tasks train|validation|test COUNT CONTEXT OUT");
  process.exit(2);
}

const file = openSync(out, "w");
for (let index = 0; index < Number(count); index++) {
  const document = corpusDocument(split as Split, index, {context: Number(context), mix: mix as Mix});
  const roles = new Uint8Array(document.tokens.length);
  for (const position of document.answers) roles[position] = 1;
  for (const position of document.copies) roles[position] = 2;
  writeSync(file, Buffer.concat([document.tokens, roles]));
}
closeSync(file);
