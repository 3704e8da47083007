import {bytesSource} from "../io/byte-source.js";
import {FormatError} from "../io/format-error.js";
import type {ModelFolder} from "../io/model-folder.js";
import {openSafetensors, type Safetensors} from "../io/safetensors.js";
import {isJsonKind, sniff, wrongKind} from "../io/sniff.js";
import type {ByteSource} from "../technique/opened-file.js";
import {ggufConfig} from "./gguf/gguf-config.js";
import {openGgufFiles} from "./gguf/gguf-files.js";
import {ggufTensor} from "./gguf/gguf-tensor.js";
import {ggufTokenizer, ggufTokenizerConfig} from "./gguf/gguf-tokenizer.js";
import {embeddedFile, isOwnLayout} from "./packed/own-layout.js";

/**
 * The folder of a model as the engine reads it. A GGUF file, chosen or alone in a folder without safetensors, stands in it
 * as the config.json and the tokenizer.json that its metadata say; a file in our own layout of safetensors as those that it
 * holds; every other folder is given back as it is.
 * @throws FormatError with kind `several-models` where a folder holds several GGUF models and none is chosen, or
 *   `is-…` where the file that was chosen is of another kind.
 */
export async function modelFolder(folder: ModelFolder): Promise<ModelFolder> {
  const main = folder.main ?? (await onlyGguf(folder));
  if (main === undefined) return ownFolder(folder, await onlySafetensors(folder));
  const source = await folder.open(main);
  const kind = source && (await sniff(source));
  if (kind?.id === "gguf") return ggufFolder(folder, main);
  if (kind === undefined) return ownFolder(folder, main);
  if (isJsonKind(kind)) return folder;
  throw wrongKind("modelFolder", "a model folder, safetensors, an index of shards or GGUF", kind, main);
}

/** The GGUF file of a folder that holds no safetensors. */
async function onlyGguf(folder: ModelFolder): Promise<string | undefined> {
  const names = (await folder.names?.()) ?? [];
  const models = names.filter(
    (name) => /\.gguf$/.test(name) && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/.test(name),
  );
  if (models.length === 0 || names.some((name) => /\.safetensors(\.index\.json)?$/.test(name)))
    return undefined;
  if (models.length === 1) return models[0];
  throw new FormatError("modelFolder", {
    kind: "several-models",
    offset: null,
    field: "model folder",
    value: models.join(", "),
    allowed: "a folder with one GGUF model, or one of its files",
  });
}

/** The one safetensors file of a folder without a config.json: it may hold its own. */
async function onlySafetensors(folder: ModelFolder): Promise<string | undefined> {
  const names = (await folder.names?.()) ?? [];
  const models = names.filter((name) => /\.safetensors(\.index\.json)?$/.test(name));
  return models.length === 1 && /\.safetensors$/.test(models[0]) && !names.includes("config.json")
    ? models[0]
    : undefined;
}

/** Safetensors in our layout, with the files of the model that its metadata hold; any other folder as it is. */
async function ownFolder(folder: ModelFolder, main: string | undefined): Promise<ModelFolder> {
  const source = main === undefined ? undefined : await folder.open(main);
  if (main === undefined || source === undefined) return folder;
  let file: Safetensors;
  try {
    file = await openSafetensors(source);
  } catch (error) {
    // Whoever reads its tensors says what is wrong with it.
    if (error instanceof FormatError) return folder;
    throw error;
  }
  if (!isOwnLayout(file)) return folder;
  const open = async (name: string) => {
    if (name === main) return source;
    const text = embeddedFile(file, name);
    return text === undefined ? undefined : bytesSource(new TextEncoder().encode(text));
  };
  return {main, names: async () => [main], open};
}

function ggufFolder(folder: ModelFolder, main: string): ModelFolder {
  const opened = new Map<string, Promise<ByteSource | undefined>>();
  // One source for a file, so that its header is read once.
  const openOnce = (name: string) => {
    const source = opened.get(name) ?? folder.open(name);
    opened.set(name, source);
    return source;
  };
  const files: ModelFolder = {main, open: openOnce};
  const made: Readonly<Record<string, () => Promise<object | string | undefined>>> = {
    async "config.json"() {
      const {metadata, files: parts} = await openGgufFiles(files, main);
      const tensors = parts.flatMap((file) =>
        Array.from(file.tensors.values(), (each) => ggufTensor(file, each)),
      );
      return ggufConfig(metadata, new Map(tensors.map((tensor) => [tensor.name, tensor])));
    },
    "tokenizer.json": async () => ggufTokenizer((await openGgufFiles(files, main)).metadata),
    "tokenizer_config.json": async () => ggufTokenizerConfig((await openGgufFiles(files, main)).metadata),
    // What may lie beside it, of another model, says nothing about this file.
    "chat_template.jinja": async () => undefined,
  };
  return {
    main,
    ...(folder.names && {names: folder.names}),
    open: async (name) => (Object.hasOwn(made, name) ? jsonSource(await made[name]()) : openOnce(name)),
  };
}

/** @param value what the file says, or its text as it is */
function jsonSource(value: object | string | undefined): ByteSource | undefined {
  if (value === undefined) return undefined;
  return bytesSource(new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)));
}
