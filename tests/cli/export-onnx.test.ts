import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {exportOnnxCommand, type WorkRunner} from "../../src/cli/export-onnx.js";
import {runWork} from "../../src/cli/files/works.js";
import {exportDecoder} from "../../src/lib/compiled/onnx/export-decoder.js";
import {onnxText} from "../../src/lib/compiled/onnx/onnx-text.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {greedy} from "../../src/lib/engine/generate.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {onnxInterpreter} from "../compiled/onnx-interpreter.js";
import {goldenPath, trainedPath} from "../engine/golden.js";

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "export-onnx-"));
});
afterAll(() => rm(place, {recursive: true}));

/** The work in this process. */
const here: WorkRunner = (job, {part}) =>
  runWork(job, {progress: () => {}, part: async (given) => part(given)});

async function call(...args: string[]): Promise<string> {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await exportOnnxCommand(args, here);
    return said.mock.calls.map(([text]) => String(text)).join("\n");
  } finally {
    said.mockRestore();
  }
}

async function folder(name: string): Promise<string> {
  const path = join(place, name);
  await mkdir(path);
  return path;
}

describe("export-onnx", () => {
  test("writes files that write the model's tokens, and lists what they take and give", async () => {
    const out = await folder("whole");
    const said = await call("decoder-small", "--out", out, "--length", "8", "--tokens", "1,4");
    expect((await readdir(out)).sort()).toEqual(["decoder-of-4-tokens.onnx", "decoder.onnx"]);
    expect(said).toMatch(/decoder\.onnx: \d+ bytes\n {2}takes ids \[1\], mask \[1, 8\], cos \[1, 8\]/);
    expect(said).toContain("6 more caches");
    const opened = await openFolder(trainedPath("decoder-small"));
    const weights = await openDecoderWeights(opened);
    await opened.close();
    const runs = await Promise.all(
      [1, 4].map(async (tokens) => {
        const name = tokens === 1 ? "decoder.onnx" : "decoder-of-4-tokens.onnx";
        const run = onnxInterpreter(new Uint8Array(await readFile(join(out, name))));
        const parts = exportDecoder(weights, {compiledLength: 8, tokens});
        return {tokens, parts, run: async (_: number, inputs: Parameters<typeof run>[0]) => run(inputs)};
      }),
    );
    const prompt = [12, 40, 7, 99];
    const [first] = greedy(await decoderOf(weights), prompt, 1).tokens;
    const logits = (await onnxText(weights.config, 8, runs).read(prompt)).subarray(-weights.config.vocabSize);
    expect(logits.indexOf(logits.reduce((a, b) => Math.max(a, b)))).toBe(first);
  });

  test("cuts the model into several files", async () => {
    const out = await folder("cut");
    await call("decoder-small", "--out", out, "--length", "16", "--layers", "3");
    expect((await readdir(out)).sort()).toEqual([
      "embedding.onnx",
      "head.onnx",
      "layers-0-to-2.onnx",
      "layers-3-to-3.onnx",
    ]);
  });

  test("refuses a model that fixed shapes cannot run, by what stands against it, and writes nothing", async () => {
    const out = join(place, "refused");
    await expect(call(goldenPath("mixtral"), "--out", out, "--length", "16")).rejects.toThrow(/got experts/);
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });

  test.each([
    [["--length", "8"], "export-onnx: --out must be given"],
    [["--out", "."], "export-onnx: --length must be given"],
    [["--out", ".", "--length", "8", "--tokens", "1,9"], "--tokens must be at most --length 8, got 9"],
    [["--out", ".", "--length", "8", "--tokens", "1,1"], "--tokens must differ, got 1,1"],
    [["--out", ".", "--length", "8,9"], "--length must be one integer, got 8,9"],
    [["--out", ".", "--length", "0"], "--length must be integers of at least 1"],
  ])("refuses the call %j", async (args, message) => {
    await expect(call("decoder-small", ...args)).rejects.toThrow(message);
  });

  test("refuses a file in place of the folder", async () => {
    const file = join(place, "file");
    await writeFile(file, "");
    await expect(call("decoder-small", "--out", file, "--length", "8")).rejects.toThrow(
      "export-onnx: --out must be a folder, got the file",
    );
  });
});
