import {readFileSync, statSync} from "node:fs";
import {dirname, join} from "node:path";
import {expect, test} from "vitest";
import {pageFile, pagePaths} from "./site.js";

/** What a page may load of script before a reader touches anything, in bytes. */
const BUDGET = 250_000;

/** The modules that a page asks for with its markup: all that its own import, directly or not. */
function scriptsOf(file: string): string[] {
  const html = readFileSync(file, "utf8");
  const links = html.matchAll(/<link rel="modulepreload" href="([^"]+)"/g);
  return [...new Set(Array.from(links, ([, address]) => join(dirname(file), address)))];
}

test.each(pagePaths())("page /%s leaves to its worker the code that only runs there", (path) => {
  const scripts = scriptsOf(pageFile(path));
  expect(scripts.length).toBeGreaterThan(2);
  const bytes = scripts.reduce((sum, script) => sum + statSync(script).size, 0);
  expect(bytes).toBeLessThanOrEqual(BUDGET);
});
