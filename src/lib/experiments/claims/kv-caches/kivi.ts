/** Claims of KIVI, judged by our sizes and decoders. */

import {kiviBytes, kiviQuantize} from "../../../kv/kivi/kivi.js";
import {kiviCacheBytes} from "../../../kv/kivi/kivi-technique.js";
import {randomStream} from "../../../tensor/random.js";
import type {Evidence} from "../claim.js";
import {intervalsOf, measured, modelled, reported, spread} from "../evidence.js";
import {losslessVerdict, orderVerdict, within} from "../rules.js";
import {
  type CacheClaim,
  FULL,
  FULL_AFTER_PROMPT,
  gapOf,
  having,
  LLAMA_2_7B,
  LONG,
  lossEvidence,
  lostBy,
  OUR_DECODERS,
  timesSmaller,
} from "./evidence.js";

/** Id of the paper. */
export const KIVI = "arXiv:2402.02750";

const AGED = "KIVI in 2 bits after a prompt";
const ALL_CODES = "KIVI in 2 bits, no token whole";
const PER_TOKEN = "keys per token in 2 bits";
const MODELS = "Llama, Falcon, Mistral";

/** Of really packed codes, scales and minima. */
function packedBits(): number {
  const [tokens, channels] = [1024, 128];
  const stream = randomStream(1, "keys to pack");
  const x = Float32Array.from({length: tokens * channels}, () => stream.normal());
  return (8 * kiviBytes(kiviQuantize(x, channels, "tokens", {bits: 2, groupSize: 32}))) / x.length;
}

/** How much smaller the cache alone is, which bounds what peak memory, batch and a step bound by reading can gain. */
const cacheBound = (): Evidence =>
  modelled(
    "Llama-2-7B",
    "bound: cache smaller, newest 128 tokens whole",
    timesSmaller(LLAMA_2_7B, (sizes) => kiviCacheBytes(sizes, LONG, {bits: 2, residual: 128})),
    "times",
  );

const size: CacheClaim = {
  id: "kivi-size",
  paper: KIVI,
  place: "abstract; repository",
  statement:
    "Two bits in groups of 32 make the cache several times smaller; with the weights, peak memory is 2.6 times less.",
  kind: "modelled",
  reads: [],
  reported: [reported(MODELS, "less peak memory, weights included", 2.6, "times")],
  ours: () => [
    measured("a layer's keys", "packed, codes with scale and minimum", packedBits(), "bits per value"),
    cacheBound(),
  ],
  judge: within("less peak memory", "bound"),
  why: "The cache alone is 5.3 times smaller, which bounds what memory as a whole can be. Peak memory depends on batch, lengths and the program, which the abstract does not give.",
};

const batch: CacheClaim = {
  id: "kivi-batch",
  paper: KIVI,
  place: "abstract",
  statement: "With two bits a machine takes batches up to four times as large.",
  kind: "modelled",
  reads: [],
  reported: [reported(MODELS, "larger batch", 4, "times")],
  ours: () => [cacheBound()],
  judge: within("larger batch", "bound"),
  why: "As many more texts fit as their caches are smaller, less what a program keeps beside them: four is within the bound, and no such machine was filled here.",
};

const throughput: CacheClaim = {
  id: "kivi-throughput",
  paper: KIVI,
  place: "abstract",
  statement: "With larger batches throughput is 2.35 to 3.47 times as high.",
  kind: "modelled",
  reads: [],
  reported: [
    reported(MODELS, "throughput, least", 2.35, "times"),
    reported(MODELS, "throughput, most", 3.47, "times"),
  ],
  ours: () => [cacheBound()],
  judge: within("throughput", "bound"),
  why: "A step that reads caches cannot gain more than they shrink, and weights are shared by a larger batch: 3.47 is within the bound. The kernels and their machine are not here.",
};

const quality: CacheClaim = {
  id: "kivi-quality",
  paper: KIVI,
  place: "LongBench averages of the repository",
  statement: "A cache in two bits, with the newest tokens in full precision, loses almost nothing.",
  kind: "measured",
  reads: [FULL, FULL_AFTER_PROMPT, ALL_CODES],
  caches: {[AGED]: "kivi-2"},
  reported: [
    reported("LongChat-7B", "LongBench, fp16", 38.72, "points"),
    reported("LongChat-7B", "LongBench, KIVI-2", 38.3, "points"),
    reported("Mistral-7B", "LongBench, fp16", 43.54, "points"),
    reported("Mistral-7B", "LongBench, KIVI-2", 42.43, "points"),
  ],
  ours: (found) => [
    ...having(found, AGED).flatMap((each) => lossEvidence(each, AGED, FULL_AFTER_PROMPT)),
    ...having(found, ALL_CODES).flatMap((each) => lossEvidence(each, ALL_CODES)),
  ],
  judge: (_reported, ours) => losslessVerdict(ours, lostBy(AGED).perplexity, lostBy(AGED).answers),
  why: `${OUR_DECODERS} The verdict is about what follows a prompt of half a text, read token by token, so that new tokens age into the codes as they do in use; the newest 32 stay whole. Heads of 16 channels have less to average errors over than heads of 128, and perplexity moves more than the tasks of LongBench do.`,
};

const axis: CacheClaim = {
  id: "kivi-axis",
  paper: KIVI,
  place: "abstract; section 3",
  statement: "Keys have a few large channels: quantize them per channel, and values per token.",
  kind: "measured",
  reads: [ALL_CODES, PER_TOKEN],
  reported: [reported(MODELS, "keys per token in two bits lose most", null, "")],
  ours: (found) =>
    having(found, PER_TOKEN).map((one) =>
      spread(
        one.model,
        "perplexity of keys per token above keys per channel, 2 bits",
        gapOf(one, PER_TOKEN, ALL_CODES),
        "perplexity",
      ),
    ),
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours)),
  why: `${OUR_DECODERS} The two decoders compute the same in float32. One carries large values in a few channels of its keys: per channel its loss is that of the other to many digits, per token it is destroyed.`,
};

/** Claims of KIVI. */
export const kiviClaims: readonly CacheClaim[] = [size, batch, throughput, quality, axis];
