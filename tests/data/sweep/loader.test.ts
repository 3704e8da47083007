import {execFile} from "node:child_process";
import {cp, mkdtemp, readFile, rm, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {promisify} from "node:util";
import {afterAll, beforeAll, expect, test} from "vitest";
import {readJournals} from "../../../src/data/sweep/journal.js";
import {rowsFromArrow} from "../../../src/lib/io/arrow.js";

const source = "src/lib/experiments/accel/sparse-slices.ts";
const id = "accel/sparse-slices";

/** A copy of the sources without what is kept, whose code may be changed. */
let copy = "";
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "loader-"));
  await cp("src", join(copy, "src"), {
    recursive: true,
    filter: (path) => !/src[/\\](\.observablehq|data[/\\](models|kept))/.test(path),
  });
  for (const file of ["package.json", "tsconfig.json"]) await cp(file, join(copy, file));
  await symlink(resolve("node_modules"), join(copy, "node_modules"));
});
afterAll(() => rm(copy, {recursive: true}));

async function load() {
  const loader = "src/data/tables/[family]/[name].arrow.ts";
  const args = ["--import", "tsx", loader, "--family", "accel", "--name", "sparse-slices"];
  const {stdout} = await promisify(execFile)(process.execPath, args, {cwd: copy, encoding: "buffer"});
  const {runs} = await readJournals(join(copy, "src/data/kept"), id);
  return {bytes: stdout, ran: runs.length, bits: rowsFromArrow(stdout).rows.map((row) => row.bitsPerWeight)};
}

test("a loader takes rows that are kept, and after a change of one constant runs them anew", async () => {
  const first = await load();
  expect(first.ran).toBeGreaterThan(3);
  const second = await load();
  expect(second.ran).toBe(first.ran);
  expect(second.bytes).toEqual(first.bytes);

  const text = await readFile(join(copy, source), "utf8");
  expect(text).toContain("const WEIGHT_BITS = 8;");
  await writeFile(join(copy, source), text.replace("const WEIGHT_BITS = 8;", "const WEIGHT_BITS = 9;"));
  const changed = await load();
  expect(changed.ran).toBe(2 * first.ran);
  expect(changed.bits).not.toEqual(first.bits);

  await writeFile(join(copy, source), text);
  const back = await load();
  expect(back.ran).toBe(2 * first.ran);
  expect(back.bytes).toEqual(first.bytes);
});
