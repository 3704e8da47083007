import {createRequire} from "node:module";
import {dirname, join} from "node:path";

/** ggml's native functions for one of its formats, for whole rows. */
export interface GgmlFormat {
  /** Packs x, rows of `columns` values, without an importance matrix. The bytes are overwritten by the next call. */
  encode(x: Float32Array, columns: number): Uint8Array;
  /** The values of packed bytes. The array is overwritten by the next call. */
  decode(packed: Uint8Array, values: number): Float32Array;
}

/** Numbers of ggml's types. */
const TYPES = {
  q4_0: 2,
  q4_1: 3,
  q5_0: 6,
  q5_1: 7,
  q8_0: 8,
  q2_K: 10,
  q3_K: 11,
  q4_K: 12,
  q5_K: 13,
  q6_K: 14,
  iq4_nl: 20,
  iq4_xs: 23,
  tq1_0: 34,
  tq2_0: 35,
  mxfp4: 39,
  nvfp4: 40,
} as const;

export type GgmlName = keyof typeof TYPES;

/** ggml's library itself, or null where there is none for this machine. */
export function ggmlLibrary() {
  opened ??= loadLibrary();
  return opened;
}

/** Opened once: the library does not stand being loaded again. */
let opened: ReturnType<typeof loadLibrary> | undefined;

async function loadLibrary() {
  const path = libraryPath();
  if (path === null) return null;
  const {default: koffi} = await import("koffi");
  return koffi.load(path);
}

/** The formats of the library, or null where there is none for this machine. */
export async function openGgml(): Promise<((name: GgmlName) => GgmlFormat) | null> {
  const library = await ggmlLibrary();
  if (library === null) return null;
  const init = library.func("void ggml_quantize_init(int type)");
  const quantize = library.func(
    "size_t ggml_quantize_chunk(int, const float*, void*, int64_t start, int64_t rows, int64_t columns, const float*)",
  );
  return (name) => {
    const dequantize = library.func(`void dequantize_row_${name}(const void*, float*, int64_t)`);
    init(TYPES[name]);
    let bytes = new Uint8Array(0);
    let floats = new Float32Array(0);
    return {
      encode(x, columns) {
        // No format here takes more than 9 bits a value.
        if (bytes.length < 2 * x.length) bytes = new Uint8Array(2 * x.length);
        const used = quantize(TYPES[name], x, bytes, 0, x.length / columns, columns, null);
        return bytes.subarray(0, Number(used));
      },
      decode(packed, values) {
        if (floats.length < values) floats = new Float32Array(values);
        dequantize(packed, floats, values);
        return floats.subarray(0, values);
      },
    };
  };
}

function libraryPath(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve("@node-llama-cpp/linux-x64");
    return join(dirname(entry), "..", "bins", "linux-x64", "libggml-base.so");
  } catch {
    return null;
  }
}
