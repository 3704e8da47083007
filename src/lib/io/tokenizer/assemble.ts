import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {type AddedToken, addedTokenSplitter, type Piece, parseAddedTokens} from "./added-tokens.js";
import {parseBpe} from "./bpe.js";
import {parseDecoder} from "./decode.js";
import {asObject, type Makers, makeComponent, tokenizerProblem, wellFormed} from "./fields.js";
import type {FurtherParts} from "./further.js";
import {NORMALIZERS, type Normalizer, parseNormalizer} from "./normalize.js";
import {type PostProcessor, parsePostProcessor} from "./post-process.js";
import {type PreTokenizer, parsePreTokenizer} from "./pre-tokenize.js";
import type {TokenModel} from "./vocabulary.js";
import {parseWordLevel} from "./word-level.js";

/** Caps for tokenizer.json: the largest published ones hold about 300,000 entries and as many merges. */
export const TOKENIZER_LIMITS = {maxDepth: 16, maxValues: 8_000_000, maxString: 65_536};

/** Text to token ids and back. */
export interface Tokenizer {
  /** One above the largest id. */
  readonly size: number;
  /** The ids that `decode` can leave out, such as the begin token. */
  readonly specialIds: ReadonlySet<number>;
  /** The ids that it puts before every text, such as the begin token; often none. */
  readonly prefix: readonly number[];
  /** The ids of a text; `special` (by default true) puts the tokens around it that the model was trained with. */
  encode(text: string, options?: {readonly special?: boolean}): number[];
  /** The entry of an id as the vocabulary spells it, or undefined for an id without one. */
  token(id: number): string | undefined;
  /** The bytes that an id adds to a text that has begun; undefined for a special id and for one without an entry. */
  bytes(id: number): Uint8Array | undefined;
  /** The text of ids. Ids without an entry are left out, special ones too if `skipSpecial`. */
  decode(ids: Iterable<number>, options?: {readonly skipSpecial?: boolean}): string;
}

/** The parts that every page has loaded. */
const MODELS: Makers<TokenModel> = {BPE: parseBpe, WordLevel: parseWordLevel};

/**
 * A tokenizer of the parts that tokenizer.json names.
 * @param further makers of parts that are not loaded everywhere
 * @throws FormatError with kind `bad-value` or `unsupported`, naming the field.
 */
export function assembleTokenizer(json: JsonObject, {models, normalizers}: FurtherParts): Tokenizer {
  const model = parseModel(json.get("model"), {...MODELS, ...models});
  const added = parseAddedTokens(json.get("added_tokens"));
  const normalize = parseNormalizer(json.get("normalizer"), normalizers);
  const pieces = pieceCutter(normalize, parsePreTokenizer(json.get("pre_tokenizer")), added);
  const postProcess = parsePostProcessor(json.get("post_processor"));
  const decoder = parseDecoder(json.get("decoder"));
  const tokens = tokensById(model.entries ?? model.vocabulary, added);
  const spelled = new Map<number, string>();
  const specialIds = new Set<number>();
  for (const {id, content, special} of added) {
    const text = decoder.spell(content);
    if (text !== content) spelled.set(id, text);
    if (special) specialIds.add(id);
  }
  return {
    size: sizeOf(tokens),
    specialIds,
    prefix: prefixOf(postProcess),
    token: (id) => tokens.get(id),
    encode(text, {special = true} = {}) {
      const ids: number[] = [];
      for (const piece of pieces(wellFormed(text))) {
        if (typeof piece !== "string") ids.push(piece.id);
        else for (const id of model.encode(piece)) ids.push(id);
      }
      return special ? postProcess(ids) : ids;
    },
    bytes(id) {
      const token = spelled.get(id) ?? tokens.get(id);
      return token === undefined || specialIds.has(id) ? undefined : decoder.bytes(token);
    },
    decode(ids, {skipSpecial = false} = {}) {
      const kept = Array.from(ids).filter((id) => tokens.has(id) && !(skipSpecial && specialIds.has(id)));
      return decoder.decode(kept.map((id) => spelled.get(id) ?? tokens.get(id)!));
    },
  };
}

/** True for a file with parts that are not among those loaded everywhere. */
export function needsFurther(json: JsonObject): boolean {
  const model = json.get("model");
  const type = model instanceof Map ? (model.get("type") ?? "BPE") : "BPE";
  return !Object.hasOwn(MODELS, String(type)) || hasFurtherNormalizer(json.get("normalizer"));
}

function hasFurtherNormalizer(value: Json | undefined): boolean {
  if (!(value instanceof Map)) return false;
  const parts = value.get("normalizers");
  if (Array.isArray(parts)) return parts.some(hasFurtherNormalizer);
  return !Object.hasOwn(NORMALIZERS, String(value.get("type")));
}

/** One above the largest id. */
function sizeOf(tokens: ReadonlyMap<number, string>): number {
  let size = 0;
  for (const id of tokens.keys()) size = Math.max(size, id + 1);
  return size;
}

/** No id: stands for a text between the ids around it. */
const TEXT = -1;

function prefixOf(postProcess: PostProcessor): readonly number[] {
  const around = postProcess([TEXT]);
  return around.slice(0, around.indexOf(TEXT));
}

function parseModel(value: Json | undefined, models: Makers<TokenModel>): TokenModel {
  const model = asObject(value, "model");
  // The first published files name no type; all of those are BPE.
  if (!model.has("type") && model.has("merges")) return parseBpe(model);
  return makeComponent(model, "model", models);
}

/** Cuts a text into pieces for the model, and added tokens as their ids. */
function pieceCutter(normalize: Normalizer, preTokenize: PreTokenizer, added: readonly AddedToken[]) {
  const splitRaw = addedTokenSplitter(added.filter(({normalized}) => !normalized));
  const splitNormalized = addedTokenSplitter(
    added
      .filter(({normalized}) => normalized)
      .map((token) => ({...token, content: normalize(token.content)})),
  );
  type Cut = string | {readonly id: number};
  const cut = ({text, offset, id}: Piece): Cut[] => {
    if (id !== undefined) return [{id}];
    const isStart = offset === 0 && !dropsFirst(normalize, text);
    return splitNormalized(normalize(text)).flatMap<Cut>((piece) =>
      piece.id === undefined ? preTokenize(piece.text, isStart && piece.offset === 0) : [{id: piece.id}],
    );
  };
  return (text: string) => splitRaw(text).flatMap(cut);
}

/** Whether a text's first character goes: what then comes first is not where the text begins. */
function dropsFirst(normalize: Normalizer, text: string): boolean {
  return text !== "" && normalize(`${String.fromCodePoint(text.codePointAt(0)!)}a`) === normalize("a");
}

function tokensById(
  entries: Iterable<readonly [string, number]>,
  added: readonly AddedToken[],
): ReadonlyMap<number, string> {
  const tokens = new Map<number, string>();
  for (const [token, id] of entries) {
    const other = tokens.get(id);
    if (other !== undefined)
      throw tokenizerProblem(
        "bad-value",
        "model.vocab",
        `${id} for ${other} and ${token}`,
        "without an id twice",
      );
    tokens.set(id, token);
  }
  for (const {id, content} of added) tokens.set(id, content);
  return tokens;
}
