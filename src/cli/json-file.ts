/** Small JSON files that a call names. */
import {readFile} from "node:fs/promises";

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
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`${command}: ${file} could not be read: ${(error as Error).message}`);
  }
}
