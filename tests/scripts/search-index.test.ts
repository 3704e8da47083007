import MiniSearch from "minisearch";
import {describe, expect, test} from "vitest";
import {searchRecords} from "../../scripts/search-index.js";
import {SEARCH_OPTIONS, type SearchRecord} from "../../src/components/frame/search-record.js";
import {techniqueEntries} from "../../src/data/glossary.js";
import {TERMS} from "../../src/data/terms.js";

const built = new Map([
  [
    "formats/choose.html",
    `<h1>Which format?</h1><h2 id="bits-against-error" tabindex="-1"><a href="#x">Bits against &amp; error</a></h2>`,
  ],
  ["data/models/decoder-small/README.html", "<h1>A card</h1>"],
]);
const records = searchRecords(built);
const index = new MiniSearch<SearchRecord>(SEARCH_OPTIONS);
index.addAll(records);

const found = (query: string) => index.search(query).map(({path}) => String(path));

describe("the search", () => {
  test.each(techniqueEntries.map((entry) => [entry.id, entry] as const))("finds %s", (_, entry) => {
    const path = `glossary#${entry.id}`;
    for (const name of [entry.name, ...entry.also]) expect(found(name), name).toContain(path);
    const papers = entry.technique?.source.match(/\d{4}\.\d{5}/g) ?? [];
    for (const paper of papers) expect(found(`arXiv:${paper}`), paper).toContain(path);
  });

  test("finds every term by its spellings", () => {
    for (const {name, also = []} of TERMS) {
      for (const spelling of [name, ...also]) {
        expect(
          index.search(spelling).map((each) => each.name),
          spelling,
        ).toContain(name);
      }
    }
  });

  test("finds pages and sections by their addresses, and leaves out what is no page of the navigation", () => {
    expect(found("choose a format")[0]).toBe("formats/choose");
    const section = records.find(({kind}) => kind === "section");
    expect(section).toMatchObject({path: "formats/choose#bits-against-error", name: "Bits against & error"});
    expect(records.filter(({path}) => path.startsWith("data/"))).toEqual([]);
  });

  test("forgives a slip of the finger in a long word, and asks for all words", () => {
    expect(found("smoothqaunt")).toContain("glossary#quantization-methods-smoothquant");
    expect(found("smoothquant zzzz")).toEqual([]);
  });
});
