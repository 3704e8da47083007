import type {KernelMemory} from "./kernel-threads.js";
import {sharedModule} from "./shared-module.js";

/** The memory that the kernels of one engine share, and their instances. */
export interface WasmHeap {
  readonly memory: KernelMemory;
  /** Reserves zeroed bytes for good, 64-byte aligned. @throws RangeError if the memory cannot grow that far. */
  allocate(bytes: number): number;
  /** Bytes that are reserved. */
  reserved(): number;
  /** Room for one call, above all that is reserved; the next call of either function may take it again. */
  scratch(bytes: number): number;
  /** `length` floats from a pointer; the view ends with the next `allocate` or `scratch`. */
  floats(pointer: number, length: number): Float32Array;
  integers(pointer: number, length: number): Int32Array;
  bytes(pointer: number, length: number): Uint8Array;
  shorts(pointer: number, length: number): Int16Array;
  doubles(pointer: number, length: number): Float64Array;
  /** Instantiates a generated kernel over this memory; `Exports` are the functions of its source. */
  instantiate<Exports>(base64: string): Promise<Exports>;
  /** The module that {@link instantiate} makes an instance of. */
  moduleOf(base64: string): Uint8Array<ArrayBuffer>;
}

const PAGE = 65_536;
const ALIGNMENT = 64;

/**
 * An empty heap. It is freed with the last reference to it: nothing has to be disposed of.
 * @param isShared true where threads run kernels over it
 */
export function wasmHeap(isShared = false): WasmHeap {
  const memory = new WebAssembly.Memory({initial: 1, maximum: 65_536, shared: isShared});
  const moduleOf = (base64: string) => (isShared ? sharedModule(decodeBase64(base64)) : decodeBase64(base64));
  // The first bytes stay free, so that no pointer is 0.
  let top = ALIGNMENT;
  const reach = (end: number): void => {
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      // Growing moves the whole memory: by a quarter at least, so that many small steps stay cheap.
      memory.grow(
        Math.max(missing, Math.min(memory.buffer.byteLength >> 18, 65_536 - memory.buffer.byteLength / PAGE)),
      );
    } catch {
      throw new RangeError(
        `wasmHeap: memory must fit into 4 GiB and what the machine has free, got ${end} bytes`,
      );
    }
  };
  return {
    memory,
    moduleOf,
    allocate(bytes) {
      const pointer = top;
      reach(pointer + bytes);
      // Scratch may have lain here before.
      new Uint8Array(memory.buffer, pointer, bytes).fill(0);
      top = pointer + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
      return pointer;
    },
    reserved: () => top,
    scratch(bytes) {
      reach(top + bytes);
      return top;
    },
    floats: (pointer, length) => new Float32Array(memory.buffer, pointer, length),
    integers: (pointer, length) => new Int32Array(memory.buffer, pointer, length),
    bytes: (pointer, length) => new Uint8Array(memory.buffer, pointer, length),
    shorts: (pointer, length) => new Int16Array(memory.buffer, pointer, length),
    doubles: (pointer, length) => new Float64Array(memory.buffer, pointer, length),
    async instantiate<Exports>(base64: string) {
      const {instance} = await WebAssembly.instantiate(moduleOf(base64), {env: {memory}});
      return instance.exports as Exports;
    },
  };
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
