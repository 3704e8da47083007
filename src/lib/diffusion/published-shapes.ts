/** Sizes of the published masked diffusion models, and of the decoders that guide them or stand beside them. */

import type {ModelSizes} from "./cost.js";

/** A published shape. */
export interface PublishedShape {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly sizes: ModelSizes;
}

/** Dream 7B, which has the sizes of Qwen2.5 7B. */
export const DREAM_7B: PublishedShape = {
  id: "dream-7b",
  title: "Dream 7B",
  source: "config.json of Dream-org/Dream-v0-Instruct-7B",
  sizes: {layers: 28, hidden: 3584, kvWidth: 512, ffn: 18_944, vocab: 152_064},
};

/** LLaDA 8B: as many heads of keys as of queries. */
export const LLADA_8B: PublishedShape = {
  id: "llada-8b",
  title: "LLaDA 8B",
  source: "config.json of GSAI-ML/LLaDA-8B-Instruct",
  sizes: {layers: 32, hidden: 4096, kvWidth: 4096, ffn: 12_288, vocab: 126_464},
};

/** Qwen2.5 1.5B, the guide of the released configuration. */
export const QWEN_1_5B: PublishedShape = {
  id: "qwen2.5-1.5b",
  title: "Qwen2.5 1.5B",
  source: "config.json of Qwen/Qwen2.5-1.5B-Instruct",
  sizes: {layers: 28, hidden: 1536, kvWidth: 256, ffn: 8960, vocab: 151_936},
};

/** Decoder of the size of each diffusion model: Qwen2.5 7B beside Dream, Llama 3 8B beside LLaDA. */
export const DECODER_BESIDE: Readonly<Record<"dream-7b" | "llada-8b", PublishedShape>> = {
  "dream-7b": {
    ...DREAM_7B,
    id: "qwen2.5-7b",
    title: "Qwen2.5 7B",
    source: "config.json of Qwen/Qwen2.5-7B-Instruct",
  },
  "llada-8b": {
    id: "llama-3-8b",
    title: "Llama 3 8B",
    source: "config.json of meta-llama/Meta-Llama-3-8B-Instruct",
    sizes: {layers: 32, hidden: 4096, kvWidth: 1024, ffn: 14_336, vocab: 128_256},
  },
};
