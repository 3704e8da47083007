import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, expect, test, vi} from "vitest";
import {runJob} from "../../src/cli/files/file-work.js";
import {LOGITS_USAGE, type LogitsResult, logitsCommand as logitsInChild} from "../../src/cli/logits.js";
import {DECODERS, goldenPath, MAMBAS, maxDifference, readExpected} from "./golden.js";

/** The command, its files read in this process: a child for each call would take a second more. */
const logitsCommand = (args: readonly string[]) =>
  logitsInChild(args, (job, {progress}) => runJob(job, progress));

let folder = "";
const said: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "logits-"));
});
afterAll(() => rm(folder, {recursive: true}));
beforeEach(() => {
  said.length = 0;
  vi.spyOn(console, "error").mockImplementation((line: string) => said.push(line));
});
afterEach(() => vi.restoreAllMocks());

const RUNS = [...DECODERS, ...MAMBAS].flatMap((name) =>
  ["wasm", "reference"].map((backend) => [name, backend] as const),
);

test.each(RUNS)("writes the logits and greedy tokens of %s with %s", async (name, backend) => {
  const expected = readExpected(name);
  const out = join(folder, `${name}.json`);
  const args = [
    goldenPath(name),
    "--ids",
    expected.ids.join(","),
    "--greedy",
    "6",
    "--backend",
    backend,
    "--out",
    out,
  ];
  expect(await logitsCommand(args)).toBe(0);
  const result = JSON.parse(await readFile(out, "utf8")) as LogitsResult;
  expect(Object.keys(result)).toEqual(["logits", "greedy"]);
  expect(result.logits.length).toBe(expected.ids.length);
  const {greedy, logits, groupedLogits} = expected;
  expect(maxDifference(result.logits.flat(), groupedLogits ?? logits)).toBeLessThan(expected.tolerance);
  // The reference's greedy steps of a Mamba2 with groups are those of one norm over all of them.
  if (greedy.length > 0 && groupedLogits === undefined)
    expect(result.greedy).toEqual(greedy.map(({token}) => token));
  expect(said).toEqual([]);
});

test("without --greedy no token is added, without --out the JSON goes to stdout", async () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await logitsCommand([goldenPath("llama-f32"), "--ids", "5"])).toBe(0);
  const result = JSON.parse(write.mock.calls[0][0] as string) as LogitsResult;
  expect(result.greedy).toEqual([]);
  expect(result.logits.map((row) => row.length)).toEqual([112]);
});

test.each([
  [[], "MODEL must be one folder, file or name, got 0"],
  [["a", "b", "--ids", "1"], "MODEL must be one folder, file or name, got 2"],
  [["a"], "--ids must be token ids separated by commas, such as 5,17,3, got none"],
  [["a", "--ids", "1,x"], "got 1,x"],
  [["a", "--ids", ""], "--ids must be token ids"],
  [["a", "--ids=-1"], "got -1"],
  [["a", "--ids", "1", "--greedy", "1.5"], "--greedy must be an integer from 0 to 16384, got 1.5"],
  [["a", "--ids", "1", "--backend", "gpu"], "--backend must be wasm or reference, got gpu"],
  [["a", "--ids", "1", "--steps", "1"], "--steps"],
])("a wrong call %j is told what is allowed", async (args, message) => {
  expect(await logitsCommand(args)).toBe(2);
  expect(said[0]).toContain(message);
  expect(said[0]).toContain(LOGITS_USAGE);
});

test("a model that cannot be run is told why", async () => {
  expect(await logitsCommand([goldenPath("llama-f32"), "--ids", "112"])).toBe(2);
  expect(await logitsCommand([join(folder, "nowhere"), "--ids", "1"])).toBe(1);
  expect(await logitsCommand([folder, "--ids", "1"])).toBe(1);
  await writeFile(join(folder, "config.json"), '{"architectures": ["NopeForCausalLM"]}');
  expect(await logitsCommand([folder, "--ids", "1"])).toBe(1);
  expect(said[0]).toBe("logits: forward: every id must be an integer from 0 to 111, got 112");
  expect(said[1]).toContain("MODEL must be a folder or a file that exists, or one of decoder-small");
  expect(said[2]).toBe("logits: openModel: model folder must be a folder with config.json, got none");
  expect(said[3]).toMatch(
    /^logits: openModel: config.json: architectures must be one of LlamaForCausalLM, .*, got NopeForCausalLM$/,
  );
});
