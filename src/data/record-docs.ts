/** Reads docstrings of technique records from the source: a technique is described once, where it is defined. */
import {readdirSync, readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

/** A docstring, and the record below it with its id: `export const kivi = cacheTechnique({ id: "kivi"`. */
const RECORD =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const \w+(?:: [^=]+)? = [^;]{0,80}?\{\s*id: "([\w-]+)"/g;

/** The first sentence of a docstring, in plain text. */
function firstSentence(doc: string): string {
  const text = doc
    .replace(/^\s*\* ?/gm, " ")
    .replace(/\{@link (\w+)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}

/** The first sentence about every record in a text, by the record's id. */
export const docsInText = (text: string): Map<string, string> =>
  new Map(Array.from(text.matchAll(RECORD), ([, doc, id]) => [id, firstSentence(doc)]));

/**
 * The first sentence about every record in a folder of the library, by the record's id; of two with an id that of the
 * file first by name, so `roofline-technique` before `roofline-text`.
 */
export function recordDocs(folder: string): ReadonlyMap<string, string> {
  const root = fileURLToPath(new URL(`../lib/${folder}/`, import.meta.url));
  const files = readdirSync(root, {recursive: true, encoding: "utf8"}).filter((file) => file.endsWith(".ts"));
  const docs = files.toSorted().flatMap((file) => [...docsInText(readFileSync(root + file, "utf8"))]);
  return new Map(docs.toReversed());
}
