import {browserGpu, type GpuHost, gpuHost} from "../../../src/lib/kernels/gpu-host.js";
import {cases} from "./cases.js";

const hosts = new Map<string, Promise<GpuHost>>();

/** Runs a case on the adapter of this page, with the extensions that it has or with none. */
export async function runCase(extensions: "all" | "none", name: string): Promise<number> {
  const known = hosts.get(extensions) ?? gpuHost(browserGpu(), extensions === "none" ? [] : undefined);
  hosts.set(extensions, known);
  return cases[name](await known);
}
