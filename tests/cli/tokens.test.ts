import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";
import type {FileRunner} from "../../src/cli/files/file-process.js";
import {runJob} from "../../src/cli/files/file-work.js";
import {generateCommand} from "../../src/cli/generate.js";
import {methodOptions} from "../../src/cli/options/method-options.js";
import {UsageError} from "../../src/cli/terminal/usage.js";
import {tokenizeCommand} from "../../src/cli/tokenize.js";
import {decodingMethods} from "../../src/lib/decoding/registry.js";
import {generate as generateExperiment} from "../../src/lib/experiments/models/generate.js";

const MODEL = "src/data/models/decoder-small";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokens-"));
});
afterAll(() => rm(folder, {recursive: true}));

/** Reads the files in this process: a child for each call would take a second more. */
const here: FileRunner = (job, {progress}) => runJob(job, progress);

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

async function said(work: () => Promise<unknown>): Promise<Said> {
  const [out, err]: [string[], string[]] = [[], []];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  const stderr = vi.spyOn(console, "error").mockImplementation((line) => void err.push(String(line)));
  try {
    await work();
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return {stdout: out.join(""), stderr: err.join("\n")};
}

const tokenized = (...args: string[]) => said(() => tokenizeCommand(args, here));
const generated = (...args: string[]) => said(() => generateCommand(args, here));

describe("paretoscope tokenize", () => {
  test("gives ids, and their text back", async () => {
    expect((await tokenized(MODEL, "--text", "fact otter")).stdout).toBe("3,69\n");
    expect((await tokenized("decoder-small", "--text", "fact otter", "--format", "json")).stdout).toBe(
      '{"ids":[3,69]}\n',
    );
    expect((await tokenized(`${MODEL}/tokenizer.json`, "--decode", "3,69", "--format", "json")).stdout).toBe(
      '{"text":"fact otter"}\n',
    );
    await writeFile(join(folder, "text.txt"), "otter");
    expect((await tokenized(MODEL, "--file", join(folder, "text.txt"))).stdout).toBe("69\n");
  });

  test("puts the file's own special tokens around a text, unless told not to", async () => {
    const file = join(folder, "bert.json");
    await writeFile(
      file,
      JSON.stringify({
        pre_tokenizer: {type: "BertPreTokenizer"},
        post_processor: {type: "BertProcessing", cls: ["[CLS]", 1], sep: ["[SEP]", 2]},
        added_tokens: [1, 2].map((id) => ({id, content: ["[CLS]", "[SEP]"][id - 1], special: true})),
        decoder: {type: "WordPiece"},
        model: {type: "WordPiece", vocab: {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, a: 3, "\u202e\u001b": 4}},
      }),
    );
    expect((await tokenized(file, "--text", "a")).stdout).toBe("1,3,2\n");
    expect((await tokenized(file, "--text", "a", "--no-special")).stdout).toBe("3\n");
    const {stdout, stderr} = await tokenized(file, "--decode", "3,4,77", "--format", "json");
    expect(JSON.parse(stdout)).toEqual({text: "a \u202e\u001b"});
    expect(stdout).not.toMatch(/[^\P{C}\n]/u);
    expect(stderr).toBe("tokenize: ids without an entry are left out: 77");
  });

  test("reads a GGUF file", async () => {
    const {stdout} = await tokenized(
      "tests/golden/models/gguf-llama-q8-q4/model.gguf",
      "--text",
      "Hello",
      "--format",
      "json",
    );
    expect(JSON.parse(stdout).ids.length).toBeGreaterThan(1);
  });

  test.each([
    [[], "tokenize: MODEL must be one folder, file or name, got 0"],
    [[MODEL], "tokenize: one of --text, --file, --decode must be given, got 0"],
    [[MODEL, "--text", "a", "--decode", "1"], "must be given, got 2"],
    [[MODEL, "--text", "a", "--format", "yaml"], "tokenize: --format must be one of text, json"],
    [[MODEL, "--decode", "1,b"], "tokenize: --decode must be token ids separated by commas, such as 5,17,3"],
  ])("refuses a wrong call: %j", async (args, message) => {
    await expect(tokenizeCommand(args, here)).rejects.toThrow(UsageError);
    await expect(tokenizeCommand(args, here)).rejects.toThrow(message);
  });
});

describe("paretoscope generate", () => {
  const CALL = [MODEL, "--prompt", "fact otter amber plum . query otter amber", "--temperature", "0"];

  test("prints a text as it comes, and how many tokens a second took", async () => {
    const {stdout, stderr} = await generated(...CALL, "--max-tokens", "2");
    expect(stdout).toBe(" plum .\n");
    expect(stderr).toMatch(/^2 tokens, [\d.,]+ tokens\/s$/);
  });

  test("writes the same text from blocks that stay packed, and on several threads", async () => {
    const call = [
      "tests/golden/models/gguf-llama-q8-q4/model.gguf",
      "--prompt",
      "Hello",
      "--temperature",
      "0",
    ];
    const text = async (...more: string[]) =>
      (await generated(...call, "--maxTokens", "6", "--chat", "never", ...more)).stdout;
    const unpacked = await text("--packed", "unpacked");
    expect(await text()).toBe(unpacked);
    expect(await text("--threads", "2")).toBe(unpacked);
    expect(await text("--packed", "f32", "--backend", "reference")).toBe(unpacked);
    await expect(generated(...CALL, "--threads", "0")).rejects.toThrow(
      "generate: --threads must be an integer from 1 to 256",
    );
  });

  test("gives JSON", async () => {
    const {stdout} = await generated(...CALL, "--maxTokens", "1", "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({ids: [135], text: " plum", end: "limit"});
  });

  test("says what drafts saved, and takes the parameters of a method as options", async () => {
    const drafts = [...CALL, "--maxTokens", "9", "--method", "subspec", "--depth", "4", "--no-sharesCache"];
    const {stdout, stderr} = await generated(...drafts);
    expect(stdout).toBe((await generated(...CALL, "--maxTokens", "9")).stdout);
    expect(stderr).toMatch(
      /passes of the model, [\d.]+ tokens each; \d+ passes of the draft, \d+ of \d+ drafted tokens kept$/,
    );
    const answer = JSON.parse((await generated(...drafts, "--format", "json")).stdout);
    expect(answer.drafts.tokensPerPass).toBe(9 / answer.drafts.passes);
  });

  test("has an option for every parameter of every method, none by the name of another option", () => {
    const methods = Object.keys(methodOptions());
    expect(new Set(methods)).toEqual(new Set(decodingMethods.all.flatMap(({params}) => Object.keys(params))));
    for (const name of methods) expect(generateExperiment.params).not.toHaveProperty(name);
  });

  test("writes only what a grammar or a schema has, and ends with it", async () => {
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const grammar = await file("a.gbnf", 'root ::= ("ruby" | "tin") (" " [a-m] [a-z]*){2} " ."');
    const {stdout} = await generated(...CALL, "--grammar", grammar, "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      text: expect.stringMatching(/^ (ruby|tin)( [a-m][a-z]*){2} \.$/),
      end: "end of the grammar",
    });
    const dead = await file("dead.gbnf", 'root ::= "ruby" "s"');
    const {stdout: none} = await generated(...CALL, "--grammar", dead, "--format", "json");
    expect(JSON.parse(none)).toMatchObject({text: " ruby", end: "no token fits the grammar"});
    const wrong = await file("wrong.gbnf", 'root ::= "ruby');
    await expect(generated(...CALL, "--grammar", wrong)).rejects.toThrow(
      "generate: --grammar is wrong: line 1, column 15 must have the end of the quoted text",
    );
    const schema = await file("schema.json", '{"const": {"not": 1}, "contains": {}}');
    await expect(generated(...CALL, "--json-schema", schema)).rejects.toThrow(
      "generate: --jsonSchema is wrong: #/contains must be left out",
    );
    const both = [...CALL, "--grammar", dead, "--json-schema", schema];
    await expect(generated(...both)).rejects.toThrow("--grammar must be left out beside a JSON Schema");
  });

  test.each([
    [[...CALL, "--method", "magic"], "generate: --method must be one of plain,"],
    [
      [...CALL, "--method", "token-recycling", "--depth", "3"],
      "generate: --depth must be left out with --method token-recycling, which has --candidates",
    ],
    [[...CALL, "--gamma", "3"], "generate: --gamma must be left out with --method plain"],
    [
      [...CALL, "--method", "subspec", "--depth", "0"],
      "generate: --depth must be an integer from 1 to 64, got 0",
    ],
    [
      [...CALL, "--method", "dynamic-tree"],
      "generate: --draft must be a model folder for method dynamic-tree",
    ],
    [[MODEL], "generate: --prompt must be given"],
    [[...CALL, "--topP", "0"], "generate: --topP must be a number from 0.0001 to 1, got 0"],
    [
      [MODEL, "--prompt", "fact", "--system", "a"],
      "generate: --system needs a chat template in the model folder",
    ],
  ])("refuses a wrong call: %j", async (args, message) => {
    await expect(generateCommand(args, here)).rejects.toThrow(UsageError);
    await expect(generateCommand(args, here)).rejects.toThrow(message);
  });

  test("names the models that come with the package", async () => {
    await expect(generateCommand(["nowhere", "--prompt", "a"], here)).rejects.toThrow(
      "generate: MODEL must be a folder or a file that exists, or one of decoder-small,",
    );
    const {stdout} = await said(() => main(["help", "generate"]));
    expect(stdout).toContain("MODEL: a folder, a GGUF file, or one of decoder-small,");
    expect(stdout).toMatch(/--topK INTEGER +Top k/);
  });
});
