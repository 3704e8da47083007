import {balancedElements, HSA_DEFAULT, HSA_REPORTED, hsaDecode, hsaScenario} from "../../accel/hsa/cost.js";
import {type BlockWeights, dequantAfter, dequantFirst} from "../../accel/hsa/dequant.js";
import {modelById} from "../../accel/models.js";
import {ELSA_MODELS, elsaMacs, type Level, uniformLevels} from "../../accel/sparse/elsa.js";
import {networkSpeedup, SST_REPORTED} from "../../accel/sst/network.js";
import {randomStream} from "../../tensor/random.js";
import type {Claim, Evidence} from "./claim.js";

const hsaPaper = "arXiv:2507.09010";
const sstPaper = "arXiv:2502.03763";
const elsaPaper = "arXiv:2409.09708";
const WORKLOAD = "RetNet 1.3B on an array of our own sizes";

/** Lengths of the paper's two scenarios are not in its abstract; these are ours. */
const LENGTHS = [
  [2048, 128],
  [128, 2048],
] as const;

function areaEvidence(): Evidence[] {
  const model = modelById("retnet-1.3b");
  return LENGTHS.flatMap(([input, output]) => {
    const found = hsaScenario(model, HSA_DEFAULT, input, output);
    const shared = {
      subject: `${WORKLOAD}, ${input} tokens in, ${output} out`,
      unit: "per second and mm²",
      provenance: "modelled",
    } as const;
    return [
      {...shared, quantity: "all tokens", value: found.tokensPerSecondPerMm2},
      {...shared, quantity: "written tokens", value: found.outputTokensPerSecondPerMm2},
    ];
  });
}

const throughput: Claim = {
  id: "hsa-throughput",
  paper: hsaPaper,
  place: "abstract",
  statement:
    "A square millimetre of the hybrid array gives 247 tokens a second on long prompts and 117 on long answers.",
  reported: HSA_REPORTED.flatMap(({what, tokensPerSecondPerMm2, timesPreviousBest}) => [
    {
      subject: `1.3B model, ${what}`,
      quantity: "tokens",
      value: tokensPerSecondPerMm2,
      unit: "per second and mm²",
      provenance: "reported" as const,
    },
    {
      subject: `1.3B model, ${what}`,
      quantity: "over the best before",
      value: timesPreviousBest,
      unit: "x",
      provenance: "reported" as const,
    },
  ]),
  ours: areaEvidence,
  judge: () => "cannot be judged here",
  why: "Not known from the abstract: size of the array, clock, process, area, memory, lengths, and whether tokens that are read count. With our sizes the buffer alone decides most of the area.",
};

const utilization: Claim = {
  id: "hsa-utilization",
  paper: hsaPaper,
  place: "abstract",
  statement: "While writing, the array reaches full utilization under the bandwidth of an edge memory.",
  reported: [
    {
      subject: "decoding under edge memory bandwidth",
      quantity: "utilization",
      value: 100,
      unit: "%",
      provenance: "reported",
    },
  ],
  ours: () => {
    const model = modelById("retnet-1.3b");
    const shared = {subject: WORKLOAD, unit: "%", provenance: "modelled"} as const;
    return [
      ...(["hybrid", "systolic"] as const).map((mode) => ({
        ...shared,
        quantity: `reached of what array and memory allow, ${mode}`,
        value: 100 * hsaDecode(model, HSA_DEFAULT, 1024, mode).utilization,
      })),
      {
        ...shared,
        quantity: "elements that this memory feeds",
        value: balancedElements(HSA_DEFAULT),
        unit: "elements",
      },
    ];
  },
  judge: (_reported, [hybrid, systolic]) =>
    hybrid.value! > 99 && systolic.value! < 50
      ? "agrees"
      : hybrid.value! > systolic.value!
        ? "same direction"
        : "differs",
  why: "Utilization is counted against the slower of array and memory. An array with more elements than its memory feeds has idle ones, and is still as fast as it can be.",
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
  paper: hsaPaper,
  place: "abstract",
  statement: "Applying the scales of MXINT4 weights costs next to nothing.",
  reported: [
    {
      subject: "MXINT4 weights",
      quantity: "no number is given",
      value: null,
      unit: "",
      provenance: "reported",
    },
  ],
  ours: () => {
    const {x, weights} = integerProduct();
    const [after, first] = [dequantAfter(x, weights), dequantFirst(x, weights)];
    const difference = after.y.reduce((most, y, i) => Math.max(most, Math.abs(y - first.y[i])), 0);
    const shared = {
      subject: "random integers, 8 x 512 times 512 x 32, blocks of 32",
      provenance: "measured",
    } as const;
    return [
      {
        ...shared,
        quantity: "scalings for each product",
        value: (100 * after.conversions) / after.macs,
        unit: "%",
      },
      {...shared, quantity: "largest difference to scaling every weight first", value: difference, unit: ""},
    ];
  },
  judge: (_reported, [work, difference]) =>
    work.value! < 5 && difference.value === 0 ? "agrees" : "differs",
  why: "The design is ours after the abstract: sums of integers within a block, one shift for each. The energy of a shift against a product is not in this count.",
};

const UNIFORM = [
  ["1:4", [1, 4]],
  ["2:4", [2, 4]],
] as const satisfies readonly (readonly [string, Level])[];

const slices: Claim = {
  id: "sst-speed",
  paper: sstPaper,
  place: "abstract",
  statement:
    "On sparse vision networks the slices run up to 3.52 times as fast as dense ones, for 13.3 % more area.",
  reported: [
    {
      subject: "sparse ViT and CNN",
      quantity: "speed-up over dense slices",
      value: SST_REPORTED.speedupOverDenseSlices,
      unit: "x",
      provenance: "reported",
    },
    {
      subject: "sparse ViT and CNN",
      quantity: "area over dense slices",
      value: 100 * SST_REPORTED.areaOverDenseSlices,
      unit: "%",
      provenance: "reported",
    },
  ],
  ours: () =>
    Object.entries(ELSA_MODELS).map(([id, model]) => ({
      subject: `${id}, all linears 1:4, slices of 8 x 8 with full feed`,
      quantity: "speed-up over dense slices",
      value: networkSpeedup(model, uniformLevels(model, [1, 4]), {P: 8, feed: 4}).speedup,
      unit: "x",
      provenance: "modelled",
    })),
  judge: ([reported], ours) => {
    const best = Math.max(...ours.map(({value}) => value!));
    return Math.abs(best / reported.value! - 1) < 0.05 ? "agrees" : best > 3 ? "same direction" : "differs";
  },
  why: "Which networks, patterns and sizes gave 3.52 is not in the abstract; uniform 1:4 on a base-size transformer comes close, held back by what is not pruned and by filling the array. Area is not modelled.",
};

const softLogic: Claim = {
  id: "sst-soft-logic",
  paper: sstPaper,
  place: "abstract",
  statement:
    "Against ordinary FPGA logic the slices reach up to five times the frequency in a tenth of the area.",
  reported: [
    {
      subject: "GEMM designs",
      quantity: "frequency",
      value: SST_REPORTED.frequencyOverSoftLogic,
      unit: "x",
      provenance: "reported",
    },
    {
      subject: "GEMM designs",
      quantity: "area saved",
      value: SST_REPORTED.areaUnderSoftLogic,
      unit: "x",
      provenance: "reported",
    },
  ],
  ours: () => [
    {
      subject: "both printed factors together, if one design has both",
      quantity: "work for each area",
      value: SST_REPORTED.frequencyOverSoftLogic * SST_REPORTED.areaUnderSoftLogic,
      unit: "x",
      provenance: "modelled",
    },
  ],
  judge: () => "cannot be judged here",
  why: "It takes placement and routing on an FPGA, which was not run. The two factors may come from different designs.",
};

const elsa: Claim = {
  id: "elsa-savings",
  paper: elsaPaper,
  place: "abstract",
  statement:
    "Searched N:M levels save 2.9 times the work of Swin-B and DeiT-B with a negligible loss of accuracy.",
  reported: [
    {
      subject: "Swin-B and DeiT-B on ImageNet",
      quantity: "dense work over sparse",
      value: 2.9,
      unit: "x",
      provenance: "reported",
    },
  ],
  ours: () =>
    (["deit-b", "swin-b"] as const).flatMap((id) => {
      const model = ELSA_MODELS[id];
      const dense = elsaMacs(model, uniformLevels(model, [1, 1]));
      return UNIFORM.map(([pattern, level]) => ({
        subject: `${id}, all linears ${pattern}`,
        quantity: "dense work over sparse",
        value: dense / elsaMacs(model, uniformLevels(model, level)),
        unit: "x",
        provenance: "modelled" as const,
      }));
    }),
  judge: ([reported], ours) => {
    const values = ours.map(({value}) => value!);
    const inside = Math.min(...values) < reported.value! && reported.value! < Math.max(...values);
    return inside ? "same direction" : "differs";
  },
  why: "2.9 lies between all linears at 2:4 and all at 1:4, as a mixture of the two must. Which mixture and its accuracy need a search on ImageNet, which was not run.",
};

/** Claims of the edge accelerator and of hardware and search for N:M sparsity. */
export const edgeClaims: readonly Claim[] = [
  throughput,
  utilization,
  dequantization,
  slices,
  softLogic,
  elsa,
];
