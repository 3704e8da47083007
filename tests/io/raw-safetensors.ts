/** Files of tensors that are made byte by byte, to be read by tests. */
import {bytesSource} from "../../src/lib/io/byte-source.js";
import {FormatError} from "../../src/lib/io/format-error.js";
import {openSafetensors} from "../../src/lib/io/safetensors.js";

/** A file from a header as text or object and so many data bytes, with no rule enforced. */
export function rawFile(
  header: string | Uint8Array | object,
  dataBytes = 0,
  headerLength?: bigint,
): Uint8Array {
  const text = header instanceof Uint8Array || typeof header === "string" ? header : JSON.stringify(header);
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const file = new Uint8Array(8 + bytes.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, headerLength ?? BigInt(bytes.length), true);
  file.set(bytes, 8);
  return file;
}

export const open = (bytes: Uint8Array) => openSafetensors(bytesSource(bytes));
/** An entry of a header, whatever it says. */
export const entry = (dtype: string, shape: unknown, begin: unknown, end: unknown) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

/** The error with which a file is refused. */
export async function problemOf(bytes: Uint8Array): Promise<FormatError> {
  try {
    await open(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}
