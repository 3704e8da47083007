import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {fromByteCharacters} from "./byte-level.js";
import {asArray, asCharacter, asId, asString, growthLimit, makeComponent} from "./fields.js";
import {parsePattern, replaced} from "./pattern.js";

/** One step from tokens to text: tokens in, tokens out. */
type Step = (tokens: readonly string[]) => readonly string[];

const STEPS: Readonly<Record<string, (options: JsonObject, field: string) => Step>> = {
  ByteLevel: () => (tokens) => [fromByteCharacters(tokens)],
  ByteFallback: () => joinBytes,
  Fuse: () => (tokens) => [tokens.join("")],
  Replace(options, field) {
    const pattern = parsePattern(options.get("pattern"), `${field}.pattern`);
    const content = asString(options.get("content"), `${field}.content`);
    return (tokens) => {
      const grow = growthLimit(field, lengthOf(tokens));
      return tokens.map((token) => replaced(token, pattern, content, grow));
    };
  },
  Strip(options, field) {
    const content = asCharacter(options.get("content"), `${field}.content`);
    const start = asId(options.get("start"), `${field}.start`);
    const stop = asId(options.get("stop"), `${field}.stop`);
    return (tokens) => tokens.map((token) => strip(token, content, start, stop));
  },
  Metaspace(options, field) {
    const mark = asCharacter(options.get("replacement"), `${field}.replacement`);
    const first = options.get("prepend_scheme") === "never" ? mark : "";
    return (tokens) =>
      tokens.map((token, i) =>
        (i === 0 && token.startsWith(mark) ? token.replace(mark, first) : token).replaceAll(mark, " "),
      );
  },
  Sequence(options, field) {
    const steps = asArray(options.get("decoders"), `${field}.decoders`).map((step) =>
      makeComponent(step, field, STEPS),
    );
    return (tokens) =>
      steps.reduce((decoded, step) => {
        const made = step(decoded);
        growthLimit(field, lengthOf(tokens))(lengthOf(made));
        return made;
      }, tokens);
  },
};

const lengthOf = (tokens: readonly string[]) => tokens.reduce((sum, {length}) => sum + length, 0);

/** The `decoder` of tokenizer.json; null puts a space between tokens. */
export function parseDecoder(value: Json | undefined): (tokens: readonly string[]) => string {
  if (value === null || value === undefined) return (tokens) => tokens.join(" ");
  const step = makeComponent(value, "decoder", STEPS);
  return (tokens) => step(tokens).join("");
}

/** Tokens that are bytes, <0x00> to <0xFF>, become text where a run of them is UTF-8, else U+FFFD for each. */
function joinBytes(tokens: readonly string[]): readonly string[] {
  const joined: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) joined.push(decodeRun(Uint8Array.from(bytes)));
    bytes = [];
  };
  for (const token of tokens) {
    const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
    if (hex !== undefined) {
      bytes.push(Number.parseInt(hex, 16));
      continue;
    }
    flush();
    joined.push(token);
  }
  flush();
  return joined;
}

function decodeRun(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return "\ufffd".repeat(bytes.length);
  }
}

function strip(token: string, content: string, start: number, stop: number): string {
  let [from, to] = [0, token.length];
  while (from < start && token.startsWith(content, from)) from += content.length;
  while (token.length - to < stop && to - content.length >= from && token.endsWith(content))
    to -= content.length;
  return token.slice(from, to);
}
