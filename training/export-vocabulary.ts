/** Writes the word of every id, a line each: `tsx training/export-vocabulary.ts OUT`. */
import {writeFileSync} from "node:fs";
import {vocabulary} from "../src/lib/tasks/vocabulary.js";

writeFileSync(process.argv[2], `${vocabulary.join("\n")}\n`);
