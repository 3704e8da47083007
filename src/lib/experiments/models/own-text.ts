/** A reader's own text as a model folder's tokenizer cuts it, in windows that begin as the model expects. */

import type {ByteSource} from "../../io/byte-source.js";
import type {ModelFolder} from "../../io/model-folder.js";
import {openTokenizer, prescribedBeginning} from "./folder-tokenizer.js";

/** Tokens of a text and what every window of it begins with. */
export interface OwnText {
  readonly ids: readonly number[];
  /** Often the begin token alone; none where nothing is prescribed. */
  readonly prefix: readonly number[];
  /** The prefix and the file that prescribes it, in words. */
  readonly beginning: string;
}

/** Options of {@link readOwnText}. */
export interface OwnTextOptions {
  /** Whether windows begin with the tokens that the folder prescribes. */
  readonly bos: "prescribed" | "none";
  readonly vocabSize: number;
  /** The name that errors carry. */
  readonly reader?: string;
}

/**
 * Reads a text with the tokenizer of a model folder.
 * @throws RangeError without a tokenizer.json, or if the begin token is none of the model's; FormatError for a wrong file.
 */
export async function readOwnText(
  text: ByteSource,
  folder: ModelFolder,
  {bos, vocabSize, reader = "evaluate"}: OwnTextOptions,
): Promise<OwnText> {
  if ((await folder.open("tokenizer.json")) === undefined)
    throw new RangeError(`${reader}: text needs a tokenizer.json in the model folder`);
  const tokenizer = await openTokenizer(folder, reader);
  const bytes = await text.read(0, text.size);
  const ids = tokenizer.encode(new TextDecoder().decode(bytes), {special: false});
  if (bos === "none") return {ids, prefix: [], beginning: "none, as asked for"};
  const {prefix, by} = await prescribedBeginning(folder, tokenizer, reader);
  const wrong = prefix.find((id) => id >= vocabSize);
  if (wrong !== undefined) {
    throw new RangeError(
      `${reader}: the begin token of ${by} must be an id below ${vocabSize}, got ${wrong}`,
    );
  }
  const names = prefix.map((id) => tokenizer.token(id) ?? id).join(" ");
  return {ids, prefix, beginning: prefix.length === 0 ? "none is prescribed" : `${names}, by ${by}`};
}
