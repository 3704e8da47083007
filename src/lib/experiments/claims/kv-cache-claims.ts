/** Claims of papers on smaller caches, judged by our sizes and decoders. */

import {bitsSize, wholeTokenBytes} from "../../engine/cache/packed-size.js";
import type {CacheSizes} from "../../engine/cache/sizes.js";
import {cskvBytes} from "../../kv/cskv/cskv-technique.js";
import {kiviBytes, kiviQuantize} from "../../kv/kivi/kivi.js";
import {kiviCacheBytes} from "../../kv/kivi/kivi-technique.js";
import {blockFloatBitsPerValue} from "../../kv/ksort-bfp/ksort-bfp.js";
import {type MlaWeights, mlaAttention, mlaAttentionAbsorbed} from "../../kv/mla/mla.js";
import {randomStream} from "../../tensor/random.js";
import {evidence, intervalEvidence} from "./evidence.js";
import {
  type CacheClaim,
  FOUR_BITS,
  type Found,
  FULL,
  FULL_AFTER_PROMPT,
  gapOf,
  having,
  LLAMA_2_7B,
  LONG,
  layersOf,
  lossEvidence,
  losslessVerdict,
  plainBytes,
  timesSmaller,
} from "./kv-cache-evidence.js";
import {sharingClaims} from "./sharing-claims.js";
import {turboQuantClaims} from "./turboquant-claims.js";
import {orderVerdict} from "./working-model.js";

const DEEPSEEK_67B = layersOf(95, 1024);
const DEEPSEEK_V2: CacheSizes = {...layersOf(60, 0), latent: {latentDim: 512, ropeDim: 64}};

const MLA = "arXiv:2405.04434";

const latentSize: CacheClaim = {
  id: "mla-size",
  paper: MLA,
  place: "abstract; section 3.2.3 for the bits",
  statement: "DeepSeek-V2's cache is 93.3 % smaller than DeepSeek 67B's.",
  reported: [evidence("DeepSeek-V2", "smaller cache than DeepSeek 67B's", 93.3, "%", "reported")],
  ours: () => [
    evidence("DeepSeek-V2", "smaller, both in 16 bits", latentSaving(16), "%", "modelled"),
    evidence("DeepSeek-V2", "smaller, its own in 6 bits", latentSaving(6), "%", "modelled"),
    evidence(
      "random weights",
      "largest difference of absorbed and explicit attention, relative",
      absorbedError(),
      "",
      "measured",
    ),
  ],
  judge: () => (Math.abs(latentSaving(6) - 93.3) < 0.05 ? "agrees" : "differs"),
  why: "It is if the six bits are counted in which DeepSeek-V2 is served; latents alone save less. That attention can be computed from latents without multiplying them out holds to rounding.",
};

const latentSaving = (bits: number): number =>
  100 * (1 - wholeTokenBytes(DEEPSEEK_V2, LONG, bitsSize(bits)) / plainBytes(DEEPSEEK_67B));

const KIVI = "arXiv:2402.02750";

const kiviSize: CacheClaim = {
  id: "kivi-size",
  paper: KIVI,
  place: "abstract; repository",
  statement:
    "Two bits in groups of 32 make the cache several times smaller; with the weights, peak memory is 2.6 times less.",
  reported: [
    evidence("Llama, Falcon, Mistral", "less peak memory, weights included", 2.6, "times", "reported"),
  ],
  ours: () => [
    evidence(
      "a layer's keys",
      "packed, codes with scale and minimum",
      packedBits(),
      "bits per value",
      "measured",
    ),
    evidence(
      "Llama-2-7B",
      "cache smaller, newest 128 tokens whole",
      timesSmaller(LLAMA_2_7B, (sizes) => kiviCacheBytes(sizes, LONG, {bits: 2, residual: 128})),
      "times",
      "modelled",
    ),
  ],
  judge: () => "cannot be judged here",
  why: "The cache alone is 5.3 times smaller. Peak memory depends on batch, lengths and the program, which the abstract does not give.",
};

const kiviQuality: CacheClaim = {
  id: "kivi-quality",
  paper: KIVI,
  place: "LongBench averages of the repository",
  statement: "A cache in two bits, the newest tokens whole, loses almost nothing.",
  reported: [
    evidence("LongChat-7B", "LongBench, fp16", 38.72, "points", "reported"),
    evidence("LongChat-7B", "LongBench, KIVI-2", 38.3, "points", "reported"),
    evidence("Mistral-7B", "LongBench, fp16", 43.54, "points", "reported"),
    evidence("Mistral-7B", "LongBench, KIVI-2", 42.43, "points", "reported"),
  ],
  ours: (found) =>
    quantizing(found).flatMap((each) => [
      ...lossEvidence(each, "KIVI in 2 bits after a prompt", FULL_AFTER_PROMPT),
      ...lossEvidence(each, "KIVI in 2 bits, no token whole"),
    ]),
  judge: (found) => losslessVerdict(quantizing(found), "KIVI in 2 bits after a prompt", FULL_AFTER_PROMPT),
  caches: {"KIVI in 2 bits after a prompt": "kivi-2"},
  why: "The verdict is about a prompt of half a text of 128 tokens, of which the newest 32 values stay whole. Heads of 16 channels have less to average errors over than heads of 128, and perplexity moves more than the tasks of LongBench do.",
};

const kiviAxis: CacheClaim = {
  id: "kivi-axis",
  paper: KIVI,
  place: "abstract; section 3",
  statement: "Keys have a few large channels: quantize them per channel, and values per token.",
  reported: [
    {
      subject: "Llama, Falcon, Mistral",
      quantity: "keys per token in two bits lose most",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  ours: (found) =>
    quantizing(found).flatMap(({model, scores}) =>
      intervalEvidence(
        model,
        "perplexity of keys per token above keys per channel, 2 bits",
        axisGap(scores),
        "perplexity",
      ),
    ),
  judge: (found) => orderVerdict(quantizing(found).map(({scores}) => [axisGap(scores)])),
  why: "The two decoders compute the same in float32. One carries large values in a few channels of its keys: per channel its loss is that of the other to many digits, per token it is destroyed.",
};

const CSKV = "arXiv:2409.10593";
/** A fifth of 4000 features, the newest 32 tokens whole. */
const CSKV_SIZES = {rankOf: () => 800, window: 32, residual: 32};
const cskvSaving = (bits: number): number =>
  100 *
  (1 - 1 / timesSmaller(layersOf(32, 4000), (sizes) => cskvBytes(sizes, LONG, CSKV_SIZES, bitsSize(bits))));

const cskv: CacheClaim = {
  id: "cskv",
  paper: CSKV,
  place: "abstract",
  statement: "Fewer channels make the cache 80 % smaller, in four bits 95 %, and long contexts still work.",
  reported: [
    evidence("LongChat, Mistral", "smaller cache", 80, "%", "reported"),
    evidence("LongChat, Mistral", "smaller cache, features in four bits", 95, "%", "reported"),
  ],
  ours: (found) => [
    evidence("a fifth of the features", "smaller", cskvSaving(16), "%", "modelled"),
    evidence(
      "a fifth of the features",
      "smaller in four bits, scales not counted",
      cskvSaving(4),
      "%",
      "modelled",
    ),
    evidence(
      "a fifth of the features",
      "smaller in four bits, scales counted",
      cskvSaving(FOUR_BITS),
      "%",
      "modelled",
    ),
    ...shrinking(found).flatMap((each) => lossEvidence(each, "CSKV")),
  ],
  judge: (found) => losslessVerdict(shrinking(found), "CSKV"),
  why: "The sizes follow, without scales. Ours fits its factors by least squares to a few documents where the paper trains them, keeps no window of whole tokens, and a layer has 32 channels instead of thousands, of which a fifth is six.",
};

const ksort: CacheClaim = {
  id: "ksort-bfp",
  paper: "arXiv:2403.20137",
  place: "abstract",
  statement: "Sorting the channels of keys makes block floating point good enough for half the memory.",
  reported: [evidence("Llama-2-7B", "less memory for the cache", 2, "times", "reported")],
  ours: (found) => [
    evidence(
      "seven-bit mantissas, blocks of 8",
      "less memory than 16 bits",
      16 / blockFloatBitsPerValue({blockSize: 8, bits: 7}),
      "times",
      "modelled",
    ),
    ...quantizing(found).flatMap(({model, scores}) => [
      ...intervalEvidence(
        model,
        "perplexity of BFP keys in 4 bits above the full cache's",
        gapOf(scores, "BFP keys", FULL),
        "perplexity",
      ),
      ...intervalEvidence(
        model,
        "perplexity of unsorted keys above sorted ones'",
        gapOf(scores, "BFP keys", "BFP keys, sorted"),
        "perplexity",
      ),
    ]),
  ],
  judge: (found) =>
    orderVerdict(
      quantizing(found)
        .filter(({model}) => model.endsWith("outliers"))
        .map(({scores}) => [gapOf(scores, "BFP keys", "BFP keys, sorted")]),
    ),
  why: "The verdict asks whether sorting helps where channels stand out, with four bits instead of the paper's larger mantissas: at those nothing is lost here with or without sorting.",
};

const pruning: CacheClaim = {
  id: "sparamx-cache",
  paper: "arXiv:2502.12444",
  place: "abstract",
  statement:
    "Small entries of keys and values can be dropped: attention is 1.14 times faster and nothing is lost.",
  reported: [evidence("Llama-3-8B", "faster with a sparse cache", 1.14, "times", "reported")],
  ours: (found) =>
    shrinking(found).flatMap((each) =>
      ["30 % pruned", "50 % pruned"].flatMap((name) => lossEvidence(each, name)),
    ),
  judge: () => "cannot be judged here",
  why: "The speed is that of one processor's tile instructions, which a page cannot run, and which shares were pruned without loss we could not verify. What pruning does to a model is measured beside it.",
};

/** The models whose keys were quantized. */
const quantizing = (found: readonly Found[]) => having(found, "KIVI in 2 bits, no token whole");
const axisGap = (scores: Found["scores"]) =>
  gapOf(scores, "keys per token in 2 bits", "KIVI in 2 bits, no token whole");
const shrinking = (found: readonly Found[]) => having(found, "CSKV");

/** Of really packed codes, scales and minima. */
function packedBits(): number {
  const [tokens, channels] = [1024, 128];
  const stream = randomStream(1, "keys to pack");
  const x = Float32Array.from({length: tokens * channels}, () => stream.normal());
  return (8 * kiviBytes(kiviQuantize(x, channels, "tokens", {bits: 2, groupSize: 32}))) / x.length;
}

/** The largest difference of the two forms of latent attention over the largest value, on random weights. */
function absorbedError(): number {
  const [heads, width, latentDim, ropeDim, nopeDim, valueDim, tokens] = [4, 32, 16, 8, 12, 12, 24] as const;
  const stream = randomStream(1, "latent attention");
  const normals = (count: number) =>
    Float64Array.from({length: count}, () => stream.normal() / Math.sqrt(width));
  const weights: MlaWeights = {
    heads,
    width,
    latentDim,
    ropeDim,
    nopeDim,
    valueDim,
    down: normals(width * latentDim),
    ropeKey: normals(width * ropeDim),
    upKey: normals(heads * latentDim * nopeDim),
    upValue: normals(heads * latentDim * valueDim),
    query: normals(heads * width * (nopeDim + ropeDim)),
    frequencies: Float64Array.from({length: ropeDim / 2}, (_, m) => 10_000 ** ((-2 * m) / ropeDim)),
  };
  const h = Float64Array.from({length: tokens * width}, () => stream.normal());
  const explicit = mlaAttention(h, weights);
  const absorbed = mlaAttentionAbsorbed(h, weights);
  const most = explicit.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return absorbed.reduce((worst, value, i) => Math.max(worst, Math.abs(value - explicit[i])), 0) / most;
}

/** Claims of papers on smaller caches. */
export const cacheClaims: readonly CacheClaim[] = [
  ...sharingClaims,
  latentSize,
  kiviSize,
  kiviQuality,
  kiviAxis,
  cskv,
  ksort,
  ...turboQuantClaims,
  pruning,
];
