/** A reader's own text as a model folder's tokenizer cuts it, in windows that begin as the model expects. */

import {readConfig} from "../../engine/read-config.js";
import type {ByteSource} from "../../io/byte-source.js";
import {SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {type ModelFolder, readJson} from "../../io/model-folder.js";
import {TOKENIZER_LIMITS, type Tokenizer} from "../../io/tokenizer/assemble.js";
import {loadTokenizer} from "../../io/tokenizer/load-tokenizer.js";

const READER = "evaluate";

/** Tokens of a text and what every window of it begins with. */
export interface OwnText {
  readonly ids: readonly number[];
  /** Often the begin token alone; none where nothing is prescribed. */
  readonly prefix: readonly number[];
  /** The prefix and the file that prescribes it, in words. */
  readonly beginning: string;
}

/**
 * Reads a text with the tokenizer of a model folder.
 * @param bos whether windows begin with the tokens that the folder prescribes
 * @throws RangeError without a tokenizer.json, or if the begin token is none of the model's; FormatError for a wrong file.
 */
export async function readOwnText(
  text: ByteSource,
  folder: ModelFolder,
  {bos, vocabSize}: {readonly bos: "prescribed" | "none"; readonly vocabSize: number},
): Promise<OwnText> {
  const json = await readJson(folder, "tokenizer.json", {reader: READER, limits: TOKENIZER_LIMITS});
  if (json === undefined) throw new RangeError(`${READER}: text needs a tokenizer.json in the model folder`);
  const tokenizer = await loadTokenizer(json);
  const bytes = await text.read(0, text.size);
  const ids = tokenizer.encode(new TextDecoder().decode(bytes), {special: false});
  if (bos === "none") return {ids, prefix: [], beginning: "none, as asked for"};
  const {prefix, by} = await prescribed(folder, tokenizer);
  const wrong = prefix.find((id) => id >= vocabSize);
  if (wrong !== undefined) {
    throw new RangeError(
      `${READER}: the begin token of ${by} must be an id below ${vocabSize}, got ${wrong}`,
    );
  }
  const names = prefix.map((id) => tokenizer.token(id) ?? id).join(" ");
  return {ids, prefix, beginning: prefix.length === 0 ? "none is prescribed" : `${names}, by ${by}`};
}

/**
 * What tokenizer.json puts before a text; where it says nothing and tokenizer_config.json does not forbid it, the begin
 * token of config.json.
 */
async function prescribed(
  folder: ModelFolder,
  {prefix}: Tokenizer,
): Promise<{readonly prefix: readonly number[]; readonly by: string}> {
  if (prefix.length > 0) return {prefix, by: "tokenizer.json"};
  const place = {reader: READER, limits: SIDE_FILE_LIMITS};
  const settings = await readJson(folder, "tokenizer_config.json", place);
  const id = (await readConfig(folder, READER)).get("bos_token_id");
  const isId = typeof id === "number" && Number.isInteger(id) && id >= 0;
  return settings?.get("add_bos_token") === false || !isId
    ? {prefix: [], by: ""}
    : {prefix: [id], by: "config.json"};
}
