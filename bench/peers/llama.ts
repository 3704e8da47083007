/** llama.cpp, through node-llama-cpp, on a GGUF file. */

/** A model that llama.cpp runs, on one thread of the CPU. */
export interface LlamaModel {
  /** The tokens that greedy decoding adds to `ids`. */
  greedy(ids: readonly number[], steps: number): Promise<number[]>;
  /** Ids of a text by llama.cpp's own tokenizer. */
  tokenize(text: string): readonly number[];
}

/**
 * Opens a GGUF file.
 * @param context tokens of prompt and answer together
 * @returns null where node-llama-cpp or its library is not installed
 * @throws Error in llama.cpp's words for a file that it does not take.
 */
export async function openLlama(path: string, context: number): Promise<LlamaModel | null> {
  const found = await import("node-llama-cpp").catch(() => null);
  if (found === null) return null;
  const {getLlama, LlamaLogLevel} = found;
  const llama = await getLlama({
    ...{gpu: false, build: "never", skipDownload: true, maxThreads: 1},
    logLevel: LlamaLogLevel.error,
  }).catch(() => null);
  if (llama === null) return null;
  const model = await llama.loadModel({modelPath: path, useMmap: false});
  // Keys and values as our cache holds them: in halves, which is the default there, near ties fall otherwise.
  const running = await model.createContext({
    ...{contextSize: context, batchSize: context, threads: 1, flashAttention: false},
    ...{experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32"},
  });
  const sequence = running.getSequence();
  type Ids = Parameters<typeof sequence.evaluate>[0];
  return {
    tokenize: (text) => model.tokenize(text),
    async greedy(ids, steps) {
      await sequence.clearHistory();
      const tokens: number[] = [];
      for await (const token of sequence.evaluate(ids as unknown as Ids, {
        temperature: 0,
        yieldEogToken: true,
      })) {
        tokens.push(token);
        if (tokens.length === steps) break;
      }
      return tokens;
    },
  };
}
