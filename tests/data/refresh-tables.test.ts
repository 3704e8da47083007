import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {hashFiles, importGraph} from "../../scripts/refresh-tables.js";

const files = {
  "lib/shared.ts": "export const shared = 1;",
  "lib/only-one.ts": 'import {shared} from "./shared.js"; export const one = shared;',
  "lib/only-two.ts": "export const two = 2;",
  "experiments/one.ts": 'import {one} from "../lib/only-one.js"; import "node:fs"; export const a = one;',
  "experiments/two.ts":
    'import {two} from "../lib/only-two.js"; import {shared} from "../lib/shared.js"; export const b = two + shared;',
  "worker.ts":
    'export const load = {one: () => import("./experiments/one.js"), two: () => import("./experiments/two.js")};',
};

let root = "";
const write = async (file: string, text: string) => {
  await mkdir(dirname(join(root, file)), {recursive: true});
  await writeFile(join(root, file), text);
};
const hashOf = async (name: string) =>
  hashFiles(await importGraph(["worker.ts", `experiments/${name}.ts`], root), root);
const hashes = async () => ({one: await hashOf("one"), two: await hashOf("two")});

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "refresh-"));
  for (const [file, text] of Object.entries(files)) await write(file, text);
});
afterEach(() => rm(root, {recursive: true}));

describe("the hash of a table", () => {
  test("follows its own import graph and not what the registry could load besides", async () => {
    expect(await importGraph(["worker.ts", "experiments/one.ts"], root)).toEqual([
      "experiments/one.ts",
      "lib/only-one.ts",
      "lib/shared.ts",
      "worker.ts",
    ]);
  });

  test("stays as long as nothing changes", async () => {
    expect(await hashes()).toEqual(await hashes());
  });

  test("changes only for the experiments that import the module that changed", async () => {
    const before = await hashes();
    await write("lib/only-one.ts", `${files["lib/only-one.ts"]} // another`);
    const after = await hashes();
    expect(after.one).not.toBe(before.one);
    expect(after.two).toBe(before.two);
  });

  test("changes for all experiments that import the module, however far away it is", async () => {
    const before = await hashes();
    await write("lib/shared.ts", "export const shared = 3;");
    const after = await hashes();
    expect(after.one).not.toBe(before.one);
    expect(after.two).not.toBe(before.two);
  });
});
