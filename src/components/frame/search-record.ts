import type {Options} from "minisearch";

/** A place that the search can lead to. */
export interface SearchRecord {
  readonly id: number;
  /** Its address from the root of the site, with the section. */
  readonly path: string;
  readonly name: string;
  readonly kind: "page" | "section" | "technique" | "term";
  /** Other names: ids, spellings, papers. */
  readonly also: string;
  /** A sentence about it, or the name of its page. */
  readonly about: string;
}

/** The way records are searched: all words of the query, each as a beginning, a long one with a slip of the finger. */
export const SEARCH_OPTIONS: Options<SearchRecord> = {
  fields: ["name", "also", "about"],
  storeFields: ["path", "name", "kind", "about"],
  searchOptions: {
    combineWith: "AND",
    prefix: true,
    fuzzy: (term) => (term.length > 4 && !/\d/.test(term) ? 0.2 : false),
    boost: {name: 4, also: 2},
  },
};
