import type {ByteSource} from "./byte-source.js";
import {FormatError} from "./format-error.js";

/** A kind of file by its first bytes, and what to do with one that stands where another kind was asked for. */
export interface FileKind {
  /** A stable word to test for. */
  readonly id: string;
  /** The kind with its article: `a Git LFS pointer, not the file itself`. */
  readonly title: string;
  /** The way out, as a sentence without its full stop. */
  readonly cure: string;
}

interface Signature extends FileKind {
  readonly fits: (bytes: Uint8Array, text: string) => boolean;
}

/** Bytes that tell a kind from the others: as far as the mark of a tar archive. */
const SNIFFED_BYTES = 512;

const startsWith =
  (...first: readonly number[]) =>
  (bytes: Uint8Array) =>
    first.every((byte, i) => bytes[i] === byte);

const AGAIN = "Fetch the file again";
const CONVERT =
  "Take the safetensors of the same model, or convert it with the library that wrote it: a pickle can run code when it is opened, so it is not read here";
const UNPACK = "Unpack it first";

/** Kinds of files that stand where tensors were expected. The first that fits counts. */
const SIGNATURES: readonly Signature[] = [
  {
    id: "lfs-pointer",
    title: "a Git LFS pointer, not the file itself",
    cure: "Run git lfs pull in the repository, or download the file by its own link",
    fits: (_, text) => text.startsWith("version https://git-lfs.github.com/spec/"),
  },
  {
    id: "gguf",
    title: "a GGUF file",
    cure: "The commands quantize, eval and logits take it as it is; scripts open it with openGguf",
    fits: startsWith(0x47, 0x47, 0x55, 0x46),
  },
  {
    id: "ggml",
    title: "a GGML file from before GGUF",
    cure: "Convert it to GGUF with the tools of llama.cpp",
    fits: (_, text) => /^(lmgg|fmgg|tjgg|algg)/.test(text),
  },
  {
    id: "zip",
    title: "a zip archive: a PyTorch checkpoint (.bin, .pt, .pth) or an archive of files",
    cure: CONVERT,
    fits: startsWith(0x50, 0x4b, 0x03, 0x04),
  },
  {
    id: "pickle",
    title: "a Python pickle: an old PyTorch checkpoint",
    cure: CONVERT,
    fits: (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5,
  },
  {
    id: "html",
    title: "an HTML page: a site answered instead of the file",
    cure: "The download needs another link, or a login",
    fits: (_, text) => /^\s*<(!doctype html|html|head|body|\?xml|!--)/i.test(text),
  },
  {
    id: "index",
    title: "the index of a sharded checkpoint",
    cure: "Keep it beside its shards, and give the index or its folder",
    fits: (_, text) => /^\s*\{/.test(text) && /"(weight_map|total_size)"/.test(text),
  },
  {
    id: "json",
    title: "a JSON text",
    cure: "The tensors are in other files beside it: give the folder",
    fits: (_, text) => /^\s*\{\s*("|\})/.test(text),
  },
  {id: "gzip", title: "a gzip file", cure: UNPACK, fits: startsWith(0x1f, 0x8b)},
  {id: "zstd", title: "a Zstandard file", cure: UNPACK, fits: startsWith(0x28, 0xb5, 0x2f, 0xfd)},
  {id: "xz", title: "an xz file", cure: UNPACK, fits: startsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a)},
  {id: "bzip2", title: "a bzip2 file", cure: UNPACK, fits: (_, text) => /^BZh[1-9]1AY/.test(text)},
  {id: "tar", title: "a tar archive", cure: UNPACK, fits: (_, text) => text.slice(257, 262) === "ustar"},
  {id: "hdf5", title: "an HDF5 file", cure: CONVERT, fits: startsWith(0x89, 0x48, 0x44, 0x46)},
  {id: "numpy", title: "a NumPy array", cure: CONVERT, fits: startsWith(0x93, 0x4e, 0x55, 0x4d)},
  {
    id: "error-text",
    title: "a text: an error message of a server",
    cure: AGAIN,
    fits: (_, text) => /^(access to model|invalid username|entry not found|not found|error)/i.test(text),
  },
];

const EMPTY: FileKind = {id: "empty", title: "an empty file", cure: AGAIN};
const ZEROS: FileKind = {
  id: "zeros",
  title: "a file of zeros: a download that was begun and never filled",
  cure: AGAIN,
};

/** The kind of a file that does not hold safetensors, by its first bytes; undefined for one that is none of those known. */
export function fileKindOf(bytes: Uint8Array, size = bytes.length): FileKind | undefined {
  if (size === 0) return EMPTY;
  const first = bytes.subarray(0, SNIFFED_BYTES);
  // Latin-1: one character a byte, whatever the bytes are.
  const text = new TextDecoder("latin1").decode(first);
  const found = SIGNATURES.find(({fits}) => fits(first, text));
  if (found !== undefined) return {id: found.id, title: found.title, cure: found.cure};
  return first.length >= 16 && first.every((byte) => byte === 0) ? ZEROS : undefined;
}

/** Tells whether a kind is JSON: what a config, an index or a tokenizer is. */
export const isJsonKind = ({id}: FileKind): boolean => id === "json" || id === "index";

/** As {@link fileKindOf}, reading only the first bytes of a file. */
export async function sniff(source: ByteSource): Promise<FileKind | undefined> {
  return fileKindOf(await source.read(0, Math.min(SNIFFED_BYTES, source.size)), source.size);
}

/** The error of the public function `reader` about a file (`field`) of another kind than it reads. */
export function wrongKind(
  reader: string,
  wanted: string,
  {id, title, cure}: FileKind,
  field = "file",
): FormatError {
  return new FormatError(reader, {
    kind: `is-${id}`,
    offset: 0,
    field,
    value: title,
    allowed: wanted,
    cure,
  });
}
