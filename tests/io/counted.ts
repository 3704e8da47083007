import type {ByteSource} from "../../src/lib/io/byte-source.js";

/** A source that counts what is read of it. */
export function counted(source: ByteSource): ByteSource & {bytes(): number; reads(): number} {
  let [bytes, reads] = [0, 0];
  return {
    size: source.size,
    read(offset, length) {
      bytes += length;
      reads++;
      return source.read(offset, length);
    },
    bytes: () => bytes,
    reads: () => reads,
  };
}
