import type {ModelFolder} from "../technique/opened-file.js";
import {blobSource} from "./byte-source.js";
import {FormatError} from "./format-error.js";
import {type JsonObject, type JsonPlace, parseJsonObject} from "./json-file.js";

export type {ModelFolder};

/** Files that a reader of a page picked or dropped, found by their names. */
export function blobFolder(files: Iterable<File>): ModelFolder {
  const byName = new Map(Array.from(files, (file) => [file.name, file]));
  // One file is the one that is meant, whatever it is called; of several, an index or the first part of a split one.
  const chosen = byName.size === 1 ? [...byName.keys()][0] : undefined;
  return {
    ...(chosen !== undefined && {main: chosen}),
    names: async () => [...byName.keys()],
    async open(name) {
      const file = byName.get(name);
      return file && blobSource(file);
    },
  };
}

/** JSON beside a checkpoint is small; anything larger is not what it claims to be. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

/**
 * Reads a JSON object from a folder, or undefined if the folder has no such file.
 * @throws FormatError with kind `too-large` or one of {@link parseJsonObject}'s.
 */
export async function readJson(
  folder: ModelFolder,
  name: string,
  {reader, limits}: Pick<JsonPlace, "reader" | "limits">,
): Promise<JsonObject | undefined> {
  const source = await folder.open(name);
  if (source === undefined) return undefined;
  if (source.size > MAX_JSON_BYTES) {
    const allowed = `at most ${MAX_JSON_BYTES} bytes`;
    throw new FormatError(reader, {
      kind: "too-large",
      offset: null,
      field: `size of ${name}`,
      value: source.size,
      allowed,
    });
  }
  return parseJsonObject(await source.read(0, source.size), {reader, field: name, limits});
}
