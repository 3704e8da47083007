/** Claims about training in few bits, weights without loss, and sums that depend on their order. */

import type {TensorSet} from "../../../experiment/experiment.js";
import {dfloat11} from "../../../formats/dfloat11/dfloat11.js";
import {bf16} from "../../../formats/float/float.js";
import {studentInterval} from "../../../stats/interval.js";
import {estimateDifference, estimateMean, mean} from "../../../stats/moments.js";
import {meanOverSeeds, numbersAt, seedsOf, TRAINING_RUNS} from "../../formats/measured-training.js";
import type {Claim, Evidence, Verdict} from "../claim.js";
import {BY_DOCUMENT, intervalsOf, measured, reported, valuesOf} from "../evidence.js";
import {orderVerdict} from "../rules.js";
import {linearWeights, measureAll, type TensorClaim, WEIGHTS} from "./tensors.js";

const QUARTET = "arXiv:2505.14669";
const NATS = "nats per token";

const documentsOf = (runs: TensorSet, group: string, part: string): Float32Array[] =>
  seedsOf(runs, group, part).map((seed) => numbersAt(runs, `${group}/${seed}/${part}`));

/** Final loss of one way to train less that of another, seed by seed. */
function bySeeds(
  runs: TensorSet,
  subject: string,
  length: string,
  [a, b]: readonly [string, string],
): Evidence {
  const [first, second] = [a, b].map((id) => documentsOf(runs, `${length}/${id}`, "documents"));
  const differences = first.map((losses, i) => mean(losses) - mean(second[i]));
  const {value, low, high} = studentInterval(estimateMean(differences), differences.length);
  const method = `95 %, Student's t over ${differences.length} seeds`;
  return {...measured(subject, `loss of ${a} above that of ${b}`, value, NATS), low, high, method};
}

/** Loss of one decoder less that of another, document by document, over all seeds. */
function byDocuments(subject: string, quantity: string, a: Float32Array[], b: Float32Array[]): Evidence {
  const [first, second] = [meanOverSeeds(a), meanOverSeeds(b)];
  const {value, low, high} = studentInterval(estimateDifference(first, second), first.length);
  return {
    ...measured(subject, quantity, value, NATS),
    low,
    high,
    documents: first.length,
    method: BY_DOCUMENT,
  };
}

const SHORT = "a decoder of 103 thousand parameters, 0.9 million tokens";
const LONG = "a decoder of 22 thousand parameters, 2.9 million tokens";

const quartetOrder: TensorClaim = {
  id: "quartet-order",
  paper: QUARTET,
  place: "section 4 and figure 2",
  statement:
    "Of the ways to train in four bits, Quartet's reaches the lowest loss, stochastic rounding of the gradient's products included.",
  kind: "measured",
  reported: [
    reported(
      "models of 30 to 200 million parameters",
      "loss above that of other recipes in four bits",
      null,
      "",
    ),
  ],
  ours: (data) => {
    const runs = data.get(TRAINING_RUNS)!;
    return [
      bySeeds(runs, SHORT, "short", ["mxfp4", "quartet"]),
      bySeeds(runs, SHORT, "short", ["mxfp4-stochastic", "quartet"]),
      bySeeds(runs, SHORT, "short", ["quest-nearest", "quartet"]),
      bySeeds(runs, LONG, "long", ["quest-nearest", "quartet"]),
    ];
  },
  judge: (_, ours) => orderVerdict(intervalsOf(ours)),
  why: "Over three seeds no order is beyond doubt, and rounding the gradient's products to nearest had the lower mean in both lengths of training. Our models are a thousand times smaller than the paper's and read 11 and 230 tokens for each weight of their layers; what is unbiased pays by the noise of each step, and may gain only with more steps.",
};

const quartetCompetitive: TensorClaim = {
  id: "quartet-competitive",
  paper: QUARTET,
  place: "abstract",
  statement: "Training in four bits is competitive with 16-bit and FP8 training.",
  kind: "measured",
  reported: [reported("models of up to billions of parameters, at equal cost", "loss above FP8's", null, "")],
  ours: (data) => {
    const runs = data.get(TRAINING_RUNS)!;
    return [
      bySeeds(runs, SHORT, "short", ["quartet", "fp8"]),
      bySeeds(runs, SHORT, "short", ["quartet", "bf16"]),
    ];
  },
  judge: (_, ours) => (intervalsOf(ours).some(({low}) => low > 0) ? "differs" : "open"),
  why: "Ours compares equal numbers of tokens. The paper's claim is for equal cost, where four bits read more tokens in the same time on hardware that has such products; there is no such hardware here.",
};

const tbt: TensorClaim = {
  id: "tbt-order",
  paper: "arXiv:2306.01841",
  place: "abstract and table 1",
  statement:
    "Ternary weights and activations come close to full precision after distillation, and binary ones follow: ROUGE-1 of 41.0 and 35.6 on summaries, 3.9 and 9.3 below full precision.",
  kind: "measured",
  reported: [
    reported("BART base, ternary", "ROUGE-1 below full precision", 3.9, "points"),
    reported("BART base, binary", "ROUGE-1 below full precision", 9.3, "points"),
  ],
  ours: (data) => {
    const runs = data.get(TRAINING_RUNS)!;
    const after = (bits: number, activations: number) =>
      documentsOf(runs, `ternary/w${bits}a${activations}`, "after");
    const teacher = [numbersAt(runs, "teacher/documents")];
    return [
      byDocuments(
        "decoder-small, 200 steps",
        "loss of binary above ternary, weights alone",
        after(1, 32),
        after(2, 32),
      ),
      byDocuments(
        "decoder-small, 200 steps",
        "loss of binary above ternary, activations too",
        after(1, 1),
        after(2, 2),
      ),
      byDocuments(
        "decoder-small, 200 steps",
        "loss of ternary above the teacher, weights alone",
        after(2, 32),
        teacher,
      ),
      byDocuments(
        "decoder-small, 200 steps",
        "loss of ternary above the teacher, activations too",
        after(2, 2),
        teacher,
      ),
    ];
  },
  judge: (_, ours) => orderVerdict(intervalsOf(ours, "loss of binary above ternary")),
  why: "The order is judged, not the distance. With weights alone the decoder stays close to its teacher; with activations of two bits it no longer finds facts again. It is far smaller than BART and was trained for 200 steps, and its task is another one.",
};

/** Percentage points by which a size may be above a printed one that is rounded to tens. */
const ROUNDING = 2;

const losslessSize: TensorClaim = {
  id: "dfloat11-size",
  paper: "arXiv:2504.11651",
  place: "abstract",
  statement: "Weights in BF16 take 70 % of their size without losing a bit.",
  kind: "measured",
  reported: [reported("models of 8 to 405 billion parameters", "size", 70, "% of BF16")],
  ours: (data) => {
    const weights = linearWeights(data);
    const stored = weights.map((x) => bf16.decode(bf16.encode(x)));
    const changed = stored.reduce((sum, x) => {
      const back = dfloat11().decode(dfloat11().encode(x)).data;
      return sum + x.data.filter((value, i) => !Object.is(value, back[i])).length;
    }, 0);
    const {bitsPerElement} = measureAll(dfloat11(), weights);
    return [
      measured(WEIGHTS, "size", (100 * bitsPerElement) / 16, "% of BF16"),
      measured(WEIGHTS, "values that came back changed", changed, "values"),
    ];
  },
  judge: (printed, ours): Verdict => {
    const [size, changed] = valuesOf(ours);
    if (changed > 0 || size >= 100) return "differs";
    return size <= (printed[0].value ?? Number.NaN) + ROUNDING ? "agrees" : "same direction";
  },
  why: "Each of our matrices has a code of its own, whose list of symbols and last chunk weigh more in small matrices.",
};

/** Shares of pairs of texts that differ with the order of sums, by precision. */
export type DifferingTexts = ReadonlyMap<string, number>;

/** The paper whose claim needs texts to be written. */
export const LAYERCAST = "arXiv:2506.09501";
/** Tokens and texts of its evidence. */
export const WRITTEN = {texts: 2, tokens: 24, precisions: ["bf16", "fp32", "layercast"]} as const;

const layerCast: Claim<{readonly differing: DifferingTexts}> = {
  id: "layercast-reproducible",
  paper: LAYERCAST,
  place: "abstract",
  statement:
    "Greedy texts in BF16 change with the order of sums, by up to 9 % of accuracy; weights of 16 bits with sums in float32 nearly keep them.",
  kind: "measured",
  reported: [
    reported("a reasoning model of 7 billion parameters, BF16", "variation of accuracy", 9, "%"),
    reported("a reasoning model of 7 billion parameters, BF16", "difference in length", 9000, "tokens"),
  ],
  ours: ({differing}) =>
    Array.from(differing, ([precision, share]) =>
      measured(
        `decoder-small, ${WRITTEN.texts} texts of ${WRITTEN.tokens} tokens, six orders`,
        `pairs of orders whose texts differ, ${precision}`,
        100 * share,
        "%",
      ),
    ),
  judge: (_, ours) => {
    const [bf16, fp32, layercast] = valuesOf(ours);
    return bf16 > layercast && fp32 === layercast ? "same direction" : "differs";
  },
  why: "Texts of one length are compared here, and not their accuracy; in decoding/answers-by-order, right answers and lengths of worked arithmetic scatter in BF16, too, and not with LayerCast. Only the products with weights are summed in other orders; attention stays in float32.",
};

/** Claims that the runs of few bits and the weights judge. */
export const fewBitClaims = [quartetOrder, quartetCompetitive, tbt, losslessSize, layerCast] as const;
