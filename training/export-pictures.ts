/**
 * Writes pictures for the trainer: `tsx training/export-pictures.ts SPLIT COUNT OUT`. OUT receives 1 + 32 x 32 bytes for each:
 * the class, then the grey values row after row.
 */
import {closeSync, openSync, writeSync} from "node:fs";
import type {Split} from "../src/lib/tasks/corpus.js";
import {picture} from "../src/lib/tasks/pictures/picture.js";

const [split, count, out] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: export-pictures.ts train|validation|test COUNT OUT");
  process.exit(2);
}

const file = openSync(out, "w");
for (let index = 0; index < Number(count); index++) {
  const {label, pixels} = picture(split as Split, index);
  writeSync(file, Buffer.concat([Uint8Array.of(label), pixels]));
}
closeSync(file);
