import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {tableFromIPC} from "apache-arrow";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";
import {compose} from "../../src/lib/accel/compose.js";
import {machineById} from "../../src/lib/accel/machines.js";
import {modelById} from "../../src/lib/accel/models.js";
import {formatsOf} from "../../src/lib/experiments/accel/format-choice.js";

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
    return {code: await main(["compose", ...args]), ...printed};
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const rowsOf = async (...args: string[]) => JSON.parse((await called(...args, "--json")).stdout);

let folder = "";
const at = (name: string) => join(folder, name);
const write = (name: string, json: unknown) => writeFile(at(name), JSON.stringify(json));

const machine = {
  id: "my-npu",
  title: "Mine",
  source: "a guess",
  peakTops: {fp16: 10, int8: 20},
  bandwidthGBs: 100,
  memoryGB: 16,
  memoryKind: "lpddr",
};
const config = {
  model_type: "llama",
  hidden_size: 1024,
  num_hidden_layers: 8,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  intermediate_size: 2816,
  vocab_size: 32000,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "compose-"));
  await write("machines.json", machine);
  await write("config.json", config);
  await write("models.json", {
    ...modelById("tinyllama-1.1b"),
    id: "tiny-deep",
    groups: [{...modelById("tinyllama-1.1b").groups[0], count: 44}],
  });
  await write("broken-machines.json", {...machine, bandwidthGBs: -1});
  await writeFile(at("no.json"), "{");
});
afterAll(() => rm(folder, {recursive: true}));

describe("paretoscope compose", () => {
  test("prints the numbers that the library gives", async () => {
    const choice = "--model llama-3.1-8b --machine rtx-4090 --context 32768 --weights razer --kv int4".split(
      " ",
    );
    const [row] = await rowsOf(...choice);
    const {figures} = compose({
      model: modelById("llama-3.1-8b"),
      machine: machineById("rtx-4090"),
      workload: {batch: 1, prompt: 32768, output: 512},
      formats: formatsOf({weights: "razer", activations: "fp16", kv: "int4"}),
    });
    expect(row).toMatchObject({
      weights: "razer",
      kv: "int4",
      context: 32768,
      memoryGB: figures!.memory / 1e9,
      perTokenMs: figures!.timePerToken * 1e3,
      firstTokenMs: figures!.timeToFirstToken * 1e3,
      joulesPerToken: figures!.joulesPerToken,
      refused: null,
      provenance: "modelled",
    });
    const {stdout, code} = await called(...choice);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model +machine +batch .*perTokenMs/);
    expect(stdout).toContain("5.30144");
  });

  test("tries every combination of its lists, the last list moving fastest", async () => {
    const rows = await rowsOf("--machine", "rtx-4090,h100-sxm", "--weights", "mxfp4,int4", "--batch", "1,4");
    expect(rows.map((row: Record<string, unknown>) => [row.machine, row.batch, row.weights])).toEqual([
      ["rtx-4090", 1, "mxfp4"],
      ["rtx-4090", 1, "int4"],
      ["rtx-4090", 4, "mxfp4"],
      ["rtx-4090", 4, "int4"],
      ["h100-sxm", 1, "mxfp4"],
      ["h100-sxm", 1, "int4"],
      ["h100-sxm", 4, "mxfp4"],
      ["h100-sxm", 4, "int4"],
    ]);
  });

  test("never answers sooner with fewer bytes a second or more bits a weight", async () => {
    const rows = await rowsOf("--machine", "rtx-3090,rtx-4090", "--weights", "int8,int4");
    const of = (machine: string, weights: string): number =>
      rows.find((row: Record<string, unknown>) => row.machine === machine && row.weights === weights)
        .perTokenMs;
    expect(of("rtx-3090", "int4")).toBeGreaterThan(of("rtx-4090", "int4"));
    expect(of("rtx-4090", "int8")).toBeGreaterThan(of("rtx-4090", "int4"));
  });

  test("fails with what is too large, by how much and what would fit, if one combination cannot be", async () => {
    const {code, stderr} = await called("--weights", "fp16", "--batch", "64");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /weights 16\.1 GB \+ KV cache .* > 24\.0 GB by .*: fits with a context of at most \d+/,
    );
  });

  test("says in its row why one of several cannot be", async () => {
    const rows = await rowsOf("--batch", "1,64");
    expect(rows[0].refused).toBeNull();
    expect(rows[1]).toMatchObject({perTokenMs: null, memoryGB: null});
    expect(rows[1].refused).toContain("> 24.0 GB");
  });

  test("breaks one combination down to operators whose times add up", async () => {
    const [whole] = await rowsOf("--weights", "mxfp4");
    const parts = await rowsOf("--weights", "mxfp4", "--operators");
    const sum = (step: string, field: string) =>
      parts
        .filter((row: Record<string, unknown>) => row.step === step)
        .reduce((total: number, row: Record<string, number>) => total + row[field], 0);
    expect(1e3 * sum("decode", "seconds")).toBeCloseTo(whole.perTokenMs, 9);
    expect(1e3 * sum("prefill", "seconds")).toBeCloseTo(whole.firstTokenMs, 6);
    expect(sum("decode", "joules")).toBeCloseTo(whole.joulesPerToken, 9);
    expect(sum("memory", "bytes") / 1e9).toBeCloseTo(whole.memoryGB, 9);
  });

  test("writes Arrow with units, provenance and the reason a row has no numbers", async () => {
    await called("--batch", "1,64", "--out", at("rows.arrow"));
    const table = tableFromIPC(await readFile(at("rows.arrow")));
    expect(table.numRows).toBe(2);
    const field = table.schema.fields.find(({name}) => name === "perTokenMs")!;
    expect(field.metadata.get("unit")).toBe("ms");
    expect(field.metadata.get("provenance")).toBe("modelled");
    expect(table.get(1)!.toJSON().perTokenMs).toBeNull();
  });
});

describe("a user's own tables", () => {
  test("machines come from a file beside the published ones", async () => {
    const rows = await rowsOf(
      ..."--model tinyllama-1.1b --machine my-npu,rtx-4090 --machines-file".split(" "),
      at("machines.json"),
    );
    expect(rows[0].machine).toBe("my-npu");
    expect(rows[0].perTokenMs).toBeGreaterThan(rows[1].perTokenMs);
  });

  test("models come from a file: twice the layers take about twice as long", async () => {
    const [once, twice] = await rowsOf(
      "--model",
      "tinyllama-1.1b,tiny-deep",
      "--models-file",
      at("models.json"),
    );
    expect(twice.perTokenMs / once.perTokenMs).toBeGreaterThan(1.8);
    expect(twice.perTokenMs / once.perTokenMs).toBeLessThan(2);
  });

  test("a config.json is a model, named after its folder", async () => {
    const [row] = await rowsOf("--config", at("config.json"));
    expect(folder.endsWith(row.model)).toBe(true);
    const weights = 32000 * 1024 * 2 + 8 * (1024 * 1024 * 2.5 + 3 * 1024 * 2816 + 2 * 1024) + 1024;
    expect(row.memoryGB * 1e9).toBeGreaterThan(2 * weights);
    expect(row.memoryGB * 1e9).toBeLessThan(2 * weights + 0.4e9);
  });

  test.each([
    [
      ["--machines-file", "broken-machines.json"],
      "broken-machines.json: machinesFromJson: 0.bandwidthGBs must be above 0",
    ],
    [["--config", "no.json"], "no.json: modelFromConfig: config.json must be"],
    [["--config", "absent.json"], "absent.json could not be read:"],
    [["--models-file", "config.json"], "config.json: modelsFromJson:"],
  ])("%j says what is wrong with which file", async ([option, name], message) => {
    const {code, stderr} = await called(option, at(name));
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe("a wrong call", () => {
  test.each([
    ["--weights mxfp5", "compose: --weights must be one of"],
    ["--weights mxfp5", "Did you mean mxfp4?"],
    ["--machine rtx4090", "Did you mean rtx-4090?"],
    ["--model gpt-5", "compose: --model must be one of llama-2-7b"],
    ["--sparsity 3:4", "compose: --sparsity must be one of dense, 2:4, 1:4"],
    ["--batch 0", "compose: --batch must be integers from 1"],
    ["--batch 1,,2", 'got ""'],
    ["--context 1.5", "compose: --context must be integers"],
    ["--static-watts -3", "compose: --staticWatts must be a number from 0 to 1000, got -3"],
    ["--efficiency fast", "compose: --efficiency must be one of bound, tuned-gpu, cpu, pessimistic"],
    ["llama-3.1-8b", "compose: choices must be given as options"],
    ["--config a.json --model llama-2-7b", "must not be given together"],
    ["--operators --batch 1,2", "compose: --operators must be of one combination, got 2"],
    ["--json --out x.arrow", "with --out the ending says the form"],
    ["--out x.txt", "compose: the ending of --out must be one of .arrow, .csv, .json"],
  ])("%s: %s", async (line, message) => {
    const {code, stderr} = await called(...line.split(" "));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("its help names every option", async () => {
    const {stdout} = await called("--help");
    for (const option of ["model", "machine", "kv", "machinesFile", "operators"]) {
      expect(stdout).toContain(`--${option}`);
    }
  });
});
