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

test("every command prints through one place", async () => {
  const files = (await readdir("src/cli", {recursive: true})).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(files.map((name) => readFile(join("src/cli", name), "utf8")));
  const printing = files.filter((_, n) => /\bconsole\.|\bstd(out|err)\.write\(/.test(texts[n]));
  expect(printing).toEqual(["print.ts"]);
});
