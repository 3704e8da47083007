import {copyFile, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";

const MODEL = "src/data/models/decoder-small";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "limit-"));
  for (const file of ["config.json", "model.safetensors"])
    await copyFile(join(MODEL, file), join(folder, file));
  const tokenizer = JSON.parse(await readFile(join(MODEL, "tokenizer.json"), "utf8"));
  const pattern = {Regex: "(\\w+\\s?)+$"};
  const pre_tokenizer = {type: "Split", pattern, behavior: "Isolated", invert: false};
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify({...tokenizer, pre_tokenizer}));
  await writeFile(join(folder, "text.txt"), `${"fact otter ".repeat(5000)}!`);
});
afterAll(() => rm(folder, {recursive: true}));

/** Runs a call. @returns its exit code and what it said on stderr */
async function call(...args: string[]): Promise<{readonly code: number; readonly said: string}> {
  const said: string[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((line: string) => said.push(line));
  try {
    return {code: await main(args), said: said.join("\n")};
  } finally {
    spy.mockRestore();
  }
}

describe("a file that takes too long", () => {
  test.each([
    ["eval", [MODEL, "--documents", "1"]],
    ["logits", [MODEL, "--ids", "1", "--greedy", "16384"]],
  ])("ends %s after its limit", async (command, args) => {
    const {code, said} = await call(command, ...args, "--timeLimit", "0.05");
    expect(code).toBe(1);
    expect(said).toContain(
      `${MODEL}: a step took longer than 0.05 s and was ended. --timeLimit allows more.`,
    );
  });

  test("a pattern that reads far ahead at every place is named", async () => {
    const {code, said} = await call("eval", folder, "--text", join(folder, "text.txt"), "--documents", "1");
    expect(code).toBe(1);
    expect(said).toContain("must be a pattern that need not read far ahead at every place, got (\\w+\\s?)+$");
  });

  test.each([["eval"], ["logits", "--ids", "1"]])(
    "%s refuses a limit that is none",
    async (command, ...args) => {
      const {code, said} = await call(command, MODEL, ...args, "--timeLimit", "never");
      expect(code).toBe(2);
      expect(said).toContain("--timeLimit must be seconds above 0");
    },
  );
});
