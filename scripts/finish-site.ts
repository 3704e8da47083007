import {createHash} from "node:crypto";
import {readdir, readFile, stat, writeFile} from "node:fs/promises";
import {dirname, extname, join, relative, sep} from "node:path";
import {transform} from "esbuild";
import {writeEmbedPages} from "./embed-pages.js";
import {timeless, waysOut, withoutNode, withoutOpeners} from "./finish-scripts.js";
import {labelTerms} from "./label-terms.js";
import {packTensors} from "./pack-tensors.js";
import {searchRecords} from "./search-index.js";

/**
 * Mends what the generator gets wrong in every page (language, viewport, content policy), writes the index of the search and the definitions of labels, packs tensors,
 * and looks for what the generator lets pass: broken cells, broken links and anchors, references to another origin, files over the size limit.
 * @returns what is wrong, a line each; empty for a site fit to publish.
 */
export async function finishSite(folder: string): Promise<string[]> {
  const files = (await readdir(folder, {recursive: true, withFileTypes: true}))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const pages = new Map<string, string>();
  for (const file of files.filter((name) => extname(name) === ".html")) {
    const html = withPolicy(mended(timeless(await readFile(file, "utf8"))));
    await writeFile(file, html);
    pages.set(file, html);
  }
  const byPath = new Map(Array.from(pages, ([file, html]) => [relative(folder, file), html]));
  await writeFile(join(folder, "search.json"), JSON.stringify(searchRecords(byPath)));
  await writeFile(join(folder, "terms.json"), JSON.stringify(labelTerms()));
  const known = new Set(files);
  const problems = [...pages].flatMap(([file, html]) =>
    [
      ...brokenCells(html),
      ...waysOut(html).map((way) => `holds a way out of the page: ${way}`),
      ...foreignReferences(html),
      ...brokenLinks(file, html, folder, known, pages),
    ].map((problem) => `${relative(folder, file)}: ${problem}`),
  );
  for (const file of files.filter((name) => [".js", ".css"].includes(extname(name)))) {
    for (const problem of await finishCode(file)) problems.push(`${relative(folder, file)}: ${problem}`);
  }
  await minifyOwn(files.filter((name) => name.includes(OWN_MODULES) && extname(name) === ".js"));
  await packTensors(files.filter((name) => extname(name) === ".safetensors"));
  await writeEmbedPages(folder, byPath, withPolicy);
  return [...problems, ...(await overweight(folder, files))];
}

/** Mends a script or a style sheet, and says what is still wrong with it. */
async function finishCode(file: string): Promise<string[]> {
  const built = await readFile(file, "utf8");
  if (extname(file) === ".css") return foreignLoads(built);
  const text = withoutNode(withoutOpeners(timeless(built)));
  if (text !== built) await writeFile(file, text);
  return [...foreignLoads(text), ...waysOut(text).map((way) => `holds a way out of the page: ${way}`)];
}

/** The folder of the modules that the generator made of ours, one by one and as they are laid out for readers. */
const OWN_MODULES = `${sep}_import${sep}`;

async function minifyOwn(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const {code} = await transform(await readFile(file, "utf8"), {
      minify: true,
      format: "esm",
      target: "es2022",
    });
    await writeFile(file, code);
  }
}

/**
 * Mends the markup of a page. Elements that scroll on a narrow screen must be reachable by the keyboard; screen readers need the
 * language and names that tell the landmarks apart; a reader must be able to zoom, and the keyboard needs a way past the
 * navigation (written here because the generator takes a link to its own main element for a broken one).
 */
export function mended(html: string): string {
  return html
    .replace("<html>", `<html lang="en">`)
    .replace("<body>", `<body>\n<a class="skip-link" href="#observablehq-main">Skip to the page</a>`)
    .replace(/(<aside id="observablehq-toc"[^>]*>\s*)<nav>/, `$1<nav aria-label="On this page">`)
    .replace(/(<footer id="observablehq-footer">\s*)<nav>/, `$1<nav aria-label="Previous and next page">`)
    .replaceAll("<pre ", `<pre tabindex="0" `)
    .replaceAll("<table>", `<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table>`)
    .replaceAll("</table>", "</table></div>")
    .replace(/(<meta name="viewport" content="[^"]*?), maximum-scale=1"/, `$1"`);
}

/**
 * The promise that a dropped file cannot leave: only this origin is talked to, and only the scripts that were
 * built run. No request names the page's address, which may hold settings of the reader's. A policy in a meta tag
 * binds what follows it, so both come first.
 */
export function withPolicy(html: string): string {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${inlineScriptHashes(html).join(" ")}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join("; ");
  return withoutPolicy(html).replace(
    `<meta charset="utf-8">`,
    `<meta charset="utf-8">\n${POLICY_TAG} content="${policy}">\n${REFERRER_TAG}`,
  );
}

/** A page whose scripts have changed needs another policy. */
const withoutPolicy = (html: string) =>
  html.replace(new RegExp(`\n${POLICY_TAG}[^>]*>\n${REFERRER_TAG}`), "");

const POLICY_TAG = `<meta http-equiv="Content-Security-Policy"`;
const REFERRER_TAG = `<meta name="referrer" content="no-referrer">`;

/** Paths of the pages of a folder that {@link finishSite} has not come to; none in a site that may be served. */
export async function unfinishedPages(folder: string): Promise<string[]> {
  const pages = (await readdir(folder, {recursive: true})).filter((name) => extname(name) === ".html");
  const texts = await Promise.all(pages.map((name) => readFile(join(folder, name), "utf8")));
  return pages.filter((_, n) => !texts[n].includes(POLICY_TAG) || !texts[n].includes(REFERRER_TAG)).sort();
}

function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)]
    .filter(([, attributes]) => !/\bsrc=/.test(attributes))
    .map(([, , body]) => `'sha256-${createHash("sha256").update(body).digest("base64")}'`);
}

function brokenCells(html: string): string[] {
  return html.includes("observablehq--error") ? ["a cell does not compile or imports what is not there"] : [];
}

/** Anything a browser would load from elsewhere; a plain link that a reader may follow is none. */
function foreignReferences(html: string): string[] {
  const loads = html.matchAll(
    /<(link|script|img|iframe|source|video|audio|object)\b[^>]*?(?:href|src|data)="((?:https?:)?\/\/[^"]*)"/g,
  );
  return [...[...loads].map(([, tag, url]) => `<${tag}> loads ${url}`), ...foreignLoads(html)];
}

/** Imports, style sheets and resolved modules of another origin, and any specifier that needs a content network. */
export function foreignLoads(text: string): string[] {
  const patterns = [
    /\b(?:import|from)\s*\(?\s*["'](https?:[^"']*)["']/g,
    /["'](npm:[^"']*)["']/g,
    /url\(\s*["']?((?:https?:)?\/\/[^"')]*)/g,
    /@import\s+["']((?:https?:)?\/\/[^"']*)["']/g,
  ];
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, url]) => url));
  return [...new Set(found)].map((url) => `refers to ${url}`);
}

function brokenLinks(
  file: string,
  html: string,
  folder: string,
  known: ReadonlySet<string>,
  pages: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = [];
  for (const [, link] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
    if (/^(\w+:|\/\/)/.test(link)) continue;
    const [path, anchor] = link.split("#");
    const target = path === "" ? file : linkTarget(dirname(file), path.split("?")[0], known);
    if (link.startsWith("/")) problems.push(`link ${link} is absolute, it breaks below a sub-path`);
    else if (target === undefined) problems.push(`broken link ${link}`);
    else if (
      anchor &&
      pages.has(target) &&
      !pages.get(target)!.includes(`id="${decodeURIComponent(anchor)}"`)
    ) {
      problems.push(`link ${link} names an anchor that ${relative(folder, target)} lacks`);
    }
  }
  return problems;
}

function linkTarget(from: string, path: string, known: ReadonlySet<string>): string | undefined {
  const wanted = join(from, decodeURIComponent(path));
  return [wanted, `${wanted}.html`, join(wanted, "index.html")].find((candidate) => known.has(candidate));
}

const tableLimit = 1e6;
const siteLimit = 40e6;

async function overweight(folder: string, files: readonly string[]): Promise<string[]> {
  const sizes = await Promise.all(files.map(async (file) => ({file, size: (await stat(file)).size})));
  const total = sizes.reduce((sum, {size}) => sum + size, 0);
  return [
    ...sizes
      .filter(({file, size}) => extname(file) === ".arrow" && size > tableLimit)
      .map(
        ({file, size}) => `${relative(folder, file)}: a table may have ${tableLimit} bytes, this has ${size}`,
      ),
    ...(total > siteLimit ? [`the site may have ${siteLimit} bytes, it has ${total}`] : []),
  ];
}
