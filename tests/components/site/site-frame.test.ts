import {readdir, readFile} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {waysIn} from "../../../src/components/by-hand/site/ways-in.js";
import {HOME, PAGE_GROUPS, PAGE_OF_REGISTRY, pageAt} from "../../../src/components/frame/site-pages.js";
import {readState} from "../../../src/components/kit/address/url-state.js";
import {techniqueEntries, termEntries} from "../../../src/data/glossary.js";
import {techniques} from "../../../src/data/techniques.js";
import {bitsError} from "../../../src/lib/experiments/formats/bits-error.js";
import {context} from "../../../src/lib/experiments/kv/context.js";
import {quantization} from "../../../src/lib/experiments/ssm/quantization.js";

describe("the pages of the navigation", () => {
  test("are the pages that there are", async () => {
    const files = await readdir("src", {recursive: true, encoding: "utf8"});
    const sources = files
      .filter((file) => /\.md(\.ts)?$/.test(file) && !/^(data|\.observablehq)\//.test(file))
      .map((file) => `/${file.replace(/\.md(\.ts)?$/, "")}`);
    const listed = [HOME, ...PAGE_GROUPS.flatMap(({pages}) => pages)].map(({path}) => path);
    expect(listed.sort()).toEqual(sources.sort());
  });

  test("are described in a sentence that search engines show whole", () => {
    for (const {about} of [HOME, ...PAGE_GROUPS.flatMap(({pages}) => pages)]) {
      expect(about).toMatch(/^[A-Z].*\.$/);
      expect(about.length).toBeLessThanOrEqual(170);
    }
  });

  test("show the techniques of every registry", () => {
    for (const {registry} of techniques) expect(pageAt(PAGE_OF_REGISTRY[registry])).toBeDefined();
  });
});

describe("the glossary", () => {
  test("describes every technique in a sentence, from the docstring of its record", () => {
    for (const {registry, id, summary} of techniques) {
      expect(summary, `${registry}: ${id}`).toMatch(/^\S.{14,}\.$/);
      expect(summary, `${registry}: ${id}`).not.toMatch(/[*{}]@|@link/);
    }
  });

  test("has every technique, and no anchor twice", () => {
    const ids = [...termEntries, ...techniqueEntries].map(({id}) => id);
    expect(techniqueEntries.map(({technique}) => technique)).toEqual(techniques);
    for (const {name, definition, technique} of techniqueEntries) {
      expect(name, "a name of the field stands beside its definition").not.toBe(technique?.id);
      expect(definition.length, `${name} is defined`).toBeGreaterThan(40);
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9_.-]+$/.test(id))).toEqual([]);
  });
});

describe("the ways in", () => {
  const row = (format: string, bitsPerElement: number) => {
    return {format, bitsPerElement, provenance: "measured" as const};
  };
  const rows = [row("bf16", 16), row("mxfp4", 4.25), row("nvfp4", 4.5)];
  const ways = waysIn(bitsError, rows);

  test("open their pages in states that the pages know", () => {
    const experiments = [bitsError, context, quantization];
    ways.forEach(({page, search}, i) => {
      expect(pageAt(page.replace(/^\./, ""))).toBeDefined();
      const query = search.replace(/#.*/, "");
      const {params} = experiments[i];
      expect(readState(params, query).problems).toEqual([]);
      for (const name of new URLSearchParams(query).keys()) expect(Object.keys(params)).toContain(name);
    });
  });

  test("ask for the formats of about four bits", () => {
    expect(new URLSearchParams(ways[0].search).get("formats")).toBe("mxfp4,nvfp4");
  });
});

test("the version to cite is that of the package", async () => {
  const {version} = JSON.parse(await readFile("package.json", "utf8"));
  const about = await readFile("src/about.md", "utf8");
  expect(about).toContain(`Paretoscope ${version},`);
  expect(about).toContain(`version = {${version}}`);
  expect(await readFile("CITATION.cff", "utf8")).toMatch(new RegExp(`^version: ${version}$`, "m"));
});
