/** The one place that talks to WebGPU: compiles kernels once, keeps their data, says what went wrong. */
import {lanesSubgroupsWgsl} from "./generated/lanes-subgroups-wgsl.js";
import {lanesTreeWgsl} from "./generated/lanes-tree-wgsl.js";
import type {
  Adapter,
  AdapterInfo,
  BindingType,
  Device,
  Gpu,
  GpuBuffer,
  GpuExtension,
  Pipeline,
} from "./webgpu.js";

/** A kernel in WGSL: a file with entry points that share their bindings, which are numbered from 0. */
export interface GpuKernel {
  readonly name: string;
  readonly text: string;
  readonly bindings: readonly BindingType[];
}

/** One call of an entry point. */
export interface GpuDispatch {
  readonly pipeline: Pipeline;
  /** One for each binding. */
  readonly buffers: readonly GpuBuffer[];
  /** Workgroups along x, y and z. */
  readonly grid: readonly [number, number, number];
}

/** Work whose input is uploaded. */
export interface GpuWork {
  readonly dispatches: readonly GpuDispatch[];
  /** Reads the result, once the dispatches were made. @throws Error if they failed. */
  read(): Promise<Float32Array>;
  /** Gives back the memory of input and output. */
  free(): void;
}

/** A graphics processor, or software in its place, with the pipelines compiled so far. */
export interface GpuHost {
  /** Name of the adapter as the browser gives it. */
  readonly adapter: string;
  /** True where a processor's cores do the work of a graphics processor. */
  readonly isSoftware: boolean;
  readonly extensions: readonly GpuExtension[];
  /** Largest number of workgroups along an axis. */
  readonly maxGroups: number;
  /**
   * Compiles an entry point of a kernel, or gives it as it was compiled before.
   * @throws Error with the compiler's first message.
   */
  pipeline(kernel: GpuKernel, entry: string, constants?: Readonly<Record<string, number>>): Promise<Pipeline>;
  /** Copies numbers into memory of their own. @throws RangeError if the adapter takes no buffer of that size. */
  upload(data: Float32Array | Uint32Array | Uint8Array, kind?: "storage" | "uniform"): GpuBuffer;
  /** Memory for so many float32 numbers: those of `start`, then zeros. @throws RangeError as {@link GpuHost.upload}. */
  room(numbers: number, start?: Float32Array): GpuBuffer;
  /** Starts dispatches, one after the other. @throws RangeError if a grid is larger than the adapter takes. */
  dispatch(dispatches: readonly GpuDispatch[]): void;
  /** Waits until all that was dispatched is done. @throws Error if it failed, or the device was lost. */
  done(): Promise<void>;
  /** Copies the first numbers of a buffer back. @throws Error as {@link GpuHost.done}. */
  read(buffer: GpuBuffer, numbers: number): Promise<Float32Array>;
  /** Ends the device: its memory is free, its work fails. */
  end(): void;
}

/** Bits of `GPUBufferUsage` and `GPUMapMode`, which Node has no globals for. (WebGPU, sections 5.1.2 and 5.1.4) */
const USAGE = {mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128} as const;
const MAP_READ = 1;

const EXTENSIONS: readonly GpuExtension[] = ["subgroups", "shader-f16"];

/** WebGPU of this page or worker; undefined where there is none. */
export const browserGpu = (): Gpu | undefined =>
  (globalThis as {readonly navigator?: {readonly gpu?: Gpu}}).navigator?.gpu;

/**
 * Opens the adapter that the browser, or Dawn in Node, prefers.
 * @param gpu `navigator.gpu`; undefined where there is none
 * @param wanted extensions to use where the adapter has them
 * @throws Error saying why there is no WebGPU here.
 */
export async function gpuHost(
  gpu: Gpu | undefined,
  wanted: readonly GpuExtension[] = EXTENSIONS,
): Promise<GpuHost> {
  if (gpu === undefined) throw new Error("gpuHost: this browser has no WebGPU");
  const adapter = await gpu.requestAdapter({powerPreference: "high-performance"});
  if (adapter === null) throw new Error("gpuHost: this browser has WebGPU and gives no adapter");
  const extensions = wanted.filter((name) => hasExtension(gpu, adapter, name));
  const {maxBufferSize, maxStorageBufferBindingSize} = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: [...extensions],
    requiredLimits: {maxBufferSize, maxStorageBufferBindingSize},
  });
  return hostOf(device, adapter.info, extensions);
}

/** Sums over subgroups need the number of one's own, a later addition to the language. */
function hasExtension(gpu: Gpu, adapter: Adapter, name: GpuExtension): boolean {
  return adapter.features.has(name) && (name !== "subgroups" || gpu.wgslLanguageFeatures.has("subgroup_id"));
}

const nameOf = ({description, vendor, architecture, device}: AdapterInfo): string =>
  description || [vendor, architecture, device].filter(Boolean).join(" ") || "an adapter without a name";

function hostOf(device: Device, info: AdapterInfo, extensions: readonly GpuExtension[]): GpuHost {
  const pipelines = new Map<string, Promise<Pipeline>>();
  const problemOf = watchProblems(device);
  const buffer = (bytes: number, usage: number) => device.createBuffer({size: sizeFor(device, bytes), usage});
  const done = async () => {
    await device.queue.onSubmittedWorkDone();
    const problem = problemOf();
    if (problem !== undefined) throw new Error(`gpuHost: ${problem}`);
  };
  return {
    adapter: nameOf(info),
    isSoftware: info.isFallbackAdapter || info.architecture === "swiftshader",
    extensions,
    maxGroups: device.limits.maxComputeWorkgroupsPerDimension,
    pipeline(kernel, entry, constants = {}) {
      const key = `${kernel.name} ${entry} ${JSON.stringify(constants)}`;
      const known = pipelines.get(key);
      if (known !== undefined) return known;
      const made = compile(device, extensions, kernel, entry, constants);
      pipelines.set(key, made);
      return made;
    },
    upload(data, kind = "storage") {
      const to = buffer(data.byteLength, USAGE[kind] | USAGE.copyTarget);
      write(device, to, data);
      return to;
    },
    room(numbers, start) {
      const to = buffer(4 * numbers, USAGE.storage | USAGE.copySource | USAGE.copyTarget);
      if (start !== undefined) write(device, to, start);
      return to;
    },
    dispatch: (dispatches) => submit(device, dispatches),
    done,
    async read(from, numbers) {
      const target = buffer(4 * numbers, USAGE.mapRead | USAGE.copyTarget);
      try {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(from, 0, target, 0, 4 * numbers);
        device.queue.submit([encoder.finish()]);
        await done();
        await target.mapAsync(MAP_READ);
        return new Float32Array(target.getMappedRange().slice(0, 4 * numbers));
      } finally {
        target.destroy();
      }
    },
    end: () => device.destroy(),
  };
}

/** Copies numbers to the beginning of a buffer, in whole words. */
function write(device: Device, to: GpuBuffer, data: Float32Array | Uint32Array | Uint8Array): void {
  const bytes = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  device.queue.writeBuffer(to, 0, bytes);
}

/** Gives the first thing that went wrong on a device; undefined as long as nothing has. */
function watchProblems(device: Device): () => string | undefined {
  let problem: string | undefined;
  device.addEventListener("uncapturederror", ({error}) => {
    problem ??= error.message;
  });
  device.lost.then(({reason, message}) => {
    problem ??= reason === "destroyed" ? "the device was ended" : `the device was lost: ${message}`;
  });
  return () => problem;
}

/** Bytes of a buffer, at least those of the smallest binding. */
function sizeFor({limits}: Device, bytes: number): number {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (bytes > most) {
    throw new RangeError(`gpuHost: a buffer must have at most ${most} bytes on this adapter, got ${bytes}`);
  }
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

async function compile(
  device: Device,
  extensions: readonly GpuExtension[],
  {name, text, bindings}: GpuKernel,
  entryPoint: string,
  constants: Readonly<Record<string, number>>,
): Promise<Pipeline> {
  const module = device.createShaderModule({label: name, code: wgslFor(extensions, text)});
  const {messages} = await module.getCompilationInfo();
  const error = messages.find(({type}) => type === "error");
  if (error !== undefined) throw new Error(`gpuHost: ${name}, line ${error.lineNum}: ${error.message}`);
  const group = device.createBindGroupLayout({
    entries: bindings.map((type, binding) => ({binding, visibility: 4, buffer: {type}})),
  });
  return device.createComputePipelineAsync({
    layout: device.createPipelineLayout({bindGroupLayouts: [group]}),
    compute: {module, entryPoint, constants: {...constants}},
  });
}

/** A kernel's text behind what it may expect: `Place`, `sumOver` and `maxOver` for LANES lanes, and `Level`. */
export function wgslFor(extensions: readonly GpuExtension[], text: string): string {
  const hasSubgroups = extensions.includes("subgroups");
  const hasHalf = extensions.includes("shader-f16");
  return [
    hasSubgroups ? "enable subgroups;\nrequires subgroup_id;" : "",
    hasHalf ? "enable f16;" : "",
    `alias Level = ${hasHalf ? "f16" : "f32"};`,
    hasSubgroups ? lanesSubgroupsWgsl : lanesTreeWgsl,
    text,
  ].join("\n");
}

function submit(device: Device, dispatches: readonly GpuDispatch[]): void {
  const most = device.limits.maxComputeWorkgroupsPerDimension;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const {pipeline, buffers, grid} of dispatches) {
    if (grid.some((groups) => groups > most)) {
      throw new RangeError(`gpuHost: a grid must have at most ${most} workgroups along an axis, got ${grid}`);
    }
    const entries = buffers.map((each, binding) => ({binding, resource: {buffer: each}}));
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({layout: pipeline.getBindGroupLayout(0), entries}));
    pass.dispatchWorkgroups(...grid);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** Gives the memory of buffers back. */
export function freeAll(buffers: readonly GpuBuffer[]): void {
  for (const buffer of buffers) buffer.destroy();
}

/** Does work and gives its result. @throws Error if it failed. */
export async function runOnGpu(host: GpuHost, prepared: Promise<GpuWork>): Promise<Float32Array> {
  const work = await prepared;
  try {
    host.dispatch(work.dispatches);
    return await work.read();
  } finally {
    work.free();
  }
}
