import {mkdir, writeFile} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

/**
 * A page as it stands in another one, showing one figure of its own. It has the scripts and the state of the page, and lies
 * as deep in the site, so that its addresses lead to the same files.
 */
export function embedPage(path: string, html: string): string {
  return html
    .replace(/<html([^>]*)>/, `<html$1 class="embed" data-page="${path.replace(/\.html$/, "")}">`)
    .replace("</title>", `</title>\n<meta name="robots" content="noindex">`);
}

/** Pages at the root of the site that have figures. */
const AT_ROOT: readonly string[] = ["index.html", "claims.html", "benchmarks.html"];

/** Pages that may be embedded: those of the families, which all lie one folder deep, and those at the root with figures. */
const isEmbeddable = (path: string) =>
  AT_ROOT.includes(path) || (path.split("/").length === 2 && !path.startsWith("embed/"));

/** A page of the root as it must be one folder deeper: its addresses lead out of that folder. */
const deeper = (html: string) => html.replaceAll('"./', '"../');

/**
 * Writes `embed/NAME.html` for each page that may be embedded, and the headers by which a host that reads a file of headers refuses
 * to show any other page in a frame. A policy in a meta tag cannot say so. `withPolicy` gives a page the policy of the scripts
 * that it holds.
 * @throws an Error if two pages have the same name.
 */
export async function writeEmbedPages(
  folder: string,
  pages: ReadonlyMap<string, string>,
  withPolicy: (html: string) => string,
): Promise<void> {
  const embeddable = [...pages].filter(([path]) => isEmbeddable(path));
  const names = embeddable.map(([path]) => basename(path));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`writeEmbedPages: names of pages must differ, got ${twice} twice`);
  await mkdir(join(folder, "embed"), {recursive: true});
  for (const [path, html] of embeddable) {
    const moved = AT_ROOT.includes(path) ? withPolicy(deeper(html)) : html;
    await writeFile(join(folder, "embed", basename(path)), embedPage(path, moved));
  }
  await writeFile(join(folder, "_headers"), frameHeaders([...pages.keys()]));
}

/** The policy of a page that must not stand in a frame of another origin. */
export const UNFRAMED = "frame-ancestors 'self'";

function frameHeaders(paths: readonly string[]): string {
  const folders = [...new Set(paths.map(dirname))].filter((name) => name !== "." && name !== "embed");
  const top = paths
    .filter((path) => dirname(path) === ".")
    .flatMap((path) => [path, path.replace(/\.html$/, "")]);
  const places = ["/", ...top.map((path) => `/${path}`), ...folders.map((name) => `/${name}/*`)];
  return `${places.map((place) => `${place}\n  Content-Security-Policy: ${UNFRAMED}`).join("\n")}\n`;
}
