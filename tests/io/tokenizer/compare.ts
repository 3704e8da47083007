/** Our reader of tokenizer.json beside the Rust library's, through its native package. */
import {createRequire} from "node:module";
import {parseJsonObject} from "../../../src/lib/io/json-file.js";
import {parseTokenizer, TOKENIZER_LIMITS, type Tokenizer} from "../../../src/lib/io/tokenizer/tokenizer.js";

/** What of the native package is used. */
export interface NativeTokenizer {
  encode(text: string, pair: null, options: {addSpecialTokens: boolean}): Promise<{getIds(): number[]}>;
  decode(ids: number[], skipSpecial: boolean): Promise<string>;
}

/** The native package. */
export interface NativeModule {
  readonly Tokenizer: {fromString(json: string): NativeTokenizer};
}

/** The native package, or undefined on a machine that it has no build for. */
export function nativeTokenizers(): NativeModule | undefined {
  try {
    return createRequire(import.meta.url)("@anush008/tokenizers");
  } catch {
    return undefined;
  }
}

/** Our tokenizer of a tokenizer.json. */
export function ourTokenizer(json: string | Uint8Array): Tokenizer {
  const bytes = typeof json === "string" ? new TextEncoder().encode(json) : json;
  const place = {reader: "test", field: "tokenizer.json", limits: TOKENIZER_LIMITS};
  return parseTokenizer(parseJsonObject(bytes, place));
}

/** Where two tokenizers differ. */
export interface Difference {
  readonly what: "encode" | "decode";
  readonly input: string | readonly number[];
  readonly ours: unknown;
  readonly native: unknown;
}

/** Encodes a text with both. */
export async function compareEncoding(
  ours: Tokenizer,
  native: NativeTokenizer,
  text: string,
): Promise<Difference | undefined> {
  const want = await outcome(async () =>
    (await native.encode(text, null, {addSpecialTokens: true})).getIds(),
  );
  const got = await outcome(async () => ours.encode(text));
  return same(got, want) ? undefined : {what: "encode", input: text, ours: got, native: want};
}

/** Decodes ids with both. */
export async function compareDecoding(
  ours: Tokenizer,
  native: NativeTokenizer,
  ids: readonly number[],
  skipSpecial = false,
): Promise<Difference | undefined> {
  const want = await outcome(() => native.decode([...ids], skipSpecial));
  const got = await outcome(async () => ours.decode(ids, {skipSpecial}));
  return same(got, want) ? undefined : {what: "decode", input: ids, ours: got, native: want};
}

/** What a call gives; all errors are alike. */
async function outcome(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch {
    return "an error";
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
