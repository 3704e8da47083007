/** Small JSON files that a call names. */
import {createReadStream} from "node:fs";

/** Bytes that such a file may have: the largest golden files, and far more than any configuration. */
const MOST_BYTES = 2 ** 28;

/**
 * The value of a JSON file.
 * @throws Error naming the command and the file if it cannot be read or is no JSON.
 */
export async function readJson(command: string, file: string): Promise<unknown> {
  const text = await readText(command, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${command}: ${file} must be JSON: ${(error as Error).message}`);
  }
}

/** Result of `read` on the content of a file. @throws Error that begins with the command and the file. */
export function inFile<T>(command: string, file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${command}: ${file}: ${(error as Error).message}`);
  }
}

/** The text of a file. @throws Error naming the command and the file if it cannot be read. */
export async function readText(command: string, file: string): Promise<string> {
  try {
    return await boundedText(file);
  } catch (error) {
    throw new Error(`${command}: ${file} could not be read: ${(error as Error).message}`);
  }
}

/** The text of a file, or of a pipe or a device: those have no size beforehand, and maybe no end. */
async function boundedText(file: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of createReadStream(file) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_BYTES) throw new RangeError(`it must have at most ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
