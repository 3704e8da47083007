import {readFile, writeFile} from "node:fs/promises";
import {gzipSync} from "node:zlib";
import {bytePlanes} from "../src/lib/io/byte-planes.js";
import {isGzip} from "../src/lib/io/gzip.js";

/** Makes the tensor files of a site smaller, without loss: compressed with equal bytes of numbers side by side. The worker that loads them undoes it. */
export async function packTensors(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const bytes = await readFile(file);
    if (!isGzip(bytes)) await writeFile(file, gzipSync(bytePlanes(bytes), {level: 9}));
  }
}
