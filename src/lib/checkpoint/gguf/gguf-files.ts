import type {ByteSource} from "../../io/byte-source.js";
import {FormatError} from "../../io/format-error.js";
import {type Gguf, openGguf} from "../../io/gguf/gguf.js";
import type {GgufValue} from "../../io/gguf/value.js";
import type {ModelFolder} from "../../io/model-folder.js";

/** A model in one GGUF file or in several that were split. */
export interface GgufFiles {
  /** Of the first file, which alone says all of the model. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** In the order of their numbers. */
  readonly files: readonly Gguf[];
}

/** Headers by their files: a model is asked for its config, its tokenizer and its tensors, and read once. */
const opened = new WeakMap<ByteSource, Promise<Gguf>>();

function openOnce(source: ByteSource): Promise<Gguf> {
  const known = opened.get(source) ?? openGguf(source);
  opened.set(source, known);
  return known;
}

/** Most parts of a split file: as many as its five digits and two bytes allow. */
const MOST_PARTS = 65_535;
const PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

/**
 * Opens a GGUF file of a folder, and with any part of a split one all the others.
 * @throws FormatError with kind `missing-file` or `bad-split`, or as {@link openGguf}.
 */
export async function openGgufFiles(folder: ModelFolder, name: string): Promise<GgufFiles> {
  const named = await openPart(folder, name);
  const count = integer(named, "split.count") ?? 1;
  if (count <= 1) return {metadata: named.metadata, files: [named]};
  const [, stem] = PART.exec(name) ?? [];
  if (stem === undefined || count > MOST_PARTS)
    throw badSplit(name, count, `a name such as model-00001-of-0000${Math.min(count, 9)}.gguf`);
  const files: Gguf[] = [];
  for (let number = 0; number < count; number++) {
    const part = `${stem}-${digits(number + 1)}-of-${digits(count)}.gguf`;
    files.push(checked(await openPart(folder, part), part, number, count));
  }
  checkTogether(files, name);
  return {metadata: files[0].metadata, files};
}

const digits = (number: number) => String(number).padStart(5, "0");

async function openPart(folder: ModelFolder, name: string): Promise<Gguf> {
  const source = await folder.open(name);
  if (source !== undefined) return openOnce(source);
  throw problem(
    "missing-file",
    "model folder",
    `no ${name}`,
    "a folder with every part of the split GGUF file",
  );
}

function checked(file: Gguf, name: string, number: number, count: number): Gguf {
  const [no, of] = [integer(file, "split.no"), integer(file, "split.count")];
  if (no === number && of === count) return file;
  throw badSplit(name, `part ${no} of ${of}`, `part ${number} of ${count}, counted from 0`);
}

function checkTogether(files: readonly Gguf[], name: string): void {
  const names = files.flatMap(({tensors}) => [...tensors.keys()]);
  const stated = integer(files[0], "split.tensors.count");
  if (stated !== undefined && stated !== names.length) {
    throw badSplit(name, `${names.length} tensors`, `${stated} tensors by split.tensors.count`);
  }
  const seen = new Set<string>();
  for (const each of names) {
    if (seen.has(each)) throw problem("duplicate-name", `tensor "${each}"`, "two of it", "in one part alone");
    seen.add(each);
  }
}

function integer({metadata}: Gguf, key: string): number | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "number" ? value : undefined;
}

const badSplit = (name: string, value: unknown, allowed: string) =>
  problem("bad-split", name, value, allowed);

function problem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("openGgufFiles", {kind, offset: null, field, value, allowed});
}
