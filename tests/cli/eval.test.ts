import {copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {tableFromIPC} from "apache-arrow";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";
import {evalCommand as evalInChild} from "../../src/cli/eval.js";
import {runJob} from "../../src/cli/files/file-work.js";
import {UsageError} from "../../src/cli/terminal/usage.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {decodeText} from "../../src/lib/tasks/vocabulary.js";

const MODEL = "src/data/models/decoder-small";
const SMALL = ["--documents", "1", "--context", "48", "--calibration", "2", "--samples", "2"];
/** The command, its files read in this process: a child for each call would take a second more. */
const evalCommand = (args: readonly string[]) =>
  evalInChild(args, (job, {progress}) => runJob(job, progress));
let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "eval-"));
});
afterAll(() => rm(folder, {recursive: true}));

interface JsonRow {
  readonly seed: string;
  readonly measure: string;
  readonly value: number;
  readonly baseline: number | null;
}

/** Runs the command and gives its rows, found by seed and measure. */
const evaluated = (...args: string[]) => evaluatedOn(MODEL, ...args);

async function evaluatedOn(
  model: string,
  ...args: string[]
): Promise<(seed: string, measure: string) => JsonRow> {
  const out = at(`${expect.getState().currentTestName?.replace(/\W/g, "-")}-${args.length}.json`);
  await evalCommand([model, ...SMALL, ...args, "--out", out]);
  const rows: JsonRow[] = JSON.parse(await readFile(out, "utf8"));
  return (seed, measure) => rows.find((row) => row.seed === seed && row.measure === measure)!;
}

describe("paretoscope eval", () => {
  test("measures the trained decoder: nothing changes in float32, little at 8 bits, more at 3", async () => {
    const plain = await evaluated();
    expect(plain("all", "perplexity difference").value).toBe(0);
    expect(plain("all", "same top token").value).toBe(1);
    expect(plain("all", "bits per weight of the projections").value).toBe(32);
    const [eight, three] = [await evaluated("--weights", "int8"), await evaluated("--weights", "int3")];
    expect(eight("all", "KL divergence, mean (nats)").value).toBeLessThan(0.001);
    expect(three("all", "KL divergence, mean (nats)").value).toBeGreaterThan(0.01);
    for (const seed of ["4242", "999", "2718"]) expect(plain(seed, "perplexity").value).toBeGreaterThan(1);
  });

  test("multiplies packed weights, as a file holds them or in its own format, and on several threads", async () => {
    const [unpacked, packed, rounded] = [
      await evaluated("--weights", "int4_g32"),
      await evaluated("--weights", "int4_g32", "--packed", "f32", "--threads", "2"),
      await evaluated("--weights", "int4_g32", "--packed", "int8"),
    ];
    const difference = (row: typeof packed) => row("all", "perplexity difference").value;
    expect(difference(packed)).toBeCloseTo(difference(unpacked), 6);
    // Activations of 8 bits change it, a little.
    expect(difference(rounded)).not.toBe(difference(unpacked));
    expect(Math.abs(difference(rounded) - difference(unpacked))).toBeLessThan(0.05);
  });

  test("quantizes weights, activations and cache together, by any method, and asks tasks", async () => {
    const row = await evaluated(
      ...["--task", "corpus,needle-single", "--weights", "razer", "--activations", "int8_token"],
      ...["--kv", "mxfp4", "--method", "gptq", "--seeds", "5,6"],
    );
    expect(row("all", "bits per weight of the projections").value).toBeLessThan(5);
    // headDim is 16: four bits, and a scale byte a head.
    expect(row("all", "bits per cached number").value).toBe(4.5);
    expect(row("all", "accuracy: needle-single").baseline).toBeGreaterThan(0.5);
    expect(row("6", "perplexity").value).toBeGreaterThan(0);
    expect(row("4242", "perplexity")).toBeUndefined();
  });

  test("the reference and the wasm kernels measure the same to a small part of the standard error", async () => {
    const setup = ["--weights", "mxfp4", "--method", "smoothquant"];
    const [wasm, reference] = [
      await evaluated(...setup),
      await evaluated(...setup, "--backend", "reference"),
    ];
    const measure = "KL divergence, mean (nats)";
    expect(wasm("all", measure).value / reference("all", measure).value).toBeCloseTo(1, 3);
    expect(wasm("all", measure).value).not.toBe(reference("all", measure).value);
  });

  test("measures a text of one's own through the folder's tokenizer", async () => {
    const text = Array.from({length: 4}, (_, i) => decodeText(corpusDocument("test", 100 + i).tokens)).join(
      " ",
    );
    await writeFile(at("own.txt"), text);
    const row = await evaluated("--text", at("own.txt"), "--weights", "int4", "--method", "awq");
    expect(row("all", "perplexity").baseline).toBeGreaterThan(1);
    expect(row("all", "perplexity").baseline).toBeLessThan(256);
    expect(row("all", "accuracy on answer tokens")).toBeUndefined();
    await writeFile(at("short.txt"), text.slice(0, 40));
    await expect(evalCommand([MODEL, "--text", at("short.txt")])).rejects.toThrow(
      "the text must have at least 256 tokens",
    );
  });

  test("counts no token of a short text twice: one window has no interval, and only one seed reads it", async () => {
    const document = decodeText([...corpusDocument("test", 100, {context: 258}).tokens].slice(1));
    await writeFile(at("one-window.txt"), document);
    const out = at("one-window.json");
    const args = ["--text", at("one-window.txt"), "--kv", "int3", "--out", out];
    await evalCommand([MODEL, ...args]);
    const rows: JsonRow[] = JSON.parse(await readFile(out, "utf8"));
    const find = (seed: string, measure: string) =>
      rows.find((row) => row.seed === seed && row.measure === measure);
    expect(find("all", "windows of the text, of 48 asked for")).toMatchObject({value: 1});
    const unknown = {standardError: null, low: null, high: null};
    expect(find("all", "perplexity ratio")).toMatchObject({...unknown, documents: 1});
    expect(find("all", "mean over seeds: perplexity")).toMatchObject(unknown);
    expect(new Set(rows.map(({seed}) => seed))).toEqual(new Set(["all", "4242"]));
  });

  test("begins windows with the token that the folder prescribes, which the model needs, or leaves it out", async () => {
    const documents = Array.from({length: 24}, (_, i) =>
      decodeText([...corpusDocument("test", 200 + i, {context: 48}).tokens].slice(1)),
    );
    await writeFile(at("begin.txt"), documents.join(" "));
    const plain = await evaluated("--text", at("begin.txt"));
    const without = await evaluated("--text", at("begin.txt"), "--bos", "none");
    expect(plain("all", "tokens that begin each window: <begin>, by config.json").value).toBe(1);
    expect(without("all", "tokens that begin each window: none, as asked for").value).toBe(0);
    const perplexity = (of: typeof plain) => of("all", "perplexity").value;
    expect(perplexity(plain)).not.toBe(perplexity(without));
  });

  test("takes the begin token of tokenizer.json first, and none where tokenizer_config.json forbids one", async () => {
    const files = ["config.json", "model.safetensors"];
    const folderWith = async (name: string, tokenizer: object, settings: object) => {
      await mkdir(at(name));
      for (const file of files) await copyFile(join(MODEL, file), join(at(name), file));
      const own = JSON.parse(await readFile(join(MODEL, "tokenizer.json"), "utf8"));
      await writeFile(join(at(name), "tokenizer.json"), JSON.stringify({...own, ...tokenizer}));
      await writeFile(join(at(name), "tokenizer_config.json"), JSON.stringify(settings));
      return at(name);
    };
    await writeFile(at("few.txt"), "fact otter amber plum . query otter amber plum . ".repeat(24));
    const template = {
      post_processor: {
        type: "TemplateProcessing",
        single: [{SpecialToken: {id: ".", type_id: 0}}, {Sequence: {id: "A", type_id: 0}}],
        pair: [],
        special_tokens: {".": {id: ".", ids: [2], tokens: ["."]}},
      },
    };
    const prescribes = await folderWith("prescribes", template, {add_bos_token: true});
    const forbids = await folderWith("forbids", {}, {add_bos_token: false});
    const first = await evaluatedOn(prescribes, "--text", at("few.txt"));
    const second = await evaluatedOn(forbids, "--text", at("few.txt"), "--kv", "int8");
    expect(first("all", "tokens that begin each window: ., by tokenizer.json").value).toBe(1);
    expect(second("all", "tokens that begin each window: none is prescribed").value).toBe(0);
  });

  test("writes Arrow that says what was measured and how", async () => {
    await evalCommand([MODEL, ...SMALL, "--kv", "int8", "--out", at("kv.arrow")]);
    const table = tableFromIPC(await readFile(at("kv.arrow")));
    expect(table.schema.metadata.get("command")).toBe("eval");
    expect(JSON.parse(table.schema.metadata.get("options")!)).toMatchObject({kv: "int8", context: "48"});
    expect(table.schema.fields.find(({name}) => name === "value")!.metadata.get("provenance")).toBe(
      "measured",
    );
  });

  test("is a command of the command line, with its help", async () => {
    const written: string[] = [];
    const spy = vi
      .spyOn(process.stdout, "write")
      .mockImplementation((text) => written.push(String(text)) > 0);
    try {
      expect(await main(["eval", MODEL, ...SMALL, "--seeds", "1"])).toBe(0);
      expect(await main(["help", "eval"])).toBe(0);
    } finally {
      spy.mockRestore();
    }
    expect(written.join("")).toMatch(/^seed +measure +value/);
    expect(written.join("")).toMatch(/--method TEXT +Method\. How the weights are rounded/);
  });

  test.each([
    [[], "eval: MODEL must be one folder, file or name, got 0"],
    [[MODEL, "--weights", "nvpf4"], 'got "nvpf4". Did you mean nvfp4?'],
    [
      [MODEL, "--method", "gtpq"],
      'must be one of rtn, hqq, smoothquant, awq, gptq, hadamard, hadamard-gptq, learned-rounding, learned-levels, llm-int8, got "gtpq"',
    ],
    [
      [MODEL, "--task", "corpus,needle"],
      /eval: --task must be one of corpus, needle-single, .* got "needle"/,
    ],
    [[MODEL, "--backend", "cuda"], 'eval: --backend must be one of wasm, reference, got "cuda"'],
    [[MODEL, "--seeds", "1,x"], 'eval: --seeds must be integers of at least 1, got "x"'],
    [[MODEL, "--seeds", "7,1,7"], "eval: --seeds must be different from each other, got 7 twice"],
    [[MODEL, "--bos", "always"], 'eval: --bos must be one of prescribed, none, got "always"'],
    [[MODEL, "--documents", "0"], "eval: --documents must be an integer from 1 to 4096, got 0"],
    [[MODEL, "--context", "8,9"], 'eval: --context must be an integer from 0 to 32768, got "8,9"'],
    [[MODEL, "--out", "x.xlsx"], "eval: the ending of --out must be one of .arrow, .csv, .json"],
    [
      ["tests/golden/models/llama-f32"],
      "eval: the corpus and its tasks need a model of 256 tokens, got one of",
    ],
  ])("refuses a wrong call: %j", async (args, message) => {
    const call = evalCommand(args);
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.toThrow(UsageError);
  });

  test("refuses a layer that the model does not have, and a folder without a model", async () => {
    await expect(evalCommand([MODEL, ...SMALL, "--weights", "int4", "--layers", "0,4"])).rejects.toThrow(
      "layers must be integers of 0 .. 3, got 4",
    );
    await expect(evalCommand([folder])).rejects.toThrow("config.json");
  });
});

describe("paretoscope eval on a state-space model", () => {
  const MAMBA = "src/data/models/mamba2-small";

  test("measures every width of a method, and the packed size of weights and state", async () => {
    const at = async (...args: string[]) => {
      const row = await evaluatedOn(MAMBA, ...args);
      return {
        weights: row("all", "bits per weight of the projections").value,
        state: row("all", "bits per cached number").value,
        kl: row("all", "KL divergence, mean (nats)").value,
      };
    };
    const plain = await at();
    expect(plain).toEqual({weights: 32, state: 32, kl: 0});
    const eight = await at("--bits", "w8a8", "--method", "quamba2");
    const four = await at("--bits", "w4a8", "--method", "quamba2");
    expect(eight.weights).toBeGreaterThanOrEqual(8);
    expect(eight.weights).toBeLessThan(9);
    expect(four.weights).toBeLessThan(5);
    expect(eight.state).toBeLessThan(9);
    expect(eight.kl).toBeGreaterThan(0);
    expect(four.kl).toBeGreaterThan(eight.kl);
  });

  test("asks it tasks, and a method without bits changes nothing but by rounding in float32", async () => {
    const row = await evaluatedOn(MAMBA, "--method", "hadamard", "--task", "corpus,needle-single");
    expect(row("all", "KL divergence, mean (nats)").value).toBeLessThan(1e-6);
    const task = row("all", "accuracy: needle-single");
    expect(task.value).toBe(task.baseline);
  });

  test.each([
    [[MAMBA, "--weights", "int8"], "eval: --weights is an option of decoders, got another model"],
    [[MAMBA, "--layers", "1"], "eval: --layers is an option of decoders, got another model"],
    [[MODEL, "--bits", "w8a8"], "eval: --bits is an option of state-space models, got another model"],
    [[MAMBA, "--bits", "w8"], 'eval: --bits must be one of float32, w8a8, w4a8, w4a16, w16a16, got "w8"'],
    [[MAMBA, "--method", "gptq"], /eval: --method must be one of static, .*quamba2, got "gptq"/],
    [
      ["src/data/models/mamba1-small", "--method", "cluster"],
      /eval: --method must be one of static, .* got "cluster"/,
    ],
  ])("refuses an option of other models: %j", async (args, message) => {
    const call = evalCommand(args);
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.toThrow(UsageError);
  });
});
