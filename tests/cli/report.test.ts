import {copyFile, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {runJob} from "../../src/cli/files/file-work.js";
import {reportCommand} from "../../src/cli/report.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

let folder = "";
const at = (name: string) => join(folder, name);

/** Writes a report, the files read in this process. */
async function reported(path: string, ...args: string[]): Promise<string> {
  const spy = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await reportCommand([path, ...args, "--out", at("report.html")], (job, {progress}) =>
      runJob(job, progress),
    );
    return await readFile(at("report.html"), "utf8");
  } finally {
    spy.mockRestore();
  }
}

const EVIL = "model.layers.0.<img src=x onerror=alert(1)>.weight";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-"));
  const stream = randomStream(15, "weights");
  const data = () => draws(64 * 64, () => stream.normal());
  const tensors = ["model.layers.1.b.weight", EVIL].map((name) => ({
    name,
    dtype: "F32" as const,
    shape: [64, 64],
    data: data(),
  }));
  await writeFile(at("alone.safetensors"), writeSafetensors(tensors));
});
afterAll(() => rm(folder, {recursive: true}));

describe("paretoscope report", () => {
  const FORMATS = ["--formats", "q4_0,q8_0,mxfp4"];

  test("is one page that asks nothing of anybody and runs no script, a stranger's names as text", async () => {
    const page = await reported(at("alone.safetensors"), "--memory", "12kB", ...FORMATS);
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page).not.toMatch(/<script|<img|<link|<iframe|href=|src=(?!x)|url\(|@import/);
    expect(page).toContain("model.layers.0.&lt;img src=x onerror=alert(1)&gt;.weight");
    expect(page).toContain("report /");
    expect(page).toContain("--memory 12kB --formats q4_0,q8_0,mxfp4");
    // Each chart in two sizes, of which the style shows one.
    expect(page).toContain("<title>q4_0, measured: size: 4.5 bits per element, scales included; relative");
    expect(page).toContain(".mark:is(:hover, :focus) + .tip { visibility: visible; }");
    for (const size of ["wide", "narrow"])
      expect(page.match(new RegExp(`report-chart ${size}"><svg class="svg-chart"`, "g"))).toHaveLength(2);
  });

  test("says of every part whether it is measured or modelled, and why a part is missing", async () => {
    const page = await reported(at("alone.safetensors"), "--memory", "12kB", ...FORMATS);
    expect(page).toContain('class="kind kind-measured"');
    expect(page).toContain('class="kind kind-modelled"');
    expect(page).toContain("proven: nothing is better");
    expect(page).toContain("The model was not run here: no config.json says what the model is.");
    expect(page).toContain("no config.json says what the model is");
    expect(page).toContain("it takes a config.json of a model of text");
    const tooSmall = await reported(at("alone.safetensors"), "--memory", "1kB", ...FORMATS);
    expect(tooSmall).toMatch(/memory must be at least [\d.]+ bytes, got 1000 bytes/);
    expect(tooSmall).toContain("Error by format and layer");
  });

  test("of a folder with a config.json has its machines and its caches, and why it was not run", async () => {
    await copyFile(at("alone.safetensors"), at("model.safetensors"));
    await copyFile("src/data/models/decoder-small/config.json", at("config.json"));
    const page = await reported(folder, "--memory", "500kB", "--context", "64", ...FORMATS);
    expect(page).toContain("NVIDIA H100 SXM");
    expect(page).toContain("forms, with their formulas");
    expect(page).toContain("LlamaForCausalLM");
    expect(page).toMatch(/The model was not run here: .*tensor/);
  });

  test("needs the name of a page to write", async () => {
    await expect(reportCommand([at("alone.safetensors")])).rejects.toThrow(
      "--out must be a file that ends in .html or .json, got none",
    );
  });
});
