import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {finishSite, foreignLoads, mended, unfinishedPages, withPolicy} from "../../scripts/finish-site.js";

const page = (body: string, head = "") => `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, maximum-scale=1">${head}
</head>
<body>
<main id="observablehq-main">${body}</main>
</body>
</html>`;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "site-"));
});
afterEach(() => rm(folder, {recursive: true}));

async function siteOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    await writeFile(join(folder, name), text);
  }
  return finishSite(folder);
}

describe("mended", () => {
  test("says the language, lets readers zoom and leads past the navigation", () => {
    const html = mended(page(`<pre data-language="sh">x</pre><table><tr></tr></table>`));
    expect(html).toContain(`<html lang="en">`);
    expect(html).toContain(`content="width=device-width, initial-scale=1"`);
    expect(html).toContain(`href="#observablehq-main"`);
    expect(html).toContain(`<pre tabindex="0" data-language`);
    expect(html).toContain(`aria-label="Table"><table>`);
  });
});

describe("withPolicy", () => {
  test("lets the inline scripts run that were built, and no others", () => {
    const html = withPolicy(page("", `<script type="module">1 + 1</script><script src="./a.js"></script>`));
    // Worked out by another implementation of SHA-256.
    expect(html).toContain("'sha256-cvzllEegH0iLEWnS10JnnP4waol3LWf+8Bi8/pVDH2g='");
    expect(html.match(/'sha256-/g)).toHaveLength(1);
    expect(html).not.toContain("'unsafe-eval'");
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<script"));
  });
});

describe("finishSite", () => {
  test("lets no page tell its address to whom it asks", async () => {
    await siteOf({"index.html": page(""), "a/b.html": page("")});
    for (const name of ["index.html", "a/b.html"]) {
      const html = await readFile(join(folder, name), "utf8");
      expect(html.match(/<meta name="referrer" content="no-referrer">/g)).toHaveLength(1);
      expect(html.indexOf("no-referrer")).toBeLessThan(html.indexOf("viewport"));
    }
  });

  test("comes to every page", async () => {
    await siteOf({"index.html": page(""), "a/b.html": page("")});
    expect(await unfinishedPages(folder)).toEqual([]);
    await writeFile(join(folder, "a/late.html"), page(""));
    expect(await unfinishedPages(folder)).toEqual(["a/late.html"]);
  });

  test("is content with a sound site and writes what it mended", async () => {
    const problems = await siteOf({
      "index.html": page(`<a href="./a/b#part">on</a><a href="https://arxiv.org/abs/1">a paper</a>`),
      "a/b.html": page(`<h2 id="part">Part</h2><a href="../">home</a>`),
    });
    expect(problems).toEqual([]);
    expect(await readFile(join(folder, "a/b.html"), "utf8")).toContain("default-src 'none'");
  });

  test.each([
    ["a broken cell", `<span class="observablehq--error">x</span>`, /index\.html: a cell does not compile/],
    ["a broken link", `<a href="./missing">x</a>`, /broken link \.\/missing/],
    ["a missing anchor", `<a href="#nowhere">x</a>`, /names an anchor that index\.html lacks/],
    ["an absolute link", `<a href="/index.html">x</a>`, /absolute, it breaks below a sub-path/],
    [
      "a picture from elsewhere",
      `<img src="https://example.org/x.png">`,
      /<img> loads https:\/\/example\.org/,
    ],
    [
      "a script from elsewhere",
      `<script src="//example.org/x.js"></script>`,
      /<script> loads \/\/example\.org/,
    ],
  ])("finds %s", async (_, body, problem) => {
    const problems = await siteOf({"index.html": page(body)});
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test("finds imports and style sheets of another origin in modules and styles", async () => {
    const problems = await siteOf({
      "index.html": page(""),
      "m.js": `import x from "https://example.org/x.js";`,
      "s.css": `@import "https://example.org/s.css"; a { background: url(https://example.org/i.png) }`,
    });
    expect(problems.map((problem) => problem.split(":")[0]).sort()).toEqual(["m.js", "s.css", "s.css"]);
  });

  test("makes the same of the same source, whenever its files were changed", async () => {
    const made = async (time: number) => {
      const script = `<script type="module">registerFile("./t", {"lastModified":${time},"size":1})</script>`;
      expect(await siteOf({"index.html": page("", script), "m.js": `f({"lastModified":${time}})`})).toEqual(
        [],
      );
      return Promise.all(["index.html", "m.js"].map((name) => readFile(join(folder, name), "utf8")));
    };
    expect(await made(1795996026107)).toEqual(await made(1700000000000));
  });

  test("finds a way out that no policy binds", async () => {
    const problems = await siteOf({"index.html": page(""), "m.js": "new RTCPeerConnection()"});
    expect(problems).toEqual(["m.js: holds a way out of the page: RTCPeerConnection"]);
  });

  test("finds a table that is too large", async () => {
    const problems = await siteOf({"index.html": page(""), "t.arrow": "x".repeat(1_000_001)});
    expect(problems).toEqual(["t.arrow: a table may have 1000000 bytes, this has 1000001"]);
  });
});

test("foreignLoads knows a plain link from a load", () => {
  expect(foreignLoads(`const paper = "https://arxiv.org/abs/1"; import("./x.js")`)).toEqual([]);
  expect(foreignLoads(`import("npm:d3")`)).toEqual(["refers to npm:d3"]);
  expect(foreignLoads(`import{a}from"https://cdn.example/a.js"`)).toEqual([
    "refers to https://cdn.example/a.js",
  ]);
});
