import {mkdtemp, readFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {expect, test} from "vitest";
import {writeEmbedPages} from "../../scripts/embed-pages.js";
import {embedAddress, embedCode} from "../../src/components/kit/present.js";

const page = '<!DOCTYPE html>\n<html lang="en">\n<title>A</title>';

test("each page of a family has one of its figures alone, and only those may stand in a frame", async () => {
  const folder = await mkdtemp(join(tmpdir(), "embed-"));
  const pages = new Map(
    ["index.html", "about.html", "kv/a.html", "formats/b.html"].map((path) => [path, page]),
  );
  await writeEmbedPages(folder, pages, (html) => html);
  const written = await readFile(join(folder, "embed", "a.html"), "utf8");
  expect(written).toContain(`<html lang="en" class="embed" data-page="kv/a">`);
  expect(written).toContain("noindex");
  const headers = await readFile(join(folder, "_headers"), "utf8");
  const places = headers.split("\n").filter((line) => line.startsWith("/"));
  expect(places).toEqual(["/", "/index.html", "/index", "/about.html", "/about", "/kv/*", "/formats/*"]);
});

test("a page of the root with figures is embedded one folder deeper, under the policy of its scripts there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "embed-"));
  const root = page.replace("</title>", '</title><script src="./a.js"></script>');
  await writeEmbedPages(
    folder,
    new Map([
      ["index.html", root],
      ["about.html", root],
    ]),
    (html) => `${html}<!-- policy -->`,
  );
  const written = await readFile(join(folder, "embed", "index.html"), "utf8");
  expect(written).toContain('src="../a.js"');
  expect(written).toContain('data-page="index"');
  expect(written).toContain("<!-- policy -->");
  await expect(readFile(join(folder, "embed", "about.html"), "utf8")).rejects.toThrow("ENOENT");
});

test("pages of the same name cannot both be embedded", async () => {
  const folder = await mkdtemp(join(tmpdir(), "embed-"));
  const pages = new Map(["kv/a.html", "formats/a.html"].map((path) => [path, page]));
  await expect(writeEmbedPages(folder, pages, (html) => html)).rejects.toThrow(
    "names of pages must differ, got a.html twice",
  );
});

test("the address of an embedded figure has the state of its page, below any path", () => {
  const root = new URL("https://host.example/deep/");
  const at = (address: string, guessed = false) => embedAddress("x-1", new URL(address, root), root, guessed);
  expect(at("kv/small-caches?cost=read#part")).toBe(
    "https://host.example/deep/embed/small-caches?cost=read&figure=x-1",
  );
  expect(at("kv/small-caches.html", true)).toBe(
    "https://host.example/deep/embed/small-caches?guess=skip&figure=x-1",
  );
});

test("the code of an embedded figure holds no markup of its address or title", () => {
  const code = embedCode('https://host.example/?a="<b&c', 'Is "a" < b?');
  expect(code).toContain('src="https://host.example/?a=&quot;&lt;b&amp;c" title="Is &quot;a&quot; &lt; b?"');
});
