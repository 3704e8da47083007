import {execFile} from "node:child_process";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {tableFromIPC} from "apache-arrow";
import {fromCSV} from "arquero";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";
import {loadData} from "../../src/data/data-sets.js";
import {blockScale} from "../../src/lib/experiments/formats/block-scale.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process: what a call prints and the exit code it asks for. */
async function called(...args: string[]): Promise<Result> {
  const printed = {stdout: "", stderr: ""};
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed.stdout += text;
      return true;
    }),
    vi.spyOn(console, "log").mockImplementation((text) => {
      printed.stdout += `${text}\n`;
    }),
    vi.spyOn(console, "error").mockImplementation((text) => {
      printed.stderr += `${text}\n`;
    }),
  ];
  try {
    return {code: await main(args), ...printed};
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Runs the command line as a user does: stdout and stderr are no terminals. */
function paretoscope(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...args], (error, stdout, stderr) => {
      resolve({code: typeof error?.code === "number" ? error.code : 0, stdout, stderr});
    });
  });
}

let folder = "";
let file = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-"));
  file = at("model.safetensors");
  const stream = randomStream(5, "cli");
  const withNaN = draws(64, stream.normal);
  withNaN[3] = Number.NaN;
  const bytes = writeSafetensors([
    {name: "w", shape: [32, 64], data: draws(2048, stream.normal)},
    {name: "broken", shape: [64], data: withNaN},
    {name: "ids", shape: [3], data: Int32Array.of(1, 2, 3)},
    {name: "none", shape: [0, 4], data: new Float32Array(0)},
    {name: "bell\u0007", shape: [2], data: Float32Array.of(1, 2)},
  ]);
  await writeFile(file, bytes);
  await writeFile(at("cut.safetensors"), bytes.subarray(0, bytes.length - 10));
  await writeFile(
    at("noise.safetensors"),
    Uint8Array.from({length: 100}, (_, i) => (i * 37) % 256),
  );
});
afterAll(() => rm(folder, {recursive: true}));

describe("run", () => {
  test("writes the rows that the experiment gives a script", async () => {
    const out = at("rows.arrow");
    const {code, stdout, stderr} = await paretoscope(
      ..."run formats/block-scale --element int4 --block-sizes 16,32 --scaleRules=ceil --out".split(" "),
      out,
    );
    expect({code, stdout, stderr}).toEqual({code: 0, stdout: "", stderr: ""});
    const table = tableFromIPC(await readFile(out));
    const rows = await blockScale.run(
      {element: "int4", blockSizes: [16, 32], scaleRules: ["ceil"]},
      {data: await loadData(blockScale.needs)},
    );
    expect(table.toArray().map((row) => row.toJSON())).toEqual(rows);
    expect(JSON.parse(table.schema.metadata.get("settings")!)).toEqual([
      {element: "int4", blockSizes: [16, 32], scaleRules: ["ceil"], distribution: "normal", seed: 0},
    ]);
  });

  test("writes CSV and JSON with the same cells", async () => {
    const call = ["run", "formats/block-scale", "--block-sizes", "32", "--scale-rules", "floor", "--out"];
    await called(...call, at("rows.csv"));
    await called(...call, at("rows.json"));
    const [row] = JSON.parse(await readFile(at("rows.json"), "utf8"));
    const text = await readFile(at("rows.csv"), "utf8");
    expect(text.split("\r\n")[0]).toBe(Object.keys(row).join(","));
    expect(text).toContain(String(row.mse));
  });

  test("prints an aligned table without --out", async () => {
    const {code, stdout} = await called(
      ..."run formats/block-scale --blockSizes 32 --scaleRules floor".split(" "),
    );
    const [names, cells] = stdout.split("\n");
    expect(code).toBe(0);
    expect(names).toMatch(/^element +blockSize +scaleRule/);
    expect(cells).toMatch(/^e2m1 +32 +floor +mxfp4 /);
  });

  test.each([
    ["run", "run: an experiment must be named: accel/"],
    ["run formats/block-scal", 'got "formats/block-scal". Did you mean formats/block-scale?'],
    [
      "run formats/block-scale --element e9m9",
      'run formats/block-scale: element must be one of e2m1, e2m3, e3m2, e4m3, e5m2, int4, int8, got "e9m9"',
    ],
    ["run formats/block-scale --seed -1", "seed must be an integer from 0 to 9999, got -1"],
    ["run formats/block-scale --seed", "run formats/block-scale: --seed must be followed by INTEGER"],
    ["run formats/block-scale --seed 1 --seed 2", "--seed must be given once"],
    ["run formats/block-scale --elemnt int4", "Did you mean --element?"],
    ["run formats/block-scale extra", "parameters must be given as options, got extra"],
    ["run formats/block-scale --out table.xls", "the ending of --out must be one of .arrow, .csv, .json"],
    ["run formats/block-scale --file x", "run formats/block-scale: an option must be one of --element"],
    [
      "run formats/block-scale --table parts",
      'run formats/block-scale: --table must be one of rows, got "parts"',
    ],
    ["run formats/block-scale --sweep --seed 1", "--sweep runs its own settings"],
    ["run formats/own-file", "run formats/own-file: --file must name a file of tensors or model folder"],
    [
      "rum",
      'a command must be one of list, run, sweep, worker, quantize, diff, export-onnx, compose, inspect, plan, report, eval, logits, tokenize, predict, generate, conformance, help, got "rum". Did you mean run?',
    ],
    ["quantize", "quantize: one file or folder must be given, got 0"],
    ["quantize x --formats mxpf4", 'got "mxpf4". Did you mean mxfp4?'],
    ["quantize x --timeLimit 0", "--timeLimit must be seconds above 0"],
    ["help nothing", "help: a topic must be one of list, run"],
    ["list all", "list: nothing may follow, got all"],
  ])("%s is a wrong call and says what is allowed", async (line, message) => {
    const {code, stdout, stderr} = await called(...line.split(" "));
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("fails with 1 where the table cannot be written", async () => {
    const {code, stderr} = await called(
      ..."run formats/block-scale --blockSizes 32 --scaleRules floor --out".split(" "),
      at("no/such/folder.csv"),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining("ENOENT")]);
    expect(stderr).toContain("no/such/folder.csv cannot be written: its folder does not exist");
  });

  test.each(["logits x --ids 1 --ids 2", "logits x --ids 1 --out a --out b", "compose --batch 1 --batch 2"])(
    "refuses an option that is given twice: %s",
    async (line) => {
      const {code, stderr} = await called(...line.split(" "));
      expect(stderr).toContain("must be given once");
      expect(code).toBe(2);
    },
  );

  test.each([
    ["compose --config /dev/zero", 1, "/dev/zero could not be read: it must have at most 268435456 bytes"],
    [
      `compose --context ${Array.from({length: 400}, (_, i) => i + 1)} --batch ${Array.from({length: 400}, (_, i) => i + 1)}`,
      2,
      "the options must list at most 10000 combinations, got 160000",
    ],
    ["logits x --ids 1 --greedy 999999999", 2, "--greedy must be an integer from 0 to 16384, got 999999999"],
    ["run accel/compose --context 10000000", 2, "context must be an integer from 1 to 1048576, got 10000000"],
  ])("bounds what a call may ask for: %s", async (line, expected, message) => {
    const {code, stderr} = await called(...line.split(" "));
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
  });

  test.each([
    'run accel/roofline --config {"model_type":"zz"}',
    "run accel/roofline --config x",
    "run accel/compose --machineJson []",
  ])("%s is a wrong call although only the run notices", async (line) => {
    const {code, stderr} = await called(...line.split(" "));
    expect(stderr).toMatch(/^run accel\/.* must /);
    expect(code).toBe(2);
  });

  test("says of an option that it has no effect", async () => {
    const line = "run formats/block-scale --timeLimit 3 --blockSizes 32 --scaleRules floor";
    const {code, stderr} = await called(...line.split(" "));
    expect([code, stderr]).toEqual([
      0,
      "run formats/block-scale: --timeLimit has no effect without a file of your own\n",
    ]);
  });

  test.each([
    ["eval docs --method gptq", "eval: --method has no effect without --weights or --bits"],
    ["eval docs --bos none", "eval: --bos has no effect without --text"],
    ["eval docs --calibration 3", "eval: --calibration has no effect where nothing is quantized or pruned"],
  ])("says so before the work: %s", async (line, remark) => {
    const {code, stderr} = await called(...line.split(" "));
    expect(stderr.split("\n")[0]).toBe(remark);
    expect(code).toBe(1);
  });

  test.each(["compose --output 1,2", "compose --efficiency 0.5,0.6", "compose --batch 1,"])(
    "refuses a list where one value is meant: %s",
    async (line) => {
      const {code, stdout} = await called(...line.split(" "));
      expect([code, stdout]).toEqual([2, ""]);
    },
  );
});

describe("quantize", () => {
  test("writes a row for every float tensor and format and says what it left out", async () => {
    const out = at("quantized.csv");
    const {code, stderr} = await paretoscope("quantize", file, "--formats", "mxfp4,int4,nvfp4", "--out", out);
    const table = fromCSV(await readFile(out, "utf8"));
    expect(table.columnNames().join()).toBe(
      "tensor,format,elements,measuredElements,bitsPerElement,mse,mseStandardError,sqnrDb,cosine,maxAbsError,outlierShare,note,provenance",
    );
    expect(table.numRows()).toBe(12);
    expect(table.dedupe("provenance").array("provenance")).toEqual(["measured"]);
    const [row] = table
      .filter((d: {tensor: string; format: string}) => d.tensor === "w" && d.format === "mxfp4")
      .objects();
    expect(row).toMatchObject({elements: 2048, bitsPerElement: 4.25});
    const {mse, sqnrDb, cosine} = row as Record<string, number>;
    expect(mse).toBeCloseTo(0.013, 2);
    expect(sqnrDb).toBeCloseTo(18.8, 0);
    expect(cosine).toBeGreaterThan(0.99);
    expect(stderr).toContain("ids is left out: I32 is no floating-point type");
    expect(code).toBe(0);
  });

  test("keeps the row of a tensor that no error exists for, and says why", async () => {
    const {stdout, stderr} = await called("quantize", file, "--formats", "nvfp4,mxfp4");
    expect(stdout).toMatch(/^broken +nvfp4 +64 +64 +nvfp4.*NaN.* +measured$/m);
    expect(stdout).toMatch(/^none +nvfp4 +0 +0 +it has no elements +measured$/m);
    expect(stderr).toMatch(/^broken in nvfp4: .*NaN/m);
    expect(stderr).toContain("none in mxfp4: it has no elements");
  });

  test("does not let a name from the file steer the terminal", async () => {
    const {stdout} = await called("quantize", file, "--formats", "int4");
    expect(stdout).toContain("bell\\u{7}");
    expect(stdout).not.toContain("\u0007");
  });

  test("does not let names in an error steer it either", async () => {
    const header = JSON.stringify({
      "a\u001b[2J\u009b31m\u202e": {dtype: "F99", shape: [1], data_offsets: [0, 4]},
    });
    const bytes = Buffer.alloc(8 + Buffer.byteLength(header) + 4);
    bytes.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    bytes.write(header, 8);
    await writeFile(at("escapes.safetensors"), bytes);
    const {code, stderr} = await called("quantize", at("escapes.safetensors"));
    expect(code).toBe(1);
    expect(stderr).toContain("a\\u{1b}[2J\\u{9b}31m\\u{202e}");
    expect(stderr.trimEnd()).not.toMatch(/[^\P{C}\n]/u);
  });

  test.each(["cut.safetensors", "noise.safetensors"])("fails on %s with the reader's words", async (name) => {
    const {code, stdout, stderr} = await called("quantize", at(name));
    expect(stderr).toMatch(/openSafetensors|readTensor/);
    expect(stderr).toContain(at(name));
    expect([code, stdout]).toEqual([1, ""]);
  });

  test("ends a step that takes longer than its limit", async () => {
    const {code, stderr} = await called("quantize", file, "--timeLimit", "0.001");
    expect(stderr).toContain("a step took longer than 0.001 s and was ended. --timeLimit allows more.");
    expect(code).toBe(1);
  });

  test("gives an experiment the same file by --file", async () => {
    const {code, stdout} = await called(..."run formats/own-file --formats int4 --file".split(" "), file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^w +int4 +2048 +2048 +4\.25 /m);
  });
});

describe("help", () => {
  test("is made from the definition of an experiment", async () => {
    const {code, stdout} = await called("help", "formats/block-scale");
    expect(code).toBe(0);
    for (const {label} of Object.values(blockScale.columns)) expect(stdout).toContain(label);
    for (const [name, {help}] of Object.entries(blockScale.params) as [string, {help?: string}][]) {
      expect(stdout).toContain(`--${name} `);
      if (help) expect(stdout).toContain(help);
    }
    expect((await called("run", "formats/block-scale", "--help")).stdout).toBe(stdout);
  });

  test("names commands, experiments, formats and data sets", async () => {
    const {stdout: help} = await called();
    for (const command of ["list", "run", "quantize", "conformance"]) expect(help).toContain(command);
    const {stdout: list} = await called("list");
    for (const name of ["formats/block-scale", "mxfp4", "weights/decoder-small"])
      expect(list).toContain(name);
  });

  test("tells the version of the package", async () => {
    const {version} = JSON.parse(await readFile("package.json", "utf8"));
    expect((await called("--version")).stdout).toBe(`${version}\n`);
  });
});
