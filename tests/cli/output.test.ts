import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test, vi} from "vitest";
import {type Table, tablesWriter} from "../../src/cli/terminal/output.js";

const table = (x: number): Table => ({
  columns: {x: {type: "number", label: "X"}, list: {type: "integers", label: "List"}},
  rows: [{x, list: [1, 2, 3, 4, 5, x], provenance: "measured"}],
  metadata: {},
});
const tables = {rows: table(1), parts: table(2)};

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "output-"));
});
afterEach(() => rm(folder, {recursive: true}));

const written = (out: string | undefined, chosen?: string) =>
  tablesWriter("run", Object.keys(tables), {out, chosen})(tables);

async function printed(chosen?: string): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((part) => {
    text += part;
    return true;
  });
  try {
    await written(undefined, chosen);
  } finally {
    spy.mockRestore();
  }
  return text;
}

describe("several tables", () => {
  test("go to a file each", async () => {
    await written(join(folder, "found.csv"));
    expect((await readdir(folder)).sort()).toEqual(["found.csv", "found.parts.csv"]);
    expect(await readFile(join(folder, "found.parts.csv"), "utf8")).toBe('x,list\r\n2,"[1,2,3,4,5,2]"\r\n');
  });

  test("go to one file if one is chosen", async () => {
    await written(join(folder, "found.json"), "parts");
    expect(await readdir(folder)).toEqual(["found.json"]);
    expect(JSON.parse(await readFile(join(folder, "found.json"), "utf8"))[0].x).toBe(2);
  });

  test("print the main one, or the one that is chosen, lists cut short", async () => {
    expect(await printed()).toBe("x  list\n1  [1 2 3 4 … 6]\n");
    expect(await printed("parts")).toBe("x  list\n2  [1 2 3 4 … 6]\n");
  });

  test("are no result where the main one is empty, and nothing is written", async () => {
    const empty = {rows: {...table(1), rows: []}, parts: {...table(2), rows: []}};
    const write = tablesWriter("run", Object.keys(empty), {out: join(folder, "found.csv")});
    await expect(write(empty)).rejects.toThrow("run: there are no rows, so nothing is written");
    expect(await readdir(folder)).toEqual([]);
    await tablesWriter("run", Object.keys(empty), {out: join(folder, "parts.csv"), chosen: "parts"})(empty);
    expect(await readdir(folder)).toEqual(["parts.csv"]);
  });

  test("may have hundreds of thousands of rows", async () => {
    let length = 0;
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((part) => {
      length += part.length;
      return true;
    });
    const rows = Array.from({length: 200_000}, () => table(1).rows[0]);
    await tablesWriter("run", ["rows"], {out: undefined})({rows: {...table(1), rows}});
    spy.mockRestore();
    expect(length).toBe("x  list\n".length + rows.length * "1  [1 2 3 4 … 6]\n".length);
  });

  test("are refused by a name that there is not, before any work", () => {
    expect(() => tablesWriter("run", ["rows", "parts"], {out: undefined, chosen: "part"})).toThrow(
      'run: --table must be one of rows, parts, got "part". Did you mean parts?',
    );
  });
});
