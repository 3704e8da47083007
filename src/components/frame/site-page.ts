/** A page as the navigation, the search and search engines show it. */
export interface SitePage {
  readonly name: string;
  /** Its address from the root of the site, without ending. */
  readonly path: string;
  /** Its content in a sentence. */
  readonly about: string;
  /** Techniques that it is about, where its address does not end in their ids. */
  readonly techniques?: readonly string[];
}

/** Pages that stand together in the navigation. */
export interface PageGroup {
  readonly name: string;
  readonly pages: readonly SitePage[];
}
