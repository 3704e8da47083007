/** The grammar that a generated text follows, from a file of the caller's own. */
import {compileGrammar} from "../../../decoding/grammar/automaton/pushdown.js";
import {jsonSchemaGrammar} from "../../../decoding/grammar/json-schema/json-schema.js";
import {parseEbnf} from "../../../decoding/grammar/language/ebnf.js";
import type {Grammar} from "../../../decoding/grammar/language/expression.js";
import {GRAMMAR_LIMITS} from "../../../decoding/grammar/language/limits.js";
import {type TokenMasks, tokenMasks} from "../../../decoding/grammar/masks/token-masks.js";
import {grammarFor, tokenizerVocabulary} from "../../../decoding/grammar/masks/tokenizer-vocabulary.js";
import type {ByteSource} from "../../../io/byte-source.js";
import type {Tokenizer} from "../../../io/tokenizer/assemble.js";

/** Parameters of a text that follows a grammar. */
export const grammarParams = {
  grammar: {
    kind: "file",
    label: "Grammar",
    help: "Only texts that it has are written; its notation is that of XGrammar and llama.cpp, `root ::= …`.",
    holds: "file",
    accepts: "grammar in EBNF",
    default: null,
  },
  jsonSchema: {
    kind: "file",
    label: "JSON Schema",
    help: "Only JSON that it allows is written, properties in its order.",
    holds: "file",
    accepts: "JSON Schema",
    default: null,
  },
} as const;

/** Files of which one at most is given. */
export interface GrammarFiles {
  readonly grammar: ByteSource | null;
  readonly jsonSchema: ByteSource | null;
}

/**
 * The masks of a grammar over a tokenizer's tokens; null where neither file is given.
 * @throws RangeError for both at once, or for a file that is no grammar, naming the place in it.
 */
export async function openGrammar(files: GrammarFiles, tokenizer: Tokenizer): Promise<TokenMasks | null> {
  const {grammar, jsonSchema} = files;
  if (grammar !== null && jsonSchema !== null)
    throw new RangeError("generate: grammar must be left out beside a JSON Schema, got both");
  if (grammar === null && jsonSchema === null) return null;
  const vocabulary = tokenizerVocabulary(tokenizer);
  const compiled = (read: Grammar) => compileGrammar(grammarFor(read, vocabulary));
  const pushdown =
    grammar !== null
      ? named("grammar", await textOf(grammar, "grammar"), (text) => compiled(parseEbnf(text)))
      : named("jsonSchema", await textOf(jsonSchema!, "jsonSchema"), (text) => compiled(schemaOf(text)));
  return tokenMasks(pushdown, vocabulary);
}

function schemaOf(text: string): Grammar {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`jsonSchema: schema must be JSON, got ${(error as Error).message}`);
  }
  return jsonSchemaGrammar(schema);
}

/** Names the option in the messages of what reads its file. */
function named<T>(option: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`generate: ${option} is wrong: ${error.message.replace(/^\w+: /, "")}`);
  }
}

async function textOf(source: ByteSource, option: string): Promise<string> {
  if (source.size > GRAMMAR_LIMITS.text)
    throw new RangeError(
      `generate: ${option} must have at most ${GRAMMAR_LIMITS.text} bytes, got ${source.size}`,
    );
  return new TextDecoder().decode(await source.read(0, source.size));
}

/** @throws RangeError for a grammar where tokens do not come one by one from left to right. */
export function refuseGrammar({grammar, jsonSchema}: GrammarFiles): void {
  if (grammar === null && jsonSchema === null) return;
  const name = grammar === null ? "jsonSchema" : "grammar";
  throw new RangeError(
    `generate: ${name} must be left out with drafts and for masked diffusion models, got a file`,
  );
}
