import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {printable, printableJson, printableLines} from "../../src/lib/io/printable.js";

const HOSTILE = "a\u001b[2J\u0007\u009b31m\u202e\u200b\udc00\r";

describe("text of a file", () => {
  test("has no control left", () => {
    expect(printable(`${HOSTILE}\n`)).toBe(
      "a\\u{1b}[2J\\u{7}\\u{9b}31m\\u{202e}\\u{200b}\\u{dc00}\\u{d}\\u{a}",
    );
    expect(printableLines(`${HOSTILE}\n\tb`)).toMatch(/^[^\p{C}]+\n\tb$/u);
  });

  test("stays as it is where it steers nothing, however often it goes through", () => {
    expect(printable("größe 幅 →")).toBe("größe 幅 →");
    expect(printable(printable(HOSTILE))).toBe(printable(HOSTILE));
  });

  test("says the same in JSON", () => {
    const json = printableJson(JSON.stringify({[HOSTILE]: "\u{e0001}"}));
    expect(json).not.toMatch(/\p{C}/u);
    expect(JSON.parse(json)).toEqual({[HOSTILE]: "\u{e0001}"});
  });
});

/** Programs that hand on what others print, colours and all, and those that run before anything can be imported. */
const PASSES_ON = ["scripts/build.ts", "scripts/test.ts", "scripts/bootstrap.mjs", "scripts/audit.mjs"];
/** Loaders write a file to stdout: Framework takes it from there. */
const LOADER = /^src\/(data\/.*\.(arrow|json)|glossary\.md)\.ts$/;

test("all that prints does so through one place", async () => {
  const lists = ["src", "scripts", "bench"].map(async (folder) =>
    (await readdir(folder, {recursive: true})).map((name) => join(folder, name)),
  );
  const files = (await Promise.all(lists))
    .flat()
    .filter(
      (name) => /\.(ts|mjs)$/.test(name) && !/node_modules|\/\.|_import|components\/|generated/.test(name),
    );
  expect(files.length).toBeGreaterThan(400);
  const texts = await Promise.all(files.map((name) => readFile(name, "utf8")));
  const printing = files.filter((_, n) => /\bconsole\.|\bstd(out|err)\.write\(/.test(texts[n]));
  expect(printing.filter((name) => !LOADER.test(name)).sort()).toEqual(
    [...PASSES_ON, "src/cli/terminal/print.ts"].sort(),
  );
});

test("nothing but the bar of the command line writes to a terminal by a library", async () => {
  const files = (await readdir("src/cli", {recursive: true})).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(files.map((name) => readFile(join("src/cli", name), "utf8")));
  expect(files.filter((_, n) => texts[n].includes("cli-progress"))).toEqual(["terminal/progress.ts"]);
  expect(texts[files.indexOf("terminal/progress.ts")]).toContain("printable(what)");
});
