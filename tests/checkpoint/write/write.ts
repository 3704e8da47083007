import type {Container} from "../../../src/lib/checkpoint/container.js";
import type {ImportanceMatrix} from "../../../src/lib/checkpoint/importance/importance.js";
import {type Asked, checkpointFile} from "../../../src/lib/checkpoint/write/checkpoint-file.js";
import type {CheckpointFile} from "../../../src/lib/checkpoint/write/written.js";
import type {ModelFolder} from "../../../src/lib/io/model-folder.js";
import {folderOf} from "../folder.js";

/** A file that was written, and the folder that holds it alone. */
export interface WrittenCheckpoint extends Omit<CheckpointFile, "pieces"> {
  readonly bytes: Uint8Array;
  readonly folder: ModelFolder;
}

/** Writes a checkpoint into memory. */
export async function write(
  folder: ModelFolder,
  container: Container,
  asked: Asked,
  importance: ImportanceMatrix | null = null,
): Promise<WrittenCheckpoint> {
  const {pieces, ...rest} = await checkpointFile(folder, container, asked, {importance});
  const all: Uint8Array[] = [];
  for await (const piece of pieces()) all.push(piece);
  const bytes = new Uint8Array(Buffer.concat(all));
  const name = `model.${container}`;
  return {...rest, bytes, folder: folderOf({[name]: bytes}, name)};
}
