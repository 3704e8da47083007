/** llama.cpp's grammars, through node-llama-cpp, over a vocabulary without a model. */
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {text, u32} from "../../src/lib/checkpoint/write/model-metadata.js";
import {tokenizerEntries} from "../../src/lib/checkpoint/write/tokenizer-metadata.js";
import {ggufFile} from "../../src/lib/io/gguf/gguf-writer.js";
import {parseJsonObject} from "../../src/lib/io/json-file.js";
import {TOKENIZER_LIMITS} from "../../src/lib/io/tokenizer/assemble.js";

/** A state of llama.cpp's grammar. */
interface GrammarState {
  /** Whether a token may come next: llama.cpp has no mask made beforehand, and tries each token. */
  allows(id: number): boolean;
  accept(id: number): void;
}

/** A grammar that llama.cpp parsed: each text begins with a state of its own. */
export interface LlamaGrammars {
  compile(gbnf: string): Promise<() => GrammarState>;
}

/** Functions that node-llama-cpp keeps to itself. */
interface Bindings {
  readonly AddonSampler: {
    canBeNextTokenForGrammarEvaluationState(state: unknown, token: number): boolean;
    acceptGrammarEvaluationStateToken(state: unknown, token: number): void;
  };
}

/**
 * Grammars over the vocabulary of a tokenizer.json of byte-level BPE.
 * @returns null where node-llama-cpp or its library is not installed
 */
export async function openLlamaGrammars(json: string): Promise<LlamaGrammars | null> {
  const found = await import("node-llama-cpp").catch(() => null);
  if (found === null) return null;
  const {getLlama, LlamaGrammarEvaluationState, LlamaLogLevel} = found;
  const llama = await getLlama({
    ...{gpu: false, build: "never", skipDownload: true, maxThreads: 1},
    logLevel: LlamaLogLevel.error,
  }).catch(() => null);
  if (llama === null) return null;
  const modelPath = await vocabularyFile(json);
  const model = await llama.loadModel({modelPath, vocabOnly: true, useMmap: false, gpuLayers: 0});
  const {AddonSampler} = (llama as unknown as {readonly _bindings: Bindings})._bindings;
  return {
    async compile(gbnf) {
      const grammar = await llama.createGrammar({grammar: gbnf});
      return () => {
        const made = new LlamaGrammarEvaluationState({model, grammar});
        const state = (made as unknown as {readonly _state: unknown})._state;
        return {
          allows: (id) => AddonSampler.canBeNextTokenForGrammarEvaluationState(state, id),
          accept: (id) => AddonSampler.acceptGrammarEvaluationStateToken(state, id),
        };
      };
    },
  };
}

/** A GGUF file of the vocabulary alone, which goes with this process. How a text is cut into tokens does not matter to a grammar. */
async function vocabularyFile(json: string): Promise<string> {
  const {normalizer: _, ...parts} = JSON.parse(json);
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const place = {reader: "bench", field: "tokenizer.json", limits: TOKENIZER_LIMITS};
  const tokens = Object.keys(parts.model.vocab).length;
  const metadata = new Map([
    ["general.architecture", text("llama")] as const,
    ["llama.context_length", u32(2048)] as const,
    // A token more ends a text: else llama.cpp takes that of GPT-2, whose id is a comma elsewhere.
    ...tokenizerEntries(parseJsonObject(bytes, place), json, tokens + 1).entries,
    ["tokenizer.ggml.eos_token_id", u32(tokens)] as const,
    ["tokenizer.ggml.bos_token_id", u32(tokens)] as const,
  ]);
  const folder = mkdtempSync(join(tmpdir(), "bench-grammar-"));
  process.once("exit", () => rmSync(folder, {recursive: true}));
  const pieces: Uint8Array[] = [];
  for await (const piece of ggufFile(metadata, [])) pieces.push(piece);
  const path = join(folder, "vocabulary.gguf");
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}
