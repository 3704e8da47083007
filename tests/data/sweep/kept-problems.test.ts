import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, expect, test} from "vitest";
import {fillSweep} from "../../../src/data/sweep/fill.js";
import {keptProblems} from "../../../src/data/sweep/kept-problems.js";
import {sweepState, writeKept} from "../../../src/data/sweep/store.js";
import {counting, planOf, VERSION} from "./sweeps.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "problems-"));
});
afterEach(() => rm(folder, {recursive: true}));

const problems = async (version = VERSION) =>
  keptProblems(folder, [await sweepState(folder, await planOf(version))]);

async function fill(): Promise<void> {
  await fillSweep(folder, await sweepState(folder, await planOf()), counting().run);
}

async function keep(): Promise<void> {
  await fill();
  const state = await sweepState(folder, await planOf());
  await writeKept(folder, state, [...state.have.values()]);
}

test("a folder that holds what this code makes has none", async () => {
  await keep();
  expect(await problems()).toEqual([]);
});

test("code that changed is told with the command that mends it", async () => {
  await keep();
  expect(await problems({code: "two", packages: {}})).toEqual([
    "numbers/halves: 4 of 4 settings are not kept (its code changed). Run: npm run tables -- --only 'numbers/halves'",
  ]);
});

test("settings that stand in a journal only are not kept", async () => {
  await fill();
  expect(await problems()).toEqual([
    "numbers/halves: numbers/halves.arrow is not as it would be written now. Run: npm run tables -- --only 'numbers/halves'",
  ]);
});

test("files that no experiment makes, and large ones, are told", async () => {
  await keep();
  await mkdir(join(folder, "old"));
  await writeFile(join(folder, "old/gone.arrow"), new Uint8Array(1_000_001));
  expect(await problems()).toEqual([
    "old/gone.arrow: no experiment has this table; delete it",
    "old/gone.arrow: a kept table may have 1000000 bytes, this has 1000001",
  ]);
});
