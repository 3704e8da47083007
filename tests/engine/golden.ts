import {readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {expect} from "vitest";
import type {Decoder, LoadOptions} from "../../src/lib/engine/decoder/load-decoder.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {openFolder} from "../../src/lib/io/node-file.js";

/** The golden decoders in three layouts each. */
const PUBLISHED = ["llama", "llama3-rope", "qwen2", "mistral", "opt"].flatMap((family) =>
  ["f32", "bf16", "sharded"].map((stored) => `${family}-${stored}`),
);

/** Golden decoders of further families and rotary scalings; `make-families.py` makes them. */
export const FAMILIES = [
  "qwen3",
  "gemma",
  "gemma2",
  "gemma3",
  "phi3-short",
  "phi3-long",
  "phi4",
  "gpt2",
  "rope-yarn",
  "rope-linear",
  "rope-dynamic",
  "smollm3",
  "granite",
  "olmo2",
  "cohere",
  "cohere-qk",
  "cohere2",
  "olmo",
  "olmo3",
  "stablelm",
  "starcoder2",
  "falcon",
  "falcon-groups",
  "internlm2",
  "gpt-neox",
  "mixtral",
  "qwen2-moe",
  "qwen3-moe",
];

/** As few of them as have every rule that a technique may meet: norms of all kinds, caps, windows, ropes, experts. */
export const FAR_FROM_LLAMA = [
  "qwen3",
  "gemma",
  "gemma2",
  "gemma3",
  "phi3-long",
  "gpt2",
  "olmo2",
  "cohere2",
  "falcon",
  "qwen2-moe",
  "opt-sharded",
];

/** The golden decoders. */
export const DECODERS = [...PUBLISHED, ...FAMILIES];

/** The golden state-space models. */
export const MAMBAS = ["mamba", "mamba2"].flatMap((family) =>
  ["f32", "bf16", "sharded"].map((stored) => `${family}-${stored}`),
);

export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../golden/models/${name}`, import.meta.url));
}

/** A trained model of the repository. */
export function trainedPath(name: string): string {
  return fileURLToPath(new URL(`../../src/data/models/${name}`, import.meta.url));
}

/** Loads a model folder of the golden set. */
export function loadGolden(name: string, options: LoadOptions = {}): Promise<Decoder> {
  return loadFolder(goldenPath(name), options);
}

/** Loads a model folder. */
export async function loadFolder(path: string, options: LoadOptions = {}): Promise<Decoder> {
  const folder = await openFolder(path);
  const model = await openDecoder(folder, options);
  await folder.close();
  return model;
}

export interface Expected {
  readonly ids: readonly number[];
  readonly logits: Float64Array;
  /** Of a Mamba2 with groups, whose norm takes each by itself; {@link Expected.logits} are of one norm over all. */
  readonly groupedLogits: Float64Array | undefined;
  /** The input of layer 0, then the output of each layer. */
  readonly hidden: readonly Float64Array[];
  readonly final: Float64Array;
  readonly greedy: readonly {readonly token: number; readonly logits: Float64Array}[];
  readonly tolerance: number;
}

/** Numbers as vectors hold them, little-endian float64. */
export type Stored = {readonly b64: string};

/** What the reference gave for a golden model, or for the model of another folder. */
export function readExpected(name: string, path = goldenPath(name)): Expected {
  const json = JSON.parse(readFileSync(`${path}/expected.json`, "utf8"));
  return {
    ids: json.input_ids,
    logits: floats(json.logits),
    groupedLogits: json.logits_if_gated_norm_is_grouped && floats(json.logits_if_gated_norm_is_grouped),
    hidden: json.hidden.map(floats),
    final: json.final ? floats(json.final) : new Float64Array(0),
    greedy: json.greedy.map((step: {token: number; logits: Stored}) => ({
      token: step.token,
      logits: floats(step.logits),
    })),
    tolerance: Number(/<= (\S+)/.exec(json.tolerance)?.[1] ?? json.tolerance),
  };
}

/** The numbers of a vector. */
export function floats({b64}: Stored): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(b64, "base64"));
  return new Float64Array(bytes.buffer);
}

/** The largest |a - b|; fails if the lengths differ. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
