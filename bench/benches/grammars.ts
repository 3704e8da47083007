import {compileGrammar} from "../../src/lib/decoding/grammar/automaton/pushdown.js";
import {parseEbnf} from "../../src/lib/decoding/grammar/language/ebnf.js";
import {hasBit} from "../../src/lib/decoding/grammar/masks/bits.js";
import {type ByteVocabulary, byteVocabulary} from "../../src/lib/decoding/grammar/masks/byte-vocabulary.js";
import {type TokenMasks, tokenMasks} from "../../src/lib/decoding/grammar/masks/token-masks.js";
import {GRAMMAR_CASES} from "../../src/lib/experiments/decoding/grammar-texts.js";
import {ourTokenizer} from "../../tests/io/tokenizer/compare.js";
import type {Contest, Sides} from "../harness/contest.js";
import {openLlamaGrammars} from "../peers/llama-grammar.js";
import {PUBLISHED_TOKENIZERS} from "../peers/published-tokenizers.js";
import {openXgrammar, type XgrammarMatcher} from "../peers/xgrammar.js";

/**
 * JSON with its strings as rules that call themselves at their end, as XGrammar's own grammar of JSON has them: as repeated
 * alternatives it decides hardly any token of a string beforehand, and a mask takes it a hundred times as long. That grammar also says by hand what may follow a rule; this one does not.
 */
const JSON_EBNF = String.raw`root   ::= ws value ws
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws ( pair ( "," ws pair )* )? "}"
pair   ::= string ws ":" ws value ws
array  ::= "[" ws ( value ws ( "," ws value ws )* )? "]"
string ::= "\"" rest
rest   ::= "\"" | [^"\\\x00-\x1F] rest | "\\" escape rest
escape ::= ["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]
number ::= "-"? ( "0" | [1-9] [0-9]* ) ( "." [0-9]+ )? ( [eE] [-+]? [0-9]+ )?
ws     ::= [ \t\n\r]*
`;

/** Published byte-level vocabularies, by the ids of their files. */
const VOCABULARIES = ["llama3", "qwen3"] as const;
/** Records of JSON whose tokens the masks go before. */
const TEXTS = 4;
/** Tokens of the first record before which llama.cpp tries every token of the vocabulary. */
const FIRST = 4;

/**
 * Masks of JSON over published vocabularies, ours against XGrammar's own engine and against llama.cpp's grammars, which make
 * nothing beforehand and try every token; all masks must be the same.
 */
export const grammars: readonly Contest[] = [
  ...VOCABULARIES.flatMap(ofVocabulary),
  ...againstLlama("llama3"),
];

function ofVocabulary(id: string): Contest[] {
  const title = PUBLISHED_TOKENIZERS.find((each) => each.id === id)?.title ?? id;
  return [
    {
      name: `grammar-compile-${id}`,
      title: `JSON as a grammar over the tokens of ${title}: all masks of its nodes`,
      unit: "ms" as const,
      samples: 15,
      prepare: () => compileSides(id),
    },
    {
      name: `grammar-mask-${id}`,
      title: `a mask before each token of records of JSON, the token taken in, ${title}`,
      unit: "ms" as const,
      prepare: () => maskSides(id),
    },
  ];
}

/** In the vocabulary of Qwen 3 llama.cpp refuses a plain token that looks like one of control. */
function againstLlama(id: string): Contest[] {
  const title = PUBLISHED_TOKENIZERS.find((each) => each.id === id)?.title ?? id;
  return [
    {
      name: `grammar-parse-${id}`,
      title: `JSON as a grammar, parsed and made an automaton; no mask of ${title} yet`,
      unit: "ms",
      prepare: () => parseSides(id),
    },
    {
      name: `grammar-first-masks-${id}`,
      title: `a mask before each of the first ${FIRST} tokens of a record of JSON, the token taken in, ${title}`,
      unit: "ms",
      samples: 15,
      prepare: () => firstMaskSides(id),
    },
  ];
}

interface Vocabulary {
  /** The published file. */
  readonly json: string;
  readonly bytes: ByteVocabulary;
  /** Tokens as the file spells them, and a token that ends a text. */
  readonly spelled: readonly string[];
  /** Ids of the texts, token by token. */
  readonly texts: readonly (readonly number[])[];
}

function vocabularyOf(id: string): Vocabulary {
  const file = PUBLISHED_TOKENIZERS.find((each) => each.id === id)?.json();
  if (file === undefined) throw new Error(`grammar-${id}: its package must be installed in bench`);
  const tokenizer = ourTokenizer(file);
  const {vocab} = JSON.parse(file).model as {vocab: Readonly<Record<string, number>>};
  const spelled: string[] = [];
  for (const [token, place] of Object.entries(vocab)) spelled[place] = token;
  const json = GRAMMAR_CASES.find((each) => each.id === "json")!;
  return {
    json: file,
    bytes: byteVocabulary(spelled.length, (place) => tokenizer.bytes(place)),
    spelled: [...spelled, "<|end|>"],
    texts: json.texts(TEXTS).map((text) => tokenizer.encode(text, {special: false})),
  };
}

function compiled(bytes: ByteVocabulary): TokenMasks {
  const masks = tokenMasks(compileGrammar(parseEbnf(JSON_EBNF)), bytes);
  for (const node of masks.maskedNodes) masks.nodeMask(node);
  return masks;
}

async function compileSides(id: string): Promise<Sides> {
  const {bytes, spelled, texts} = vocabularyOf(id);
  const peer = await openXgrammar(spelled, spelled.length - 1);
  if (peer === null) return {work: 1, ours: () => compiled(bytes), peers: []};
  await requireSame(id, compiled(bytes), await peer.compile(JSON_EBNF), texts);
  return {
    work: 1,
    ours: () => compiled(bytes),
    peers: [{name: "XGrammar, WebAssembly", run: () => peer.compile(JSON_EBNF)}],
  };
}

async function maskSides(id: string): Promise<Sides> {
  const {bytes, spelled, texts} = vocabularyOf(id);
  const masks = compiled(bytes);
  const work = texts.reduce((sum, text) => sum + text.length, 0);
  const ours = () => {
    for (const text of texts) {
      let state = masks.start;
      for (const token of text) {
        masks.allowed(state);
        state = masks.accept(state, token) ?? state;
      }
    }
  };
  const peer = await (await openXgrammar(spelled, spelled.length - 1))?.compile(JSON_EBNF);
  if (peer === undefined) return {work, ours, peers: []};
  await requireSame(id, masks, peer, texts);
  const theirs = async () => {
    for (const text of texts) {
      peer.reset();
      for (const token of text) {
        await peer.mask();
        peer.accept(token);
      }
    }
  };
  return {work, ours, peers: [{name: "XGrammar, WebAssembly", run: theirs}]};
}

/** What both do before the first token: ours makes the masks of a node when it is first met. */
async function parseSides(id: string): Promise<Sides> {
  const {json} = vocabularyOf(id);
  const ours = () => compileGrammar(parseEbnf(JSON_EBNF));
  const peer = await openLlamaGrammars(json);
  if (peer === null) return {work: 1, ours, peers: []};
  return {work: 1, ours, peers: [{name: "llama.cpp", run: () => peer.compile(JSON_EBNF)}]};
}

async function firstMaskSides(id: string): Promise<Sides> {
  const {json, bytes, texts} = vocabularyOf(id);
  const text = texts[0].slice(0, FIRST);
  const masks = compiled(bytes);
  const ours = () => {
    let state = masks.start;
    for (const token of text) {
      masks.allowed(state);
      state = masks.accept(state, token) ?? state;
    }
  };
  const begin = await (await openLlamaGrammars(json))?.compile(JSON_EBNF);
  if (begin === undefined) return {work: FIRST, ours, peers: []};
  const allowed = new Uint8Array(bytes.size);
  const theirs = (met: (allowed: Uint8Array, place: number) => void = () => {}) => {
    const state = begin();
    for (const [place, token] of text.entries()) {
      for (let each = 0; each < allowed.length; each++) allowed[each] = Number(state.allows(each));
      met(allowed, place);
      state.accept(token);
    }
  };
  let state = masks.start;
  theirs((found, place) => {
    const {bits} = masks.allowed(state);
    requireEqual(id, place, comparableOf(bytes), (each) => hasBit(bits, each) === (found[each] === 1));
    state = masks.accept(state, text[place]) ?? state;
  });
  return {work: FIRST, ours, peers: [{name: "llama.cpp, every token tried", run: () => theirs()}]};
}

/** Bytes that no UTF-8 text has: in a class such as [^"] XGrammar lets tokens of them pass, ours does not. */
const isOfUtf8 = (byte: number): boolean => byte < 0xf5 && byte !== 0xc0 && byte !== 0xc1;

/** @throws Error naming the first place where the masks differ, and a token of which they do. */
async function requireSame(
  id: string,
  masks: TokenMasks,
  peer: XgrammarMatcher,
  texts: readonly (readonly number[])[],
): Promise<void> {
  const comparable = comparableOf(masks.vocabulary);
  for (const text of texts) {
    peer.reset();
    let state = masks.start;
    for (const [place, token] of text.entries()) {
      const {bits} = masks.allowed(state);
      const theirs = new Uint32Array((await peer.mask()).slice());
      requireEqual(id, place, comparable, (each) => hasBit(bits, each) === hasBit(theirs, each));
      const next = masks.accept(state, token);
      if (next === undefined || !peer.accept(token))
        throw new Error(`grammar-${id}: token ${token} must be taken in at place ${place}, got a refusal`);
      state = next;
    }
  }
}

const comparableOf = ({ids, bytes}: ByteVocabulary): number[] =>
  Array.from(ids).filter((_, place) => bytes[place].every(isOfUtf8));

/** @throws Error naming a token for which two masks differ. */
function requireEqual(
  id: string,
  place: number,
  tokens: readonly number[],
  isSame: (token: number) => boolean,
): void {
  const differs = tokens.find((token) => !isSame(token));
  if (differs !== undefined)
    throw new Error(
      `grammar-${id}: masks must be the same before token ${place}, differ for token ${differs}`,
    );
}
