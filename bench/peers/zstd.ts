/** A general compressor with its name: zstd through the system's library, or Brotli of Node where there is none. */
import {brotliCompressSync, brotliDecompressSync, constants} from "node:zlib";

/** Bytes that are compressed, and back. */
export interface Compressor {
  readonly name: string;
  compress(bytes: Uint8Array): Uint8Array;
  expand(packed: Uint8Array, length: number): Uint8Array;
}

const LEVEL = 3;

/** zstd where this machine has its library, else Brotli. */
export async function generalCompressor(): Promise<Compressor> {
  try {
    const {default: koffi} = await import("koffi");
    const library = koffi.load("libzstd.so.1");
    const bound = library.func("size_t ZSTD_compressBound(size_t)");
    const compress = library.func("size_t ZSTD_compress(void*, size_t, const void*, size_t, int level)");
    const expand = library.func("size_t ZSTD_decompress(void*, size_t, const void*, size_t)");
    let into = new Uint8Array(0);
    return {
      name: `zstd, level ${LEVEL}, native`,
      compress(bytes) {
        const packed = new Uint8Array(Number(bound(bytes.length)));
        return packed.subarray(0, Number(compress(packed, packed.length, bytes, bytes.length, LEVEL)));
      },
      expand(packed, length) {
        if (into.length !== length) into = new Uint8Array(length);
        expand(into, length, packed, packed.length);
        return into;
      },
    };
  } catch {
    return brotli;
  }
}

const brotli: Compressor = {
  name: "Brotli of Node, quality 5",
  compress: (bytes) => brotliCompressSync(bytes, {params: {[constants.BROTLI_PARAM_QUALITY]: 5}}),
  expand: (packed) => brotliDecompressSync(packed),
};
