import type {ByteSource, ModelFolder} from "../technique/opened-file.js";
import {blobSource} from "./byte-source.js";
import {FormatError} from "./format-error.js";
import {type JsonObject, type JsonPlace, parseJsonObject} from "./json-file.js";
import {fileKindOf, isJsonKind, wrongKind} from "./sniff.js";

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

/** A folder that holds one file, which is the one chosen. */
export function oneFileFolder(main: string, source: ByteSource): ModelFolder {
  return {main, names: async () => [main], open: async (name) => (name === main ? source : undefined)};
}

/** JSON beside a checkpoint is small; anything larger is not what it claims to be. */
const MAX_JSON_BYTES = 64 * 2 ** 20;

/**
 * Reads a JSON object from a folder, or undefined if the folder has no such file.
 * @throws FormatError with kind `too-large`, `is-…` for another kind of file, or one of {@link parseJsonObject}'s.
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
  const bytes = await source.read(0, source.size);
  const kind = fileKindOf(bytes);
  if (kind !== undefined && !isJsonKind(kind)) throw wrongKind(reader, "a JSON object", kind, name);
  return parseJsonObject(bytes, {reader, field: name, limits});
}
