/** RaZeR's headline claims that tensors judge, of both versions of the paper. */

import {fp3} from "../../../formats/element.js";
import type {Format} from "../../../formats/format.js";
import {int} from "../../../formats/int.js";
import {mxfp4} from "../../../formats/mx/mx.js";
import {fourOverSix} from "../../../formats/nvfp4/four-over-six.js";
import {nvfp4} from "../../../formats/nvfp4/nvfp4.js";
import {razer} from "../../../formats/razer/razer.js";
import {razerAct} from "../../../formats/razer/razer-act.js";
import {razerV1} from "../../../formats/razer/razer-v1.js";
import {averagePerplexity, razerV2Perplexities} from "../../../reported/perplexity.js";
import type {Tensor} from "../../../tensor/tensor.js";
import {sample} from "../../formats/sources.js";
import type {Evidence, Rule} from "../claim.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";
import {notTried} from "../rules.js";
import {ACTIVATIONS, linearInputs, linearWeights, measureAll, type TensorClaim, WEIGHTS} from "./tensors.js";

const v1 = "arXiv:2501.04052v1";
const v2 = "arXiv:2501.04052v2";
const MODELS = "eight Llama and Qwen models";

/** Mean perplexity of a method in Table 3 of version 2. */
export function printedAverage(method: string, activationBits: number): number {
  return averagePerplexity(
    razerV2Perplexities.filter((row) => row.method === method && row.activationBits === activationBits),
  );
}

/** Share of `baseline`'s damage that `better` avoids, in per cent. */
const reductionPercent = (better: number, baseline: number): number => 100 * (1 - better / baseline);

function reportedReduction(printed: number, activationBits: number): Evidence[] {
  const fp16 = printedAverage("FP16", 16);
  const lost = (method: string) => printedAverage(method, activationBits) - fp16;
  return [
    reported(MODELS, "less perplexity lost than NVFP4", printed, "%"),
    reported(
      MODELS,
      "the same from the averages of Table 3 before rounding",
      reductionPercent(lost("RaZeR"), lost("NVFP4")),
      "%",
    ),
  ];
}

function measuredReduction(subject: string, tensors: readonly Tensor[], format: Format): Evidence[] {
  const value = reductionPercent(measureAll(format, tensors).mse, measureAll(nvfp4(), tensors).mse);
  return [measured(subject, "less squared error than NVFP4", value, "%")];
}

/** The error of tensors is no perplexity: it can point the same way, and no more. */
const sameSign: Rule = (_reported, ours) =>
  valuesOf(ours).every((value) => value > 0) ? "same direction" : "differs";

const weightOnly: TensorClaim = {
  id: "razer-weight-only",
  paper: v2,
  place: "abstract; Table 3",
  statement: "With weights alone in four bits, RaZeR loses a third less perplexity than NVFP4.",
  kind: "measured",
  reported: reportedReduction(34.6, 16),
  ours: (data) => measuredReduction(WEIGHTS, linearWeights(data), razer()),
  judge: sameSign,
  why: "Ours is the squared error of the weights of a small decoder, theirs the perplexity of large models; the printed number follows from rounded averages.",
};

const weightActivation: TensorClaim = {
  id: "razer-weight-activation",
  paper: v2,
  place: "abstract; Table 3",
  statement: "With activations in four bits too, RaZeR loses three tenths less perplexity than NVFP4.",
  kind: "measured",
  reported: reportedReduction(31.2, 4),
  ours: (data) => measuredReduction(ACTIVATIONS, linearInputs(data), razerAct()),
  judge: sameSign,
  why: "Ours is the squared error of the activations alone, of a small decoder; the paper quantizes weights and activations together and prints a perplexity.",
};

const sameSize: TensorClaim = {
  id: "razer-same-size",
  paper: v2,
  place: "abstract",
  statement: "RaZeR takes exactly as many bits as NVFP4: the index is stored in spare bits of the scale.",
  kind: "measured",
  reported: [reported("any tensor, tensor scale aside", "size", 4.5, "bits per element")],
  ours: (data) =>
    [nvfp4(), razer(), razerAct()].map((format) =>
      measured(
        WEIGHTS,
        `size of ${format.id}`,
        measureAll(format, linearWeights(data)).bitsPerElement,
        "bits per element",
      ),
    ),
  judge: (_reported, ours) => (new Set(valuesOf(ours)).size === 1 ? "agrees" : "differs"),
  why: "Counted from the packed bytes, which hold a 32-bit scale for each tensor; in small tensors it counts.",
};

const ranked: readonly (readonly [string, Format])[] = [
  ["MXFP4", mxfp4],
  ["NVFP4", nvfp4()],
  ["4over6", fourOverSix()],
  ["RaZeR", razer()],
];

const order: TensorClaim = {
  id: "razer-order",
  paper: v2,
  place: "Table 3, weights only",
  statement: "From worst to best, four-bit formats rank MXFP4, NVFP4, 4over6, RaZeR.",
  kind: "measured",
  reported: ranked.map(([name]) =>
    reported(MODELS, `mean perplexity of ${name}`, printedAverage(name, 16), "perplexity"),
  ),
  ours: (data) =>
    ranked.map(([name, format]) =>
      measured(WEIGHTS, `signal to noise of ${name}`, measureAll(format, linearWeights(data)).sqnrDb, "dB"),
    ),
  judge: (_reported, ours) => {
    const values = valuesOf(ours);
    return values.every((value, i) => i === 0 || value > values[i - 1]) ? "same direction" : "differs";
  },
  why: "Signal to noise of weights is another scale than perplexity, so its order can point the same way and no more; perplexity is judged below, in a working model. The paper's scripts run MXFP4 with blocks of 16, its standard size of 32 is used here.",
};

const AGAINST = [
  ["4 bits", razerV1(), int({bits: 4, scheme: "asym"})],
  ["3 bits", razerV1({base: fp3}), int({bits: 3, scheme: "asym"})],
] as const;

const beatsIntegers: TensorClaim = {
  id: "razer-beats-integers",
  paper: v1,
  place: "abstract",
  statement: "At four and at three bits, a float with a special value beats an asymmetric integer.",
  kind: "measured",
  reported: [reported("large language models", "no number is given", null, "")],
  ours: () =>
    (["normal", "student-t5"] as const).flatMap((distribution) => {
      const x = sample(distribution, 0);
      const db = (format: Format) => measureAll(format, [x]).sqnrDb;
      return AGAINST.map(([bits, float, integer]) =>
        measured(
          `${distribution}, 256 x 1024, groups of 128`,
          `signal to noise of RaZeR less that of the integer, ${bits}`,
          db(float) - db(integer),
          "dB",
        ),
      );
    }),
  judge: (_reported, ours) => {
    const wins = valuesOf(ours).map((gain) => gain > 0);
    return wins.every(Boolean) ? "same direction" : wins.some(Boolean) ? "open" : "differs";
  },
  why: "Ours are synthetic tensors, because the decoder's rows are shorter than a group of 128; theirs are language models with clipping and other methods on top.",
};

const speed: TensorClaim = {
  id: "razer-v1-speed",
  paper: v1,
  place: "abstract",
  statement: "A matrix-vector product in RaZeR runs up to 7.56 times as fast as in FP16.",
  kind: "open",
  reported: [
    reported("matrix-vector product on a GPU", "speed-up", 7.56, "x"),
    reported("end-to-end decoding", "speed-up", 2.72, "x"),
  ],
  ours: () => [
    modelled(
      "weight traffic, 16 bits over the size of razer_v1",
      "bound of a memory-bound product",
      16 / measureAll(razerV1(), [sample("normal", 0)]).bitsPerElement,
      "x",
    ),
  ],
  judge: notTried,
  why: "We have no GPU kernel. A product that is bound by reading weights cannot gain more than the bytes it no longer reads; what the printed number has above that must come from its FP16 baseline.",
};

/** RaZeR's claims on tensors. */
export const razerClaims: readonly TensorClaim[] = [
  weightOnly,
  weightActivation,
  sameSize,
  order,
  beatsIntegers,
  speed,
];
