import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {predictCommand} from "../../src/cli/predict.js";

const PROGRAM = "let a=3;for(i=0;i<9;i++){a=a+i;}print(a);";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "predict-"));
});
afterAll(() => rm(folder, {recursive: true}));

async function said(...args: string[]): Promise<string> {
  const out: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  try {
    await predictCommand([...args, "--samples", "8"]);
  } finally {
    stdout.mockRestore();
  }
  return out.join("");
}

describe("predict", () => {
  test("says each number of a text beside the true one", async () => {
    const lines = (await said("--task", "program", "--text", PROGRAM)).trim().split("\n");
    expect(lines.map((line) => line.split(":")[0])).toEqual(["operations", "peak_bytes", "printed"]);
    expect(lines.map((line) => line.split("; ")[1])).toEqual(["truly 29", "truly 16 bytes", "truly 39"]);
  });

  test("reads a file, and answers with JSON", async () => {
    const file = join(folder, "program.txt");
    await writeFile(file, PROGRAM);
    const rows = JSON.parse(await said("--task", "program", "--file", file, "--format", "json"));
    expect(rows.map(({truth}: {truth: number}) => truth)).toEqual([29, 16, 39]);
  });

  test("refuses a text and a file without a character", async () => {
    await expect(said("--task", "program", "--text", " ")).rejects.toThrow(
      "predict: --text must hold a text, got an empty one",
    );
    const file = join(folder, "empty.txt");
    await writeFile(file, "");
    await expect(said("--task", "program", "--file", file)).rejects.toThrow(
      "must hold a text, got an empty one",
    );
  });

  test("predicts a text that has no true number, and says why", async () => {
    expect(await said("--task", "graph", "--text", "a poem")).toContain(
      "readGraph: the first line must be like",
    );
    expect(await said("--task", "program", "--text", "print(1%0);")).toContain("the program fails");
  });

  test("is refused without a text, with two, and for a task that is none", async () => {
    await expect(said("--task", "program")).rejects.toThrow("one of --text, --file must be given");
    await expect(said("--text", "a", "--file", "b")).rejects.toThrow("one of --text, --file must be given");
    await expect(said("--task", "poem", "--text", "a")).rejects.toThrow(
      "task must be one of roofline, program, graph, kernel",
    );
  });
});
