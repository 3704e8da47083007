import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {byteCharacterValues, fromByteCharacters, toByteCharacters} from "./byte-level.js";
import {
  asArray,
  asCharacter,
  asFlag,
  asId,
  asObject,
  asString,
  growthLimit,
  type Makers,
  makeComponent,
} from "./fields.js";
import {joinBytes} from "./join-bytes.js";
import {parseMark} from "./metaspace.js";
import {parsePattern, replaced} from "./pattern/text-pattern.js";

/** One step from tokens to text: tokens in, tokens out. */
type Step = (tokens: readonly string[]) => readonly string[];

/** The way from tokens to a text. */
export interface Decoder {
  decode(tokens: readonly string[]): string;
  /** A text as the decoder takes it: where tokens spell bytes, the characters of its bytes. */
  spell(text: string): string;
  /** Bytes that a token adds to a text that has begun. */
  bytes(token: string): Uint8Array;
}

const STEPS: Makers<Step> = {
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
    const {mark, scheme} = parseMark(options, field);
    return (tokens) =>
      tokens.map((token, i) => token.replaceAll(mark, i === 0 && scheme !== "never" ? "" : " "));
  },
  WordPiece(options, field) {
    const prefix = asString(options.get("prefix") ?? "##", `${field}.prefix`);
    const cleanup = asFlag(options.get("cleanup"), `${field}.cleanup`, true);
    return (tokens) =>
      tokens.map((token, i) => {
        const within = i > 0 && token.startsWith(prefix);
        const spaced = within ? token.slice(prefix.length) : i > 0 ? ` ${token}` : token;
        return cleanup ? cleanedUp(spaced) : spaced;
      });
  },
  BPEDecoder(options, field) {
    const suffix = asString(options.get("suffix") ?? "</w>", `${field}.suffix`);
    return (tokens) =>
      suffix === ""
        ? tokens
        : tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? "" : " "));
  },
  CTC(options, field) {
    const pad = asString(options.get("pad_token") ?? "<pad>", `${field}.pad_token`);
    const space = asString(options.get("word_delimiter_token") ?? "|", `${field}.word_delimiter_token`);
    const cleanup = asFlag(options.get("cleanup"), `${field}.cleanup`, true);
    const drop = (text: string, part: string, by: string) => (part === "" ? text : text.replaceAll(part, by));
    return (tokens) => {
      const grow = growthLimit(field, lengthOf(tokens));
      return tokens
        .filter((token, i) => token !== tokens[i - 1])
        .map((token) => {
          const text = drop(token, pad, "");
          const made = cleanup ? drop(cleanedUp(text), space, " ") : text;
          grow(made.length);
          return made;
        });
    };
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
export function parseDecoder(value: Json | undefined): Decoder {
  if (value === null || value === undefined) {
    const decode = (tokens: readonly string[]) => tokens.join(" ");
    return {decode, spell: (text) => text, bytes: (token) => addedBytes(token, decode)};
  }
  const step = makeComponent(value, "decoder", STEPS);
  const options = asObject(value, "decoder");
  const decode = (tokens: readonly string[]) => step(tokens).join("");
  if (hasStep(options, "ByteLevel")) return {decode, spell: toByteCharacters, bytes: byteCharacterValues};
  const fallback = hasStep(options, "ByteFallback") ? byteOf : () => undefined;
  return {decode, spell: (text) => text, bytes: (token) => fallback(token) ?? addedBytes(token, decode)};
}

function hasStep(options: JsonObject, type: string): boolean {
  const steps = options.get("decoders");
  if (!Array.isArray(steps)) return options.get("type") === type;
  return steps.some((step) => step instanceof Map && hasStep(step, type));
}

/** The byte of a token <0x00> to <0xFF>. */
function byteOf(token: string): Uint8Array | undefined {
  const digits = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return digits === undefined ? undefined : Uint8Array.of(Number.parseInt(digits, 16));
}

/** UTF-8 of the text that a token adds after another one. */
function addedBytes(token: string, decode: (tokens: readonly string[]) => string): Uint8Array {
  const [before, after] = [decode(["a"]), decode(["a", token])];
  return new TextEncoder().encode(after.slice(before.length));
}

function strip(token: string, content: string, start: number, stop: number): string {
  let [from, to] = [0, token.length];
  for (let n = 0; n < start && token.startsWith(content, from); n++) from += content.length;
  for (let n = 0; n < stop && to - content.length >= from && token.endsWith(content, to); n++)
    to -= content.length;
  return token.slice(from, to);
}

/** Marks of punctuation and endings of English words without the space before them. */
const CLEANED: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function cleanedUp(text: string): string {
  return CLEANED.reduce((clean, [from, to]) => clean.replaceAll(from, to), text);
}
