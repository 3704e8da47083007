import {compileGrammar} from "../../src/lib/decoding/grammar/automaton/pushdown.js";
import {parseEbnf} from "../../src/lib/decoding/grammar/language/ebnf.js";
import {hasBit} from "../../src/lib/decoding/grammar/masks/bits.js";
import {type ByteVocabulary, byteVocabulary} from "../../src/lib/decoding/grammar/masks/byte-vocabulary.js";
import {type TokenMasks, tokenMasks} from "../../src/lib/decoding/grammar/masks/token-masks.js";
import {GRAMMAR_CASES} from "../../src/lib/experiments/decoding/grammar-texts.js";
import {ourTokenizer} from "../../tests/io/tokenizer/compare.js";
import type {Contest, Sides} from "../harness/contest.js";
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

/** Masks of JSON over published vocabularies, ours against XGrammar's own engine; all masks must be the same. */
export const grammars: readonly Contest[] = VOCABULARIES.flatMap((id) => {
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
});

interface Vocabulary {
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

/** Bytes that no UTF-8 text has: in a class such as [^"] XGrammar lets tokens of them pass, ours does not. */
const isOfUtf8 = (byte: number): boolean => byte < 0xf5 && byte !== 0xc0 && byte !== 0xc1;

/** @throws Error naming the first place where the masks differ, and a token of which they do. */
async function requireSame(
  id: string,
  masks: TokenMasks,
  peer: XgrammarMatcher,
  texts: readonly (readonly number[])[],
): Promise<void> {
  const {ids, bytes} = masks.vocabulary;
  const comparable = Array.from(ids).filter((_, place) => bytes[place].every(isOfUtf8));
  for (const text of texts) {
    peer.reset();
    let state = masks.start;
    for (const [place, token] of text.entries()) {
      const {bits} = masks.allowed(state);
      const theirs = new Uint32Array((await peer.mask()).slice());
      const differs = comparable.find((each) => hasBit(bits, each) !== hasBit(theirs, each));
      const next = masks.accept(state, token);
      if (differs !== undefined || next === undefined || !peer.accept(token))
        throw new Error(
          `grammar-${id}: masks must be the same before token ${place}, differ for token ${differs}`,
        );
      state = next;
    }
  }
}
