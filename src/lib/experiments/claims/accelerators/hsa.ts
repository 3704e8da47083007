/** Claims of the hybrid systolic array for the edge: no size of it is in the abstract, so ours are assumptions. */

import {HSA_DEFAULT, HSA_REPORTED, type HsaMachine, hsaDecode, hsaScenario} from "../../../accel/hsa/cost.js";
import {type BlockWeights, dequantAfter, dequantFirst} from "../../../accel/hsa/dequant.js";
import {fedDecode} from "../../../accel/hsa/fed-decode.js";
import {modelById} from "../../../accel/models.js";
import {mxint4} from "../../../formats/mx/mx.js";
import {measureFormat} from "../../../quant/measure.js";
import {randomStream} from "../../../tensor/random.js";
import {sample} from "../../formats/sources.js";
import type {Claim, Evidence} from "../claim.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";
import {notTried} from "../rules.js";

const paper = "arXiv:2507.09010";
const WORKLOAD = "RetNet 1.3B on an array of our own sizes";
const retnet = modelById("retnet-1.3b");

/** Lengths of the paper's two scenarios are not in its abstract; these are ours. */
const LENGTHS = [
  [2048, 128],
  [128, 2048],
] as const;

function areaEvidence(): Evidence[] {
  return LENGTHS.flatMap(([input, output]) => {
    const {tokensPerSecondPerMm2, outputTokensPerSecondPerMm2} = hsaScenario(
      retnet,
      HSA_DEFAULT,
      input,
      output,
    );
    const subject = `${WORKLOAD}, ${input} tokens in, ${output} out`;
    const unit = "per second and mm²";
    return [
      modelled(subject, "all tokens", tokensPerSecondPerMm2, unit),
      modelled(subject, "written tokens", outputTokensPerSecondPerMm2, unit),
    ];
  });
}

const throughput: Claim = {
  id: "hsa-throughput",
  paper,
  place: "abstract",
  statement:
    "A square millimetre of the hybrid array gives 247 tokens a second on long prompts and 117 on long answers.",
  kind: "open",
  reported: HSA_REPORTED.flatMap(({what, tokensPerSecondPerMm2, timesPreviousBest}) => [
    reported(`1.3B model, ${what}`, "tokens", tokensPerSecondPerMm2, "per second and mm²"),
    reported(`1.3B model, ${what}`, "over the best before", timesPreviousBest, "x"),
  ]),
  ours: areaEvidence,
  judge: notTried,
  why: "Not known from the abstract: size of the array, clock, process, area, memory, lengths, and whether tokens that are read count. With our sizes the buffer alone decides most of the area.",
};

/** Arrays that the memory of our machine feeds, from one that it keeps busy to the one that prefill wants. */
const ARRAYS = [
  [8, 12],
  [16, 16],
  [32, 32],
] as const satisfies readonly HsaMachine["array"][];

/** The widest product of a token, run cycle by cycle behind the memory. */
function fed(array: HsaMachine["array"]) {
  const {dramBytesPerSecond, clockHz, weightBits, sramKB} = HSA_DEFAULT;
  const bytesPerCycle = dramBytesPerSecond / clockHz;
  return fedDecode({K: 2048, N: 4096, array, weightBits, bytesPerCycle, bufferBytes: sramKB * 1024});
}

/** Utilization that counts as full: what the edges of a product leave idle is no wait for memory. */
const FULL_PERCENT = 99;

const utilization: Claim = {
  id: "hsa-utilization",
  paper,
  place: "abstract",
  statement: "While writing, the array reaches full utilization under the bandwidth of an edge memory.",
  kind: "measured",
  reported: [reported("decoding under edge memory bandwidth", "utilization", 100, "%")],
  ours: () =>
    ARRAYS.flatMap((array) => {
      const {arrayUse, memoryUse} = fed(array);
      const subject = `2048 x 4096 weights in MXINT4, ${array.join(" x ")} elements behind 25.6 GB/s at 500 MHz`;
      return [
        measured(subject, "elements that work", 100 * arrayUse, "%"),
        measured(subject, "memory that works", 100 * memoryUse, "%"),
      ];
    }),
  judge: (_reported, ours) => {
    const full = valuesOf(ours, "elements").map((percent) => percent >= FULL_PERCENT);
    return full.every(Boolean) ? "agrees" : full.some(Boolean) ? "open" : "differs";
  },
  why: "It does on an array as small as its memory can feed, about a hundred elements; a larger one waits for weights, and the memory is what is used in full. The abstract gives neither the size nor the memory.",
};

/** Weights and activations of which every block and sign occurs. */
function integerProduct(): {x: Int8Array; weights: BlockWeights} {
  const [M, N, K, block] = [8, 32, 512, 32];
  const stream = randomStream(0, "claims hsa");
  const whole = (most: number) => Math.floor(stream.uniform() * (2 * most + 1)) - most;
  return {
    x: Int8Array.from({length: M * K}, () => whole(127)),
    weights: {
      N,
      K,
      block,
      codes: Int8Array.from({length: N * K}, () => whole(7)),
      exponents: Int8Array.from({length: (N * K) / block}, () => whole(8)),
    },
  };
}

const dequantization: Claim = {
  id: "hsa-dequantization",
  paper,
  place: "abstract",
  statement: "Applying the scales of MXINT4 weights costs next to nothing.",
  kind: "modelled",
  reported: [reported("MXINT4 weights", "no number is given", null, "")],
  ours: () => {
    const {x, weights} = integerProduct();
    const [after, first] = [dequantAfter(x, weights), dequantFirst(x, weights)];
    const difference = after.y.reduce((most, y, i) => Math.max(most, Math.abs(y - first.y[i])), 0);
    const subject = "random integers, 8 x 512 times 512 x 32, blocks of 32";
    return [
      modelled(subject, "scalings for each product", (100 * after.conversions) / after.macs, "%"),
      measured(subject, "largest difference to scaling every weight first", difference, ""),
    ];
  },
  judge: (_reported, ours) => {
    const [[work], [difference]] = [valuesOf(ours, "scalings"), valuesOf(ours, "largest difference")];
    return work < 5 && difference === 0 ? "same direction" : "differs";
  },
  why: "One scaling for each block of 32 follows from the format, so it is no evidence that the chip does it; that scaling sums gives the same numbers was run. The energy of a shift against a product is not in this count.",
};

const traffic: Claim = {
  id: "mxint4-traffic",
  paper,
  place: "abstract",
  statement: "Weights in MXINT4 cut the traffic to external memory of an edge accelerator.",
  kind: "modelled",
  reported: [reported("1.3B model", "no ratio of traffic is given", null, "")],
  ours: () => [
    modelled(
      "weight bytes, 16 bits over the size of mxint4",
      "less weight traffic than FP16",
      16 / measureFormat(mxint4, sample("normal", 0)).bitsPerElement,
      "x",
    ),
  ],
  judge: (_reported, ours) => (valuesOf(ours).every((ratio) => ratio > 1) ? "same direction" : "differs"),
  why: "It follows from the size of the format and from nothing that was run. The abstract names throughput per area, not traffic; block size and scale bits of the chip are not public, so ours takes the blocks of 32 of the standard.",
};

const energy: Claim = {
  id: "hsa-energy",
  paper,
  place: "abstract",
  statement: "The array writes tokens with less energy than accelerators before it.",
  kind: "open",
  reported: [reported("1.3B model", "no energy is given", null, "")],
  ours: () =>
    (["hybrid", "systolic"] as const).map((mode) =>
      modelled(
        `${WORKLOAD}, 1024 tokens cached`,
        `energy of a token, ${mode}`,
        1e3 * hsaDecode(retnet, HSA_DEFAULT, 1024, mode).joules,
        "mJ",
      ),
    ),
  judge: notTried,
  why: "Our constants charge a product and a byte of external memory, which every use of the array moves alike; what the links, the buffers and the other chips take is not known.",
};

/** Claims of HSA. What its format does to a model is judged where models are read. */
export const hsaClaims: readonly Claim[] = [throughput, utilization, dequantization, traffic, energy];
