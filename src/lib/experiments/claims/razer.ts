import {fp3} from "../../formats/element.js";
import type {Format} from "../../formats/format.js";
import {int} from "../../formats/int.js";
import {mxfp4} from "../../formats/mx/mx.js";
import {fourOverSix} from "../../formats/nvfp4/four-over-six.js";
import {nvfp4} from "../../formats/nvfp4/nvfp4.js";
import {razer} from "../../formats/razer/razer.js";
import {razerAct} from "../../formats/razer/razer-act.js";
import {razerV1} from "../../formats/razer/razer-v1.js";
import {averagePerplexity, razerV2Perplexities} from "../../reported/perplexity.js";
import type {Tensor} from "../../tensor/tensor.js";
import {sample} from "../formats/sources.js";
import type {Claim, Evidence} from "./claim.js";
import {ACTIVATIONS, linearInputs, linearWeights, measureAll, WEIGHTS} from "./tensors.js";

const v1 = "arXiv:2501.04052v1";
const v2 = "arXiv:2501.04052v2";

function printedAverage(method: string, activationBits: number): number {
  return averagePerplexity(
    razerV2Perplexities.filter((row) => row.method === method && row.activationBits === activationBits),
  );
}

/** Share of `baseline`'s damage that `better` avoids, in per cent. */
function reductionPercent(better: number, baseline: number): number {
  return 100 * (1 - better / baseline);
}

function reportedReduction(printed: number, activationBits: number): Evidence[] {
  const fp16 = printedAverage("FP16", 16);
  const exact = reductionPercent(
    printedAverage("RaZeR", activationBits) - fp16,
    printedAverage("NVFP4", activationBits) - fp16,
  );
  const shared = {subject: "eight Llama and Qwen models", unit: "%", provenance: "reported"} as const;
  return [
    {...shared, quantity: "less perplexity lost than NVFP4", value: printed},
    {...shared, quantity: "the same from the averages of Table 3 before rounding", value: exact},
  ];
}

function measuredReduction(subject: string, tensors: readonly Tensor[], format: Format): Evidence[] {
  const value = reductionPercent(measureAll(format, tensors).mse, measureAll(nvfp4(), tensors).mse);
  const quantity = "less squared error than NVFP4";
  return [{subject, quantity, value, unit: "%", provenance: "measured"}];
}

const sameSign = (_reported: readonly Evidence[], [found]: readonly Evidence[]) =>
  found.value! > 0 ? "same direction" : "differs";

const weightOnly: Claim = {
  id: "razer-weight-only",
  paper: v2,
  place: "abstract; Table 3",
  statement: "With weights alone in four bits, RaZeR loses a third less perplexity than NVFP4.",
  reported: reportedReduction(34.6, 16),
  ours: (data) => measuredReduction(WEIGHTS, linearWeights(data), razer()),
  judge: sameSign,
  why: "Ours is the squared error of the weights of a small decoder, theirs the perplexity of large models; the printed number follows from rounded averages.",
};

const weightActivation: Claim = {
  id: "razer-weight-activation",
  paper: v2,
  place: "abstract; Table 3",
  statement: "With activations in four bits too, RaZeR loses three tenths less perplexity than NVFP4.",
  reported: reportedReduction(31.2, 4),
  ours: (data) => measuredReduction(ACTIVATIONS, linearInputs(data), razerAct()),
  judge: sameSign,
  why: "Ours is the squared error of the activations alone, of a small decoder; the paper quantizes weights and activations together and prints a perplexity.",
};

const sameSize: Claim = {
  id: "razer-same-size",
  paper: v2,
  place: "abstract",
  statement: "RaZeR takes exactly as many bits as NVFP4: the index hides in spare bits of the scale.",
  reported: [
    {
      subject: "any tensor, tensor scale aside",
      quantity: "size",
      value: 4.5,
      unit: "bits per element",
      provenance: "reported",
    },
  ],
  ours: (data) =>
    [nvfp4(), razer(), razerAct()].map((format) => ({
      subject: WEIGHTS,
      quantity: `size of ${format.id}`,
      value: measureAll(format, linearWeights(data)).bitsPerElement,
      unit: "bits per element",
      provenance: "measured",
    })),
  judge: (_reported, ours) => (ours.every(({value}) => value === ours[0].value) ? "agrees" : "differs"),
  why: "Counted from the packed bytes, which hold a 32-bit scale for each tensor; small tensors feel it.",
};

const ranked: readonly (readonly [string, Format])[] = [
  ["MXFP4", mxfp4],
  ["NVFP4", nvfp4()],
  ["4over6", fourOverSix()],
  ["RaZeR", razer()],
];

const order: Claim = {
  id: "razer-order",
  paper: v2,
  place: "Table 3, weights only",
  statement: "From worst to best, four-bit formats rank MXFP4, NVFP4, 4over6, RaZeR.",
  reported: ranked.map(([name]) => ({
    subject: "eight Llama and Qwen models",
    quantity: `mean perplexity of ${name}`,
    value: printedAverage(name, 16),
    unit: "perplexity",
    provenance: "reported",
  })),
  ours: (data) =>
    ranked.map(([name, format]) => ({
      subject: WEIGHTS,
      quantity: `signal to noise of ${name}`,
      value: measureAll(format, linearWeights(data)).sqnrDb,
      unit: "dB",
      provenance: "measured",
    })),
  judge: (_reported, ours) =>
    ours.every(({value}, i) => i === 0 || value! > ours[i - 1].value!) ? "agrees" : "differs",
  why: "The order is the claim; perplexity and signal to noise are different scales. The paper's scripts run MXFP4 with blocks of 16, its standard size of 32 is used here.",
};

const against = [
  ["razer_v1", razerV1()],
  ["int4 asymmetric", int({bits: 4, scheme: "asym"})],
  ["razer_v1 on FP3", razerV1({base: fp3})],
  ["int3 asymmetric", int({bits: 3, scheme: "asym"})],
] as const;

const beatsIntegers: Claim = {
  id: "razer-beats-integers",
  paper: v1,
  place: "abstract",
  statement: "At four and at three bits, a float with a special value beats an asymmetric integer.",
  reported: [
    {
      subject: "large language models",
      quantity: "no number is given",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  ours: () =>
    (["normal", "student-t5"] as const).flatMap((distribution) => {
      const x = sample(distribution, 0);
      return against.map(([name, format]) => ({
        subject: `${distribution}, 256 x 1024, groups of 128`,
        quantity: `signal to noise of ${name}`,
        value: measureAll(format, [x]).sqnrDb,
        unit: "dB",
        provenance: "measured" as const,
      }));
    }),
  judge: (_reported, ours) => {
    const wins = ours.filter(({value}, i) => i % 2 === 0 && value! > ours[i + 1].value!).length;
    return wins === ours.length / 2 ? "agrees" : wins > 0 ? "same direction" : "differs";
  },
  why: "Ours are synthetic tensors, because the decoder's rows are shorter than a group of 128; theirs are language models with clipping and other methods on top.",
};

const speed: Claim = {
  id: "razer-v1-speed",
  paper: v1,
  place: "abstract",
  statement: "A matrix-vector product in RaZeR runs up to 7.56 times as fast as in FP16.",
  reported: [
    {
      subject: "matrix-vector product on a GPU",
      quantity: "speed-up",
      value: 7.56,
      unit: "x",
      provenance: "reported",
    },
    {
      subject: "end-to-end decoding",
      quantity: "speed-up",
      value: 2.72,
      unit: "x",
      provenance: "reported",
    },
  ],
  ours: () => [
    {
      subject: "weight traffic, 16 bits over the measured size of razer_v1",
      quantity: "bound of a memory-bound product",
      value: 16 / measureAll(razerV1(), [sample("normal", 0)]).bitsPerElement,
      unit: "x",
      provenance: "modelled",
    },
  ],
  judge: () => "cannot be judged here",
  why: "We have no GPU kernel. A product that is bound by reading weights cannot gain more than the bytes it no longer reads; what the printed number has above that must come from its FP16 baseline.",
};

/** RaZeR's headline claims, both versions of the paper. */
export const razerClaims: readonly Claim[] = [
  weightOnly,
  weightActivation,
  sameSize,
  order,
  beatsIntegers,
  speed,
];
