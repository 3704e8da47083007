import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {runJob} from "../../src/cli/files/file-work.js";
import {planCommand as planInChild} from "../../src/cli/plan.js";
import {UsageError} from "../../src/cli/terminal/usage.js";
import {qualitySection} from "../../src/components/report/plan.js";
import {CONTAINERS} from "../../src/lib/checkpoint/container.js";
import {parseRecipe} from "../../src/lib/checkpoint/recipe.js";
import {checkpointFile} from "../../src/lib/checkpoint/write/checkpoint-file.js";
import {openModelPath} from "../../src/lib/io/node-file.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {legacyImatrix} from "../checkpoint/importance/legacy-imatrix.js";

const MODEL = "src/data/models/decoder-small";
let folder = "";
const at = (name: string) => join(folder, name);

/** Runs the command, its files read in this process, and gives what it prints. */
async function planned(...args: string[]): Promise<string> {
  let printed = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  try {
    await planInChild(args, (job, {progress}) => runJob(job, progress));
  } finally {
    spy.mockRestore();
  }
  return printed;
}

const tables = async (...args: string[]) => JSON.parse(await planned(...args, "--format", "json"));
const fact = (
  found: {facts: {fact: string; value: number; provenance: string; note: string}[]},
  name: string,
) => found.facts.find((each) => each.fact === name)!;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plan-"));
  const stream = randomStream(15, "weights");
  const tensor = (name: string, shape: number[]) =>
    ({
      name,
      dtype: "F32",
      shape,
      data: draws(
        shape.reduce((a, b) => a * b),
        () => stream.normal(),
      ),
    }) as const;
  const tensors = [tensor("a.weight", [64, 64]), tensor("b.weight", [128, 64]), tensor("b.bias", [128])];
  await writeFile(at("alone.safetensors"), writeSafetensors(tensors));
});
afterAll(() => rm(folder, {recursive: true}));

describe("paretoscope plan on tensors alone", () => {
  const FORMATS = ["--formats", "int4,int8,mxfp4"];

  test("takes the format of least error for every tensor that fits, and writes the recipe", async () => {
    const args = [at("alone.safetensors"), "--memory", "11.5kB", ...FORMATS, "--out", at("recipe.json")];
    const found = await tables(...args);
    expect(found.rows.map(({tensor}: {tensor: string}) => tensor)).toEqual(["a.weight", "b.weight"]);
    expect(new Set(found.rows.map(({format}: {format: string}) => format)).size).toBe(2);
    expect(fact(found, "memory").value).toBeLessThanOrEqual(11_500);
    expect(fact(found, "weights")).toMatchObject({provenance: "measured"});
    expect(fact(found, "gap").value).toBe(0);
    expect(found.caches).toEqual([]);
    const recipe = parseRecipe(await readFile(at("recipe.json")));
    expect(recipe.tensors).toEqual(
      found.rows.map(({tensor: name, format}: {tensor: string; format: string}) => ({name, format})),
    );
    expect(recipe.model).toMatchObject({tensors: 3, elements: 64 * 64 + 128 * 64 + 128});
    expect(recipe.command).toContain("--memory 11.5kB");
  });

  test("with a damage that is allowed takes the fewest bytes, and says that no model was run", async () => {
    const found = await tables(at("alone.safetensors"), "--keep-quality", "0.02", ...FORMATS);
    expect(fact(found, "damage").value).toBeLessThanOrEqual(0.02);
    expect(fact(found, "bound")).toMatchObject({value: fact(found, "memory").value, unit: "B"});
    expect(await planned(at("alone.safetensors"), "--keep-quality", "0.02", ...FORMATS)).toContain(
      "no config.json",
    );
  });

  test("weighs errors by importance, and says that the file needs the same", async () => {
    const columns = Array.from({length: 64}, (_, i) => i % 9);
    await writeFile(at("imatrix.dat"), legacyImatrix([1, "a.weight", 1, 64, columns]));
    const args = [at("alone.safetensors"), "--memory", "12kB", "--formats", "q4_0,q8_0"];
    const [plain, weighed] = [
      await tables(...args),
      await tables(...args, "--importance", at("imatrix.dat")),
    ];
    expect(fact(weighed, "importance").note).toContain("importance of 1 tensors, as the file has it");
    const errors = weighed.errors.map(
      ({weighedError}: {weighedError: number | null}) => weighedError !== null,
    );
    expect(errors).toEqual([true, true, false, false]);
    expect(weighed.costs[0].damage).not.toBe(plain.costs[0].damage);
    expect(weighed.costs.slice(2)).toEqual(plain.costs.slice(2));
  });

  test("refuses a memory in which nothing fits by the smallest that does, and one by its option", async () => {
    await expect(planned(at("alone.safetensors"), "--memory", "5kB", ...FORMATS)).rejects.toThrow(
      /^plan: --memory must be at least \d+ bytes, got 5000 bytes\. The smallest .* is 2 parts in int4, beside 512 bytes/,
    );
  });

  test.each([
    [["--memory", "six"], '--memory must be a size above 0 such as 6GB, 512MiB or 1500000, got "six"'],
    [[], "memory or keepQuality must be above 0, got neither"],
    [["--memory", "1GB", "--text", "nowhere.txt"], "--text must be a file that exists, got nowhere.txt"],
    [["--memory", "1GB", "--out", "plan.arrow"], 'the ending of --out must be .json, got "plan.arrow"'],
    [["--memory", "1GB", "--formats", "q5"], "--formats must be one of"],
    [
      ["--memory", "1GB", "--formats", "int4", "--container", "gguf"],
      "--formats must be ggml's for a file of GGUF, got int4",
    ],
  ])("refuses %j as a wrong call", async (args, message) => {
    const failed = planned(at("alone.safetensors"), ...args);
    await expect(failed).rejects.toThrow(UsageError);
    await expect(failed).rejects.toThrow(message);
  });
});

test.each(CONTAINERS)(
  "a plan for %s predicts the bytes of the file that is written by it",
  async (container) => {
    const formats = ["--formats", "q4_K,q6_K,q4_0,q8_0", "--damage", "error", "--context", "64"];
    const args = [MODEL, "--memory", "330kB", ...formats, "--container", container, "--out", at("own.json")];
    const found = await tables(...args);
    const recipe = parseRecipe(await readFile(at("own.json")));
    expect(recipe.container).toBe(container);
    const opened = await openModelPath(MODEL);
    const {tensors} = await checkpointFile(opened, container, {recipe});
    await opened.close();
    expect(tensors.reduce((sum, {bytes}) => sum + bytes, 0)).toBe(fact(found, "weights").value);
    const bytes = new Map(tensors.map(({tensor, bytes}) => [tensor, bytes]));
    const planned: {tensor: string; bytes: number; format: string}[] = found.rows;
    for (const row of planned) expect(row.bytes, row.tensor).toBe(bytes.get(row.tensor));
    expect(new Set(planned.map(({format}) => format)).size).toBeGreaterThan(1);
    if (container === "gguf") {
      expect(fact(found, "replaced").note).toContain("q5_0 in place of q4_K");
      expect(tensors.filter(({note}) => note?.includes("no multiple"))).toEqual([]);
    }
  },
);

test("paretoscope plan runs a model that it can: divergences add up, the result is measured on other texts", async () => {
  const found = await tables(
    ...[MODEL, "--memory", "260kB", "--formats", "int4,int8", "--caches", "fp16,int4", "--documents", "1"],
  );
  expect(found.costs.length).toBe(2 * found.rows.length);
  expect(found.costs.every(({damage}: {damage: number}) => damage >= 0)).toBe(true);
  expect(fact(found, "memory").value).toBeLessThanOrEqual(260_000);
  expect(fact(found, "damage")).toMatchObject({unit: "nats", provenance: "modelled"});
  const [predicted, measured] = [fact(found, "damage").value, fact(found, "measured damage").value];
  expect(measured).toBeGreaterThan(0);
  expect(measured).toBeLessThan(10 * predicted);
  expect(fact(found, "KL divergence").provenance).toBe("measured");
  expect(found.caches.filter(({isChosen}: {isChosen: boolean}) => isChosen)).toHaveLength(1);
  const quality = qualitySection({plan: found, inventory: {caches: []}, familyOf: () => "int"} as never);
  expect(quality.text).toContain("What does the model lose in one format throughout, and in the plan?");
});
