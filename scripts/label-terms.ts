import type {LabelTerms} from "../src/components/frame/label-terms.js";
import {techniqueEntries, termEntries} from "../src/data/glossary.js";

/** The definitions of the glossary as labels ask for them. */
export function labelTerms(): LabelTerms {
  const terms = termEntries.flatMap(({name, also, definition}) =>
    [name, ...also].map((spelling) => [spelling.toLowerCase(), definition] as const),
  );
  const techniques = techniqueEntries.flatMap(({name, also, definition}) =>
    [...also, name].map((spelling) => [spelling, definition] as const),
  );
  return {terms: Object.fromEntries(terms), techniques: Object.fromEntries(techniques)};
}
