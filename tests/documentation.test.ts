import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";

/** An export of the library and the docstring above it, null where there is none. */
interface Exported {
  readonly file: string;
  readonly name: string;
  readonly doc: string | null;
}

const EXPORT = /^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm;

let exported: Exported[] = [];

/** The exports of a module; the overloads of a function share the docstring of the first. */
function exportsOf(file: string, text: string): Exported[] {
  const docs = new Map<string, string | null>();
  for (const {index, 1: name} of text.matchAll(EXPORT)) {
    if (!docs.has(name)) docs.set(name, docAbove(text.slice(0, index)));
  }
  return Array.from(docs, ([name, doc]) => ({file, name, doc}));
}

/** The comment that ends right where an export begins, as plain text. */
function docAbove(before: string): string | null {
  const comment = before.match(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/);
  return comment ? comment[1].replace(/^\s*\* ?/gm, " ").trim() : null;
}

beforeAll(async () => {
  const files = await readdir("src/lib", {recursive: true, encoding: "utf8"});
  const modules = files.filter((file) => file.endsWith(".ts") && !file.includes("generated")).sort();
  exported = (
    await Promise.all(
      modules.map(async (file) => exportsOf(file, await readFile(join("src/lib", file), "utf8"))),
    )
  ).flat();
});

describe("the exports of the library", () => {
  test("have a docstring, at least 98 of 100", () => {
    const bare = exported.filter(({doc}) => doc === null);
    const names = bare.map(({file, name}) => `${file}: ${name}`);
    expect(bare.length / exported.length, names.join("\n")).toBeLessThanOrEqual(0.02);
  });

  test('say what they are by a noun or a verb, not by a question ("What …")', () => {
    const asking = exported.filter(({doc}) => /^(What|Which|How|Who|Whether|Where|Why)\b/.test(doc ?? ""));
    expect(asking.map(({file, name, doc}) => `${file}: ${name}: ${doc!.slice(0, 60)}`)).toEqual([]);
  });

  test("cite papers and standards, no document that is not in the repository", () => {
    const citing = exported.filter(({doc}) => /number formats spec|\bspec, \d/.test(doc ?? ""));
    expect(citing.map(({file, name}) => `${file}: ${name}`)).toEqual([]);
  });
});
