/** The tokenizer of a model folder, and what the folder says of the tokens around a text. */
import {beginTokenIn} from "../../architectures/read-model.js";
import {readConfig} from "../../engine/read-config.js";
import {FormatError} from "../../io/format-error.js";
import {SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {type ModelFolder, readJson} from "../../io/model-folder.js";
import {TOKENIZER_LIMITS, type Tokenizer} from "../../io/tokenizer/assemble.js";
import {loadTokenizer} from "../../io/tokenizer/load-tokenizer.js";

const FILE = "tokenizer.json";

/**
 * The tokenizer of a folder, of a JSON file chosen in it, or of a GGUF file.
 * @throws FormatError naming what is missing or wrong.
 */
export async function openTokenizer(folder: ModelFolder, reader: string): Promise<Tokenizer> {
  const name = folder.main?.endsWith(".json") && !folder.main.endsWith(".index.json") ? folder.main : FILE;
  const json = await readJson(folder, name, {reader, limits: TOKENIZER_LIMITS});
  if (json !== undefined) return loadTokenizer(json);
  throw new FormatError(reader, {
    kind: "missing-file",
    offset: null,
    field: "model folder",
    value: "none",
    allowed: `a folder with ${FILE}`,
  });
}

/** Tokens that a text begins with, and the file that says so. */
export interface Beginning {
  readonly prefix: readonly number[];
  readonly by: string;
}

/**
 * The tokens that tokenizer.json puts before a text; where it says nothing and tokenizer_config.json does not forbid it, the begin
 * token of config.json.
 */
export async function prescribedBeginning(
  folder: ModelFolder,
  {prefix}: Tokenizer,
  reader: string,
): Promise<Beginning> {
  if (prefix.length > 0) return {prefix, by: FILE};
  const settings = await readJson(folder, "tokenizer_config.json", {reader, limits: SIDE_FILE_LIMITS});
  const id = beginTokenIn(await readConfig(folder, reader), reader);
  return settings?.get("add_bos_token") === false || id === null
    ? {prefix: [], by: ""}
    : {prefix: [id], by: "config.json"};
}
