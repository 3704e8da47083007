import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";

let folder = "";
let said = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "diff-"));
  const file = (value: number) =>
    writeSafetensors([{name: "w", shape: [2], data: Float32Array.of(100, value)}]);
  await writeFile(at("a.safetensors"), file(1));
  await writeFile(at("b.safetensors"), file(2));
  vi.spyOn(console, "error").mockImplementation((text) => {
    said += `${text}\n`;
  });
});
afterEach(() => {
  said = "";
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, {recursive: true});
});

describe("diff", () => {
  test("says what differs by its table and its exit code", async () => {
    const out = at("out.json");
    expect(await main(["diff", at("a.safetensors"), at("b.safetensors"), "--out", out])).toBe(1);
    expect(said).toBe("diff: 1 of 1 tensors differ\n");
    expect(JSON.parse(await readFile(out, "utf8"))).toMatchObject([
      {tensor: "w", finding: "differs", maxAbsError: 1},
    ]);
  }, 30_000);

  test("takes what is within the tolerance for the same", async () => {
    const call = ["diff", at("a.safetensors"), at("b.safetensors"), "--out", at("out.csv")];
    expect(await main([...call, "--tolerance", "0.02"])).toBe(0);
    expect(said).toBe("diff: 0 of 1 tensors differ by more than 0.02\n");
  }, 30_000);

  test.each([
    [["a"], "two files or folders must be given, got 1"],
    [["a", "b", "--tolerance", "x"], '--tolerance must be a number from 0 on, got "x"'],
    [["a", "b", "--out", "x.xls"], "the ending of --out must be one of .arrow, .csv, .json"],
  ])("refuses a wrong call: %j", async (args, message) => {
    expect(await main(["diff", ...args])).toBe(2);
    expect(said).toContain(message);
  });
});
