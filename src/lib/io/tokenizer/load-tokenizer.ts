import type {JsonObject} from "../json-file.js";
import {assembleTokenizer, needsFurther, type Tokenizer} from "./assemble.js";

/**
 * The tokenizer that `parseTokenizer` gives, for a page: the parts that few tokenizers have are loaded when one has them.
 * @throws FormatError with kind `bad-value` or `unsupported`, naming the field.
 */
export async function loadTokenizer(json: JsonObject): Promise<Tokenizer> {
  const further = needsFurther(json) ? (await import("./further.js")).FURTHER_PARTS : NONE;
  return assembleTokenizer(json, further);
}

const NONE = {models: {}, normalizers: {}};
