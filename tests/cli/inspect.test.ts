import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";

async function called(...args: string[]) {
  const printed = {stdout: "", stderr: ""};
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed.stdout += text;
      return true;
    }),
    vi.spyOn(console, "error").mockImplementation((text) => {
      printed.stderr += `${text}\n`;
    }),
  ];
  try {
    return {code: await main(["inspect", ...args]), ...printed};
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const found = async (path: string, ...args: string[]) =>
  JSON.parse((await called(path, "--format", "json", ...args)).stdout);

const GEMMA = "tests/architectures/faults/window-in-some-layers/gemma3/config.json";
const MOE = "tests/architectures/faults/some-layers-dense/qwen2moe-sparse/config.json";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inspect-"));
  await writeFile(at("page.safetensors"), "<!DOCTYPE html><html></html>");
  await writeFile(at("t5.json"), '{"model_type": "t5"}');
  await writeFile(
    at("escapes.json"),
    '{"model_type": "rwkv", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 4, "\\u001b[2J": 1}',
  );
});
afterAll(() => rm(folder, {recursive: true}));

describe("paretoscope inspect", () => {
  test("counts a config.json: windows in some layers, at two contexts", async () => {
    expect(await found(GEMMA, "--context", "8192")).toMatchObject({
      family: "gemma3_text",
      parameters: 999_885_952,
      activeParameters: 999_885_952,
      context: 8192,
      kvBytes: 2 * 22_544_384,
      stateBytes: 0,
      tied: true,
      layers: {
        count: 26,
        mixers: [
          {kind: "sliding", layers: 22},
          {kind: "full", layers: 4},
        ],
        networks: [{kind: "dense", layers: 26}],
      },
      weights: null,
    });
    expect((await found(GEMMA, "--context", "100")).kvBytes).toBe(2 * 100 * 26 * 2 * 256);
  });

  test("counts the experts that a token passes", async () => {
    const moe = await found(MOE);
    expect([moe.parameters, moe.activeParameters]).toEqual([
      1_000_394_752,
      1_000_394_752 - 11 * 12 * 3 * 1024 * 704,
    ]);
    expect(moe.formats.find(({format}: {format: string}) => format === "fp16").bytes).toBe(2 * 1_000_394_752);
  });

  test.each([
    ["tests/golden/models/llama-sharded", "llama", [["F32", 21, 28_832]]],
    ["tests/golden/models/llama-sharded/model.safetensors.index.json", "llama", [["F32", 21, 28_832]]],
    ["tests/golden/models/mamba2-f32/model.safetensors", "mamba2", undefined],
    [
      "tests/golden/models/gguf-llama-q8-q4/model.gguf",
      "llama",
      [
        ["q8_0", 11, 66_176],
        ["q4_0", 5, 30_720],
        ["f32", 5, 320],
      ],
    ],
  ])("reads %s by its headers", async (path, family, stored) => {
    const {parameters, weights, stateBytes, ...rest} = await found(path);
    expect(rest.family).toBe(family);
    const all = weights.map(({dtype, tensors, elements}: Record<string, unknown>) => [
      dtype,
      tensors,
      elements,
    ]);
    if (stored !== undefined) expect(all).toEqual(stored);
    expect(weights.reduce((sum: number, {elements}: {elements: number}) => sum + elements, 0)).toBe(
      parameters,
    );
    expect(stateBytes > 0).toBe(family === "mamba2");
  });

  test("says which tensors no part of the model takes, and what of the config.json was not read", async () => {
    const {ignored} = await found("tests/golden/models/opt-f32");
    expect(ignored).toContainEqual({what: "config.json: dropout", reason: "for training"});
    // Its files hold the head beside the embedding that it is tied to.
    expect(ignored.map(({what}: {what: string}) => what)).toContain("config.json: tie_word_embeddings");
  });

  test("is aligned text with units by default, and cannot steer a terminal", async () => {
    const {code, stdout} = await called(GEMMA);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}family {6}gemma3_text \(Gemma3ForCausalLM\)$/m);
    expect(stdout).toMatch(/^ {2}parameters {2}999,885,952$/m);
    expect(stdout).toMatch(/^ {2}cache {7}45\.09 MB for one text of 8,192 tokens, 16 bits$/m);
    expect(stdout).toMatch(/^ {2}mxfp4 +4\.25 bits +531\.2 MB$/m);
    const escapes = await called(at("escapes.json"));
    expect(escapes.stdout).toContain("config.json:");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is about them.
    expect(escapes.stdout).not.toMatch(/\u001b/);
  });

  test.each([
    [["t5.json"], "t5.json: config.json: model_type must be one of llama, mistral"],
    [["page.safetensors"], "an HTML page"],
    [["absent"], "absent"],
  ])("%j ends with exit code 1 and names it", async ([name], message) => {
    const {code, stderr, stdout} = await called(at(name));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
  });

  test.each([
    [[], "PATH must be one config.json, folder or file, got 0"],
    [[GEMMA, MOE], "got 2"],
    [[GEMMA, "--context", "0"], "--context must be an integer from 1 to 1073741824"],
    [[GEMMA, "--context", "1e3"], "--context must be"],
    [[GEMMA, "--format", "xml"], "--format must be one of text, json"],
  ])("%j is a wrong call", async (args, message) => {
    const {code, stderr} = await called(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
