/** Claims of the paper on TurboQuant, judged by formulas, by packed vectors and by our decoders. */

import {turboQuantizer} from "../../kv/turboquant/turboquant.js";
import {turboQuant} from "../../kv/turboquant/turboquant-technique.js";
import {draws, randomStream} from "../../tensor/random.js";
import {evidence, intervalEvidence, measured} from "./evidence.js";
import {
  type CacheClaim,
  type Found,
  FULL_AFTER_PROMPT,
  gapOf,
  lossEvidence,
  losslessVerdict,
} from "./kv-cache-evidence.js";
import {orderVerdict} from "./working-model.js";

const paper = "arXiv:2504.19874";

const WIDE = "TurboQuant 3.5 after a prompt";
const NARROW = "TurboQuant 2.5 after a prompt";
const UNBIASED = "TurboQuant 3.5 after a prompt, keys unbiased";

const neutrality: CacheClaim = {
  id: "turboquant-neutrality",
  paper,
  place: "abstract; table 1",
  statement: "A cache in 3.5 bits a channel loses nothing, in 2.5 bits little.",
  reported: [
    evidence("Llama-3.1-8B", "LongBench, full cache", 50.06, "points", "reported"),
    evidence("Llama-3.1-8B", "LongBench, 3.5 bits", 50.06, "points", "reported"),
    evidence("Llama-3.1-8B", "LongBench, 2.5 bits", 49.44, "points", "reported"),
  ],
  caches: {[WIDE]: "turboquant-3.5", [NARROW]: "turboquant-2.5"},
  ours: (found) =>
    found.flatMap((each) => [WIDE, NARROW].flatMap((name) => lossEvidence(each, name, FULL_AFTER_PROMPT))),
  judge: (found) => losslessVerdict(found, WIDE, FULL_AFTER_PROMPT),
  why: "The verdict is on 3.5 bits and what follows a prompt of half a text. Our heads have 16 channels, where a coordinate's error has fewer others to cancel against and two norms weigh as much as two bits. Intervals are over documents under one rotation; another moves perplexity by several per cent too. The paper does not say by what it chooses outlier channels; here the weights that make keys and values choose them.",
};

/** Perplexity of keys at the nearest levels less that of unbiased ones: above 0 if the residual's signs help. */
const residualGain = ({scores}: Found) => gapOf(scores, WIDE, UNBIASED);

const residual: CacheClaim = {
  id: "turboquant-residual",
  paper,
  place: "sections 1 and 3.2",
  statement:
    "Inner products, on which attention depends, need a quantizer without bias: one bit is for the signs of the residual.",
  reported: [
    {
      subject: "embeddings of 1536 numbers",
      quantity: "products without bias, at few bits with less error",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  caches: {[UNBIASED]: "turboquant-3.5-prod"},
  ours: (found) =>
    found.flatMap((each) =>
      intervalEvidence(
        each.model,
        "perplexity of keys at the nearest levels above unbiased ones', 3.5 bits",
        residualGain(each),
        "perplexity",
      ),
    ),
  judge: (found) => orderVerdict(found.map((each) => [residualGain(each)])),
  why: "Products are right on average with the signs and biased without, as the paper proves and our tests hold. They are also noisier, and the exponential of attention takes noise worse than a factor that all keys of a head share. The bit that the signs take is missing from the levels.",
};

const BITS = [1, 2, 3, 4];

const distortion: CacheClaim = {
  id: "turboquant-distortion",
  paper,
  place: "abstract; theorems 1 and 3",
  statement:
    "The squared error is within a factor of 2.7 of the least that any quantizer of as many bits has.",
  reported: [evidence("any vector", "squared error over 4^-b, at most", 2.7, "times", "reported")],
  ours: () =>
    BITS.map((bits) =>
      measured("random vectors of 128", `squared error over 4^-b, b = ${bits}`, overBound(bits), "times"),
    ),
  judge: () => (BITS.every((bits) => overBound(bits) <= 2.7) ? "agrees" : "differs"),
  why: "The factor grows with the bits towards 2.72. The bound counts no norm and is one of many dimensions: on a circle the same levels fall below it.",
};

/** Relative squared error of packed vectors over 4^-b, the bound of b bits. */
function overBound(bits: number): number {
  const stream = randomStream(1, "vectors to pack");
  const x = draws(512 * 128, () => stream.normal());
  const {encode, decode} = turboQuantizer(128, {bits, objective: "mse"});
  const y = decode(encode(x));
  const sum = (of: (value: number, i: number) => number) =>
    x.reduce((all, value, i) => all + of(value, i), 0);
  return (4 ** bits * sum((value, i) => (value - y[i]) ** 2)) / sum((value) => value ** 2);
}

/** Bits of a number of the cache, norms among them, in heads of a size. */
const countedBits = (headDim: number): number =>
  (8 * turboQuant.bytes({widths: [8 * headDim], headDim}, 1, {bits: 2.5}).kept) / (16 * headDim);

const width: CacheClaim = {
  id: "turboquant-width",
  paper,
  place: "section 4.3",
  statement: "A quarter of 128 channels in three bits and the others in two are 2.5 bits.",
  reported: [evidence("heads of 128", "(32 · 3 + 96 · 2) / 128", 2.5, "bits", "reported")],
  ours: () => [
    evidence("heads of 128", "as the sum is printed", (32 * 3 + 96 * 2) / 128, "bits", "modelled"),
    evidence("heads of 128", "with two norms of 16 bits", countedBits(128), "bits", "modelled"),
    evidence("heads of 16, as ours", "with two norms of 16 bits", countedBits(16), "bits", "modelled"),
  ],
  judge: () => (countedBits(128) === 2.5 ? "agrees" : "differs"),
  why: "The printed sum is 2.25. Two norms of 16 bits, which it leaves out, make it the number that is printed.",
};

/** Claims on quality, on the residual, on the bound and on what half a bit is. */
export const turboQuantClaims: readonly CacheClaim[] = [neutrality, residual, distortion, width];
