import type {SearchRecord} from "../src/components/frame/search-record.js";
import {PAGE_OF_REGISTRY, pageAt} from "../src/components/frame/site-pages.js";
import {type GlossaryEntry, techniqueEntries, termEntries} from "../src/data/glossary.js";

type Unnumbered = Omit<SearchRecord, "id">;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: " ",
};

/** The text of a piece of markup. */
const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, "")
    .replace(/&([\w#]+);/g, (found, name) => ENTITIES[name] ?? found)
    .trim();

/** The address of a built file: without its ending, the home page as the root. */
const addressOf = (file: string) => file.replace(/(^|\/)index\.html$/, "$1").replace(/\.html$/, "");

/** The records of a built page: itself, and its sections by the anchors of their headings. */
function pageRecords(file: string, html: string): Unnumbered[] {
  const page = pageAt(`/${file.replace(/\.html$/, "")}`);
  if (page === undefined) return [];
  const path = addressOf(file);
  const question = textOf(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? "");
  const sections = html.matchAll(/<h[23] id="([^"]+)"[^>]*>([\s\S]*?)<\/h[23]>/g);
  return [
    {path, name: page.name, kind: "page", also: question, about: page.about},
    ...Array.from(sections, ([, id, heading]): Unnumbered => {
      return {path: `${path}#${id}`, name: textOf(heading), kind: "section", also: "", about: page.name};
    }),
  ];
}

function entryRecords({id, name, also, definition, technique}: GlossaryEntry): Unnumbered[] {
  const inGlossary = `glossary#${id}`;
  if (technique === undefined) {
    return [{path: inGlossary, name, kind: "term", also: also.join(" "), about: definition}];
  }
  const page = pageAt(PAGE_OF_REGISTRY[technique.registry]);
  const words = [...also, technique.source].join(" ");
  const about = `${definition} On the page ${page?.name}.`;
  return [{path: inGlossary, name, kind: "technique", also: words, about}];
}

/** The records of the search: pages and their sections as they were built, then techniques and terms. */
export function searchRecords(pages: ReadonlyMap<string, string>): SearchRecord[] {
  const found = [
    ...[...techniqueEntries, ...termEntries].flatMap(entryRecords),
    ...[...pages].flatMap(([file, html]) => pageRecords(file, html)),
  ];
  return found.map((record, id) => ({id, ...record}));
}
