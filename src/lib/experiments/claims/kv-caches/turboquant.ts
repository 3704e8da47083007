/** Claims of the paper on TurboQuant, judged by formulas, by packed vectors and by our decoders. */

import {turboQuantizer} from "../../../kv/turboquant/turboquant.js";
import {turboQuant} from "../../../kv/turboquant/turboquant-technique.js";
import {draws, randomStream} from "../../../tensor/random.js";
import {intervalsOf, measured, modelled, reported, spread, valuesOf} from "../evidence.js";
import {losslessVerdict, orderVerdict} from "../rules.js";
import {type CacheClaim, FULL_AFTER_PROMPT, gapOf, having, lossEvidence, lostBy} from "./evidence.js";

/** Id of the paper. */
export const TURBOQUANT = "arXiv:2504.19874";

const WIDE = "TurboQuant 3.5 after a prompt";
const NARROW = "TurboQuant 2.5 after a prompt";
const UNBIASED = "TurboQuant 3.5 after a prompt, keys unbiased";

const neutrality: CacheClaim = {
  id: "turboquant-neutrality",
  paper: TURBOQUANT,
  place: "abstract; table 1",
  statement: "A cache in 3.5 bits a channel loses nothing, in 2.5 bits little.",
  reported: [
    reported("Llama-3.1-8B", "LongBench, full cache", 50.06, "points"),
    reported("Llama-3.1-8B", "LongBench, 3.5 bits", 50.06, "points"),
    reported("Llama-3.1-8B", "LongBench, 2.5 bits", 49.44, "points"),
  ],
  kind: "measured",
  reads: [FULL_AFTER_PROMPT],
  caches: {[WIDE]: "turboquant-3.5", [NARROW]: "turboquant-2.5"},
  ours: (found) =>
    having(found, WIDE).flatMap((each) =>
      [WIDE, NARROW].flatMap((name) => lossEvidence(each, name, FULL_AFTER_PROMPT)),
    ),
  judge: (_reported, ours) => losslessVerdict(ours, lostBy(WIDE).perplexity, lostBy(WIDE).answers),
  why: "The verdict is on 3.5 bits and what follows a prompt of half a text. Our heads have 16 channels, where a coordinate's error has fewer others to cancel against and two norms weigh as much as two bits. Intervals are over documents under one rotation and say nothing of another. The paper does not say by what it chooses outlier channels; here the weights that make keys and values choose them.",
};

const residual: CacheClaim = {
  id: "turboquant-residual",
  paper: TURBOQUANT,
  place: "sections 1 and 3.2",
  statement:
    "Inner products, on which attention depends, need a quantizer without bias: one bit is for the signs of the residual.",
  kind: "measured",
  reads: [],
  reported: [
    reported("embeddings of 1536 numbers", "products without bias, at few bits with less error", null, ""),
  ],
  // The plain reading of the first claim, and the one with unbiased keys.
  caches: {[WIDE]: "turboquant-3.5", [UNBIASED]: "turboquant-3.5-prod"},
  ours: (found) =>
    having(found, UNBIASED).map((each) =>
      spread(
        each.model,
        "perplexity of keys at the nearest levels above unbiased ones', 3.5 bits",
        gapOf(each, WIDE, UNBIASED),
        "perplexity",
      ),
    ),
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours)),
  why: "Products are right on average with the signs and biased without, as the paper proves and our tests hold. They are also noisier, and the exponential of attention takes noise worse than a factor that all keys of a head share. The bit that the signs take is missing from the levels.",
};

const BITS = [1, 2, 3, 4];

const distortion: CacheClaim = {
  id: "turboquant-distortion",
  paper: TURBOQUANT,
  place: "abstract; theorems 1 and 3",
  statement:
    "The squared error is within a factor of 2.7 of the least that any quantizer of as many bits has.",
  reported: [reported("any vector", "squared error over 4^-b, at most", 2.7, "times")],
  kind: "measured",
  reads: [],
  ours: () =>
    BITS.map((bits) =>
      measured("random vectors of 128", `squared error over 4^-b, b = ${bits}`, overBound(bits), "times"),
    ),
  judge: ([{value}], ours) =>
    valuesOf(ours).every((times) => value !== null && times <= value) ? "agrees" : "differs",
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

const WITH_NORMS = "with two norms of 16 bits";

const width: CacheClaim = {
  id: "turboquant-width",
  paper: TURBOQUANT,
  place: "section 4.3",
  statement: "A quarter of 128 channels in three bits and the others in two are 2.5 bits.",
  reported: [reported("heads of 128", "(32 · 3 + 96 · 2) / 128", 2.5, "bits")],
  kind: "modelled",
  reads: [],
  ours: () => [
    modelled("heads of 128", "as the sum is printed", (32 * 3 + 96 * 2) / 128, "bits"),
    modelled("heads of 128", WITH_NORMS, countedBits(128), "bits"),
    modelled("heads of 16, as ours", WITH_NORMS, countedBits(16), "bits"),
  ],
  judge: (printed, ours) => {
    const counted = ours.find(({quantity}) => quantity === WITH_NORMS);
    return counted?.value === valuesOf(printed)[0] ? "agrees" : "differs";
  },
  why: "The printed sum is 2.25. Two norms of 16 bits, which it leaves out, make it the number that is printed.",
};

/** Claims on quality, on the residual, on the bound and on what half a bit is. */
export const turboQuantClaims: readonly CacheClaim[] = [neutrality, residual, distortion, width];
