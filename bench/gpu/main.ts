/** The twins in WGSL through Dawn: `npm run bench -- --gpu [--json] [--save]`. */
import {spawnSync} from "node:child_process";
import {existsSync, writeFileSync} from "node:fs";
import {parseArgs} from "node:util";
import {complain, say} from "../../src/cli/terminal/print.js";
import {type GpuHost, gpuHost} from "../../src/lib/kernels/gpu-host.js";
import type {Gpu} from "../../src/lib/kernels/webgpu.js";
import {circumstances, load, today} from "../harness/machine.js";
import {measureGpu} from "./measure.js";
import {type GpuRun, gpuLines} from "./report.js";

const RESULTS = "bench/gpu/results.json";
/** Where Debian's Chromium keeps Vulkan and a software adapter for it. */
const SOFTWARE = "/usr/lib/chromium";
/** Named apart from its import: the package has no build for every platform. */
const DAWN: string = "webgpu";

/** Dawn's instance: were it collected as garbage, its adapters would go with it. */
let dawn: Gpu | undefined;

async function openHost(): Promise<GpuHost> {
  const {create} = (await import(DAWN)) as {create(options: readonly string[]): Gpu};
  dawn = create([]);
  return gpuHost(dawn);
}

/** Runs this program again with a software adapter; the loader of libraries reads its paths as a process begins. */
function runOnSoftware(error: Error): number {
  const adapter = `${SOFTWARE}/vk_swiftshader_icd.json`;
  if (process.env.VK_ICD_FILENAMES !== undefined || !existsSync(adapter)) throw error;
  complain("There is no graphics processor here: measuring Chromium's software adapter …");
  const env = {...process.env, LD_LIBRARY_PATH: SOFTWARE, VK_ICD_FILENAMES: adapter};
  return spawnSync(process.execPath, process.argv.slice(1), {stdio: "inherit", env}).status ?? 1;
}

async function measure(host: GpuHost, options: {json: boolean; save: boolean}): Promise<void> {
  const {cpu, cores, system, node} = circumstances();
  const when = {date: today(), load: load()};
  const {adapter, isSoftware, extensions} = host;
  const found = await measureGpu(host);
  const run: GpuRun = {adapter, isSoftware, extensions, cpu, cores, system, node, ...when, ...found};
  say(options.json ? JSON.stringify(run) : gpuLines(run));
  if (options.save) writeFileSync(RESULTS, `${JSON.stringify(run, null, 2)}\n`);
}

async function main(): Promise<number> {
  const flag = {type: "boolean", default: false} as const;
  const {values} = parseArgs({options: {gpu: flag, json: flag, save: flag}});
  let host: GpuHost;
  try {
    host = await openHost();
  } catch (error) {
    return runOnSoftware(error as Error);
  }
  await measure(host, values);
  host.end();
  return 0;
}

main().then(
  // Dawn keeps a process alive that has an adapter.
  (status) => process.exit(status),
  (error: Error) => {
    complain(error.message);
    process.exit(1);
  },
);
