import {execFile} from "node:child_process";
import {copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {promisify} from "node:util";
import {build} from "esbuild";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

const run = promisify(execFile);
const tool = (name: string, ...args: string[]) => run("npm", ["exec", "--", name, ...args]);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

let manifest: Manifest;
let folder = "";
let tarball = "";
let installed = "";

/** The package as a project has it that installed it: unpacked, beside its dependencies and nothing else of ours. */
beforeAll(async () => {
  manifest = JSON.parse(await readFile("package.json", "utf8"));
  folder = await mkdtemp(join(tmpdir(), "pack-"));
  await run("npm", ["run", "build:lib"]);
  await run("npm", ["pack", "--pack-destination", folder]);
  tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
  const modules = join(folder, "node_modules");
  installed = join(modules, manifest.name);
  await mkdir(installed, {recursive: true});
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
  const {packages} = JSON.parse(await readFile("package-lock.json", "utf8"));
  for (const [path, {dev}] of Object.entries<{dev?: boolean}>(packages)) {
    // All that a user's npm would install, nested copies aside, which come with their parents.
    const name = path.replace("node_modules/", "");
    if (dev || !path.startsWith("node_modules/") || name.includes("node_modules/")) continue;
    if (name.includes("/")) await mkdir(join(modules, name.split("/")[0]), {recursive: true});
    await symlink(resolve(path), join(modules, name)).catch(() => {});
  }
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
}, 300_000);
afterAll(() => rm(folder, {recursive: true}));

async function script(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return (await run(process.execPath, [name], {cwd: folder})).stdout;
}

const entries = () =>
  Object.keys(manifest.exports).filter((name) => !name.includes("*") && !name.endsWith(".json"));

describe("the package", () => {
  test("passes publint", async () => {
    // As it was packed once: publint would pack it again.
    const {stdout} = await tool("publint", "run", installed, "--pack", "false", "--strict");
    expect(stdout).toContain("All good!");
  });

  test("passes are-the-types-wrong as an ESM package", async () => {
    const {stdout} = await tool("attw", tarball, "--profile", "esm-only");
    expect(stdout).not.toContain("❌");
  });

  test("gives every entry to a script that has only the package and its dependencies", async () => {
    const imports = entries().map(
      (name) => `console.log((await import("${manifest.name}${name.slice(1)}")) !== null);`,
    );
    expect((await script("all.js", imports.join("\n"))).trim().split("\n")).toEqual(
      entries().map(() => "true"),
    );
  });

  test("quantizes in three lines", async () => {
    const text = `import {formatById, quantize, dequantize} from "paretoscope/formats";
      const packed = quantize(Float32Array.of(1, 2, 3, 4), formatById("mxfp4"));
      console.log(packed.format, [...dequantize(packed).data].join());`;
    expect(await script("formats.js", text)).toBe("mxfp4 1,2,3,4\n");
  });

  test("runs an experiment on the data sets it brings", async () => {
    const text = `import {loadData} from "paretoscope/data";
      import {loadExperiment} from "paretoscope/experiments";
      const experiment = await loadExperiment("formats/bits-error");
      const data = await loadData(experiment.needs);
      const rows = await experiment.run({distribution: "weights/decoder-small", formats: ["razer"]}, {data});
      console.log(rows.length > 25, rows.at(-1).tensor);`;
    expect(await script("experiment.js", text)).toBe("true all\n");
  });

  test("brings a command line that works, its child process included", async () => {
    const command = join(installed, "dist/cli/main.js");
    const file = join(folder, "model.safetensors");
    await copyFile("src/data/models/decoder-small/model.safetensors", file);
    const {stdout} = await run(command, ["quantize", file, "--formats", "mxfp4"]);
    expect(stdout).toMatch(/^lm_head\.weight +mxfp4 +16384 +16384 +4\.25 /m);
    expect((await run(command, ["--version"])).stdout).toBe(`${manifest.version}\n`);
  });

  test("runs sweeps on worker threads", async () => {
    const command = join(installed, "dist/cli/main.js");
    const out = join(folder, "sweep.csv");
    await run(command, ["run", "formats/error-anatomy", "--sweep", "--out", out]);
    expect((await readFile(out, "utf8")).split("\r\n").length).toBeGreaterThan(50);
  });

  test("keeps the rows of a sweep under the keys that the sources give", async () => {
    const command = join(installed, "dist/cli/main.js");
    const kept = join(folder, "kept");
    const {stdout} = await run(command, ["sweep", "accel/kinetics", "--kept", kept]);
    expect(stdout).toBe("accel/kinetics: 0 of 4 settings kept, 4 run (no table is kept)\n");
    const args = ["--import", "tsx", "src/cli/main.ts", "sweep", "accel/kinetics", "--kept", kept];
    expect((await run(process.execPath, args)).stdout).toBe("accel/kinetics: 4 of 4 settings kept\n");
  });

  test("does without the packages of a queue, and says so when one is asked for", async () => {
    const command = join(installed, "dist/cli/main.js");
    const call = run(command, [
      "sweep",
      "accel/kinetics",
      "--queue",
      "redis://127.0.0.1:1",
      "--kept",
      folder,
    ]);
    await expect(call).rejects.toThrow("Install them: npm install bullmq ioredis");
  });

  test("is typed for a strict project", async () => {
    const text = `import {type Format, formatById, quantize} from "paretoscope/formats";
      import {blockScale} from "paretoscope/experiments/formats/block-scale";
      const format: Format = formatById("mxfp4");
      export const packed: string = quantize(Float32Array.of(1), format).format;
      export const rows = blockScale.run({blockSizes: [16]}).then(([row]) => row?.sqnrDb.toFixed(2));
      // @ts-expect-error 20 is no option
      void blockScale.run({blockSizes: [20]});`;
    await writeFile(join(folder, "typed.ts"), text);
    const flags = ["--noEmit", "--strict", "--target", "ES2022", "--module", "NodeNext", "--types", ""];
    await run(process.execPath, [resolve("node_modules/typescript/bin/tsc"), ...flags, "typed.ts"], {
      cwd: folder,
    });
  });
});

describe("what needs no dependency", () => {
  test.each([
    "formats",
    "quant",
    "engine",
    "evaluate",
    "kv",
    "attention",
    "diffusion",
    "ssm",
    "stats",
    "tensor",
    "io",
  ])("%s bundles for a browser from our own files alone", async (name) => {
    const {metafile} = await build({
      stdin: {contents: `export * from "./src/lib/${name}/index.js";`, resolveDir: "."},
      bundle: true,
      write: false,
      metafile: true,
      platform: "browser",
      format: "esm",
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs).filter((file) => file !== "<stdin>");
    expect(inputs.length).toBeGreaterThan(3);
    expect(inputs.filter((file) => !file.startsWith("src/lib/"))).toEqual([]);
  });
});
