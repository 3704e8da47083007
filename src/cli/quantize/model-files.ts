/** The files that a model's path stands for, told apart from changed ones. */
import {readdir, stat} from "node:fs/promises";
import {basename, dirname, join} from "node:path";

/** A file by what changes when somebody writes it. */
export interface FileState {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Files of a folder that hold tensors or say how they are stored. */
const OF_A_MODEL =
  /\.(safetensors|gguf|index\.json)$|^(config|quantize_config|quant_config|hf_quant_config)\.json$/;

/**
 * The files that a path stands for, by name: all of a folder, of an index of shards and of a split GGUF file; else the file
 * itself and the config.json beside it.
 * @throws the error of Node if there is nothing at the path.
 */
export async function modelFiles(path: string): Promise<readonly FileState[]> {
  const folder = await modelFolderOf(path);
  const main = basename(path);
  const isWhole = folder === path || /\.json$|-\d{5}-of-\d{5}\.gguf$/.test(main);
  const names = (await readdir(folder)).filter((name) =>
    isWhole ? OF_A_MODEL.test(name) : name === main || name === "config.json",
  );
  return Promise.all(names.sort().map((name) => stateOf(folder, name)));
}

/** The folder of a model's files: the path itself, or the folder that a file is in. @throws the error of Node. */
export async function modelFolderOf(path: string): Promise<string> {
  return (await stat(path)).isDirectory() ? path : dirname(path);
}

/** One file. @throws the error of Node if there is none. */
export const fileState = (path: string): Promise<FileState> => stateOf(dirname(path), basename(path));

async function stateOf(folder: string, name: string): Promise<FileState> {
  const {size, mtimeMs} = await stat(join(folder, name));
  return {name, bytes: size, modified: mtimeMs};
}

/** The first file that is not as it was, in words; undefined if all are. */
export function changedFile(before: readonly FileState[], now: readonly FileState[]): string | undefined {
  const old = new Map(before.map((file) => [file.name, file]));
  const added = now.find(({name}) => !old.has(name));
  if (added !== undefined) return `${added.name} is new`;
  const names = new Set(now.map(({name}) => name));
  const gone = before.find(({name}) => !names.has(name));
  if (gone !== undefined) return `${gone.name} is gone`;
  const changed = now.find(({name, bytes, modified}) => {
    const was = old.get(name);
    return was?.bytes !== bytes || was.modified !== modified;
  });
  return changed && `${changed.name} has changed`;
}
