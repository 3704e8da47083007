/** The prompt of a conversation, as the template that comes with a model writes it. */
import {FormatError} from "../../io/format-error.js";
import {type JsonObject, SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {type ModelFolder, readJson} from "../../io/model-folder.js";
import type {Json} from "../../io/strict-json.js";

/** One turn of a conversation. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

const READER = "chatPrompt";
const MOST_TEMPLATE_BYTES = 2 ** 20;

/**
 * The text of a conversation up to where the answer begins, or undefined for a folder without a template.
 * @throws FormatError if the template cannot be read or rendered.
 */
export async function chatPrompt(
  folder: ModelFolder,
  messages: readonly Message[],
): Promise<string | undefined> {
  const settings = await readJson(folder, "tokenizer_config.json", {
    reader: READER,
    limits: SIDE_FILE_LIMITS,
  });
  const source = (await templateFile(folder)) ?? templateOf(settings?.get("chat_template"));
  if (source === undefined) return undefined;
  const special = (name: string) => contentOf(settings?.get(name));
  const values = {
    messages,
    add_generation_prompt: true,
    bos_token: special("bos_token"),
    eos_token: special("eos_token"),
  };
  return render(source, values);
}

async function templateFile(folder: ModelFolder): Promise<string | undefined> {
  const file = await folder.open("chat_template.jinja");
  if (file === undefined) return undefined;
  if (file.size > MOST_TEMPLATE_BYTES) throw problem(file.size, `at most ${MOST_TEMPLATE_BYTES} bytes`);
  return new TextDecoder().decode(await file.read(0, file.size));
}

/** A template, or the one called default of several with names. */
function templateOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  const named = Array.isArray(value) ? value.filter((each): each is JsonObject => each instanceof Map) : [];
  const template = named.find((each) => each.get("name") === "default")?.get("template");
  if (typeof template === "string") return template;
  throw problem(value, "a text, or a list with one called default");
}

/** A special token, alone or with its options. */
function contentOf(value: Json | undefined): string {
  const content = value instanceof Map ? value.get("content") : value;
  return typeof content === "string" ? content : "";
}

async function render(source: string, values: Record<string, unknown>): Promise<string> {
  const {Template} = await import("@huggingface/jinja");
  try {
    return new Template(source).render(values);
  } catch (error) {
    throw problem((error as Error).message, "one that can be rendered");
  }
}

function problem(value: unknown, allowed: string): FormatError {
  return new FormatError(READER, {
    kind: "bad-template",
    offset: null,
    field: "chat template",
    value,
    allowed,
  });
}
