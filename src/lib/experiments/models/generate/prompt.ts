/** The ids of a prompt and those that end an answer, as a model folder says. */
import {readConfig} from "../../../engine/read-config.js";
import {SIDE_FILE_LIMITS} from "../../../io/json-file.js";
import {type ModelFolder, readJson} from "../../../io/model-folder.js";
import type {Tokenizer} from "../../../io/tokenizer/assemble.js";
import {chatPrompt, type Message} from "../chat-template.js";
import {prescribedBeginning} from "../folder-tokenizer.js";

const READER = "generate";

/** A prompt, in a conversation or not. */
export interface Prompt {
  readonly prompt: string;
  readonly chat: "auto" | "never";
  readonly system: string;
}

/**
 * The ids of a prompt, in the folder's chat template where it has one, else after the prescribed begin token.
 * @throws RangeError if there are none, or a system text without a template; FormatError for a wrong file.
 */
export async function promptIds(
  folder: ModelFolder,
  tokenizer: Tokenizer,
  {prompt, chat, system}: Prompt,
): Promise<number[]> {
  const messages: Message[] = [{role: "user", content: prompt}];
  if (system !== "") messages.unshift({role: "system", content: system});
  const rendered = chat === "never" ? undefined : await chatPrompt(folder, messages);
  // A template writes the begin token itself.
  if (rendered !== undefined) return tokenizer.encode(rendered, {special: false});
  if (system !== "") throw new RangeError(`${READER}: system needs a chat template in the model folder`);
  const {prefix} = await prescribedBeginning(folder, tokenizer, READER);
  const ids = [...prefix, ...tokenizer.encode(prompt, {special: false})];
  if (ids.length === 0) throw new RangeError(`${READER}: prompt must have at least one token, got none`);
  return ids;
}

/** The ids that end a text: of generation_config.json or, where that has none, of config.json. */
export async function stopIds(folder: ModelFolder): Promise<ReadonlySet<number>> {
  const place = {reader: READER, limits: SIDE_FILE_LIMITS};
  const own = (await readJson(folder, "generation_config.json", place))?.get("eos_token_id") ?? null;
  const ids = own ?? (await readConfig(folder, READER)).get("eos_token_id") ?? [];
  return new Set([ids].flat().filter((id) => typeof id === "number"));
}
