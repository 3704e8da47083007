/** The part of WebGPU that kernels use, by its own names: the library compiles without the types of a browser. */

/** `navigator.gpu`, or what Dawn gives in Node. (WebGPU, section 4.3) */
export interface Gpu {
  requestAdapter(options?: {powerPreference?: "high-performance"}): Promise<Adapter | null>;
  readonly wgslLanguageFeatures: NameSet;
}

/** Extensions that kernels use where the adapter has them. */
export type GpuExtension = "subgroups" | "shader-f16";

interface NameSet {
  has(name: string): boolean;
}

interface Limits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** Names of an adapter; a browser may leave any of them empty. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
}

/** A graphics processor that can be opened. */
export interface Adapter {
  readonly features: NameSet;
  readonly limits: Limits;
  readonly info: AdapterInfo;
  requestDevice(options: {
    requiredFeatures: GpuExtension[];
    requiredLimits: Record<string, number>;
  }): Promise<Device>;
}

/** An opened graphics processor. */
export interface Device {
  readonly limits: Limits;
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, offset: number, data: Uint8Array<ArrayBuffer>): void;
    submit(commands: object[]): void;
    onSubmittedWorkDone(): Promise<unknown>;
  };
  readonly lost: Promise<{readonly reason: string; readonly message: string}>;
  addEventListener(
    type: "uncapturederror",
    listener: (event: {readonly error: {readonly message: string}}) => void,
  ): void;
  createBuffer(options: {size: number; usage: number}): GpuBuffer;
  createShaderModule(options: {label: string; code: string}): ShaderModule;
  createBindGroupLayout(options: {
    entries: {binding: number; visibility: number; buffer: {type: BindingType}}[];
  }): object;
  createPipelineLayout(options: {bindGroupLayouts: object[]}): object;
  createComputePipelineAsync(options: {
    layout: object;
    compute: {module: object; entryPoint: string; constants: Record<string, number>};
  }): Promise<Pipeline>;
  createBindGroup(options: {
    layout: object;
    entries: {binding: number; resource: {buffer: GpuBuffer}}[];
  }): object;
  createCommandEncoder(): Encoder;
  destroy(): void;
}

/** Ways in which a kernel reads or writes a buffer. */
export type BindingType = "uniform" | "read-only-storage" | "storage";

/** Memory of a device. */
export interface GpuBuffer {
  mapAsync(mode: number): Promise<unknown>;
  getMappedRange(): ArrayBuffer;
  destroy(): void;
}

interface ShaderModule {
  getCompilationInfo(): Promise<{
    readonly messages: readonly {
      readonly type: string;
      readonly lineNum: number;
      readonly message: string;
    }[];
  }>;
}

/** A compiled entry point. */
export interface Pipeline {
  getBindGroupLayout(index: number): object;
}

interface Encoder {
  beginComputePass(): {
    setPipeline(pipeline: Pipeline): void;
    setBindGroup(index: number, group: object): void;
    dispatchWorkgroups(x: number, y: number, z: number): void;
    end(): void;
  };
  copyBufferToBuffer(
    source: GpuBuffer,
    sourceOffset: number,
    target: GpuBuffer,
    targetOffset: number,
    size: number,
  ): void;
  finish(): object;
}
