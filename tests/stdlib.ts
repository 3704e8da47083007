// What the pages' own library is in tests: files that data loaders make, made on the spot.

const FILES: Readonly<Record<string, () => Promise<unknown>>> = {
  "techniques.json": async () => (await import("../src/data/techniques.js")).techniques,
};

/** The file of a page by its path: `json` reads it as its data loader makes it. */
export function FileAttachment(path: string) {
  return {href: path, json: () => FILES[path.replace(/^.*\//, "")]!()};
}
