import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {type CallExpression, type Node, parse} from "acorn";
import {transform} from "esbuild";
import {expect, test} from "vitest";

/** Folders of code. */
const FOLDERS = ["src", "scripts", "bench"];

/** Functions that take any number of arguments, and are given lists: an engine ends at about 120,000 of them. */
const TAKERS = /\.(push|unshift|splice)$|^Math\.(max|min)$|^String\.from(CharCode|CodePoint)$/;

async function codeFiles(): Promise<string[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(folder, {recursive: true})).map((name) => join(folder, name)),
    ),
  );
  return lists
    .flat()
    .filter(
      (file) =>
        /(?<!\.d)\.ts$|\.mjs$/.test(file) && !/node_modules|\.cache|\.observablehq|\/generated\//.test(file),
    )
    .sort();
}

/** Calls in TypeScript code that spread a list over the arguments of a function of {@link TAKERS}. */
async function spreadsIn(text: string): Promise<string[]> {
  const {code} = await transform(text, {loader: "ts", target: "es2022"});
  const found: string[] = [];
  const visit = (node: Node) => {
    if (node.type === "CallExpression") {
      const {callee, arguments: given} = node as CallExpression;
      const name = code.slice(callee.start, callee.end);
      const isSpread = given.some(({type}) => type === "SpreadElement");
      if (isSpread && TAKERS.test(name)) found.push(code.slice(node.start, node.end));
    }
    for (const part of Object.values(node).flat()) {
      if (typeof part === "object" && part !== null && typeof part.type === "string") visit(part);
    }
  };
  visit(parse(code, {ecmaVersion: "latest", sourceType: "module"}));
  return found;
}

test("no list is spread over the arguments of a call: it may have more items than a call can take", async () => {
  const files = await codeFiles();
  expect(files.length).toBeGreaterThan(300);
  const found = await Promise.all(
    files.map(async (file) =>
      (await spreadsIn(await readFile(file, "utf8"))).map((call) => `${file}: ${call}`),
    ),
  );
  expect(found.flat()).toEqual([]);
});

test.each([
  ["const f = (rows: number[]) => { all.push(...rows); }", 1],
  ["const most = Math.max(0, ...xs as number[]), least = Math.min(...xs);", 2],
  ["if (a) (b ?? c).list.unshift(...String.fromCharCode(...codes));", 2],
  ["const all = [...a, ...b]; f(...all); all.push(a, b); Math.max(a, b);", 0],
])("the search finds its kind in %s", async (text, count) => {
  expect(await spreadsIn(text)).toHaveLength(count);
});
