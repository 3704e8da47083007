/** Claims about published state-space models that need no weights: sizes, counted from shapes, and latencies. */

import type {Mamba1Config, Mamba2Config, MambaConfig} from "../../engine/mamba/mamba-config.js";
import type {WeightScheme} from "../../ssm/quantize/round-weights.js";
import {mambaFootprint} from "../../ssm/quantize/weight-bytes.js";
import type {Claim, Evidence, Verdict} from "./claim.js";

const common = {convWidth: 4, normEps: 1e-5, biases: {projections: false, conv: true}};

/** Mamba of 2.8 billion parameters. (https://github.com/state-spaces/mamba) */
const mamba: Mamba1Config = {
  ...common,
  architecture: "MambaForCausalLM",
  hiddenSize: 2560,
  innerSize: 5120,
  layers: 64,
  stateSize: 16,
  timeStepRank: 160,
  vocabSize: 50280,
  tied: true,
};

/** Mamba2 of 2.7 billion parameters. (https://github.com/state-spaces/mamba) */
const mamba2: Mamba2Config = {
  ...common,
  architecture: "Mamba2ForCausalLM",
  hiddenSize: 2560,
  innerSize: 5120,
  layers: 64,
  stateSize: 128,
  heads: 80,
  headDim: 64,
  groups: 1,
  normGroups: 1,
  timeStepLimit: [0, Number.POSITIVE_INFINITY],
  vocabSize: 50288,
  tied: true,
};

/** Mamba2 of 8 billion parameters. (arXiv 2406.07887) */
const mamba8b: Mamba2Config = {
  ...mamba2,
  hiddenSize: 4096,
  innerSize: 8192,
  layers: 56,
  heads: 128,
  groups: 8,
  normGroups: 8,
  vocabSize: 256000,
  tied: false,
};

/** The models whose sizes Quamba2 prints. */
const PUBLISHED = {"Mamba 2.8B": mamba, "Mamba2 2.7B": mamba2, "Mamba2 8B": mamba8b} as const;

/**
 * Size of a published model in thousands of MiB. Quantized, embedding and head are rounded too, the rotation has
 * parted what was tied, and the scales of 4-bit groups are float16.
 */
function publishedSize(config: MambaConfig, scheme: WeightScheme): number {
  const isRounded = scheme !== "w16";
  const {mixers, embedding, head, norms} = mambaFootprint(
    isRounded ? {...config, tied: false} : config,
    scheme,
    {roundsEnds: isRounded, groupScaleBytes: 2},
  );
  return (mixers + embedding + head + norms) / 2 ** 20 / 1000;
}

/** A claim that no data set can change. */
type FixedClaim = Omit<Claim, "ours" | "judge"> & {
  readonly ours: () => readonly Evidence[];
  readonly judge: () => Verdict;
};

const SIZES = [
  ["Mamba 2.8B", 5.3, 2.8, 1.5],
  ["Mamba2 2.7B", 5.2, 2.7, 1.4],
  ["Mamba2 8B", 15.7, 7.9, 4],
] as const;
const SCHEMES = [
  ["FP16", "w16"],
  ["W8A8", "w8"],
  ["W4A8", "w4a8"],
] as const;

const sizes = SIZES.flatMap(([model, ...printed]) =>
  SCHEMES.map(([name, scheme], i) => ({
    model,
    name,
    printed: printed[i],
    counted: publishedSize(PUBLISHED[model], scheme),
  })),
);

const size: FixedClaim = {
  id: "quamba2-size",
  paper: "arXiv:2503.22879",
  place: "table of model sizes; abstract",
  statement: "Quamba2 shrinks a Mamba2 of 8 billion parameters from 15.7 to 7.9 and 4.0 GB, four times less.",
  reported: [
    ...sizes.map(({model, name, printed}) => ({
      subject: model,
      quantity: `size in ${name}`,
      value: printed,
      unit: "GB",
      provenance: "reported" as const,
    })),
    {subject: "Mamba2 8B", quantity: "memory saved", value: 4, unit: "×", provenance: "reported"},
  ],
  ours: () => [
    ...sizes.map(({model, name, counted}) => ({
      subject: model,
      quantity: `size in ${name}, from its shapes`,
      value: counted,
      unit: "thousand MiB",
      provenance: "modelled" as const,
    })),
    {
      subject: "Mamba2 8B",
      quantity: "memory saved by weights in W4A8",
      value: sizes.at(-3)!.counted / sizes.at(-1)!.counted,
      unit: "×",
      provenance: "modelled",
    },
  ],
  judge: () =>
    sizes.every(({printed, counted}) => Math.abs(counted / printed - 1) <= 0.05) ? "agrees" : "differs",
  why: "The printed gigabytes are thousands of MiB: in powers of ten 15.7 would be 16.5. All agree to within 5 %, with embedding and head rounded, the tied head parted by the rotation, and float16 scales for groups of 128.",
};

/** A printed latency, which no machine here can measure. */
function latency(
  claim: Pick<Claim, "id" | "paper" | "place" | "statement">,
  reported: readonly Omit<Evidence, "provenance">[],
): FixedClaim {
  return {
    ...claim,
    reported: reported.map((evidence) => ({...evidence, provenance: "reported"})),
    ours: () => [],
    judge: () => "cannot be judged here",
    why: "A latency belongs to a machine and its kernels; none of these GPUs is here, and no cost model of ours has their kernels.",
  };
}

const ms = (subject: string, quantity: string, value: number) => ({subject, quantity, value, unit: "ms"});

/** Claims about sizes and speeds of published models. */
export const sizeAndSpeedClaims: readonly FixedClaim[] = [
  size,
  latency(
    {
      id: "quamba-latency",
      paper: "arXiv:2410.13229",
      place: "abstract",
      statement: "Quamba writes 1.72 times faster than FP16 on an Orin Nano.",
    },
    [{subject: "Mamba 2.8B, Orin Nano 8G", quantity: "latency of generation saved", value: 1.72, unit: "×"}],
  ),
  latency(
    {
      id: "quamba2-latency",
      paper: "arXiv:2503.22879",
      place: "abstract; table of latencies",
      statement:
        "Quamba2 reads 1.3 times and writes 3 times faster than FP16; on an Orin Nano it writes 13 tokens a second.",
    },
    [
      ms("Mamba2 8B, A5000", "time per output token in FP16", 22.73),
      ms("Mamba2 8B, A5000", "time per output token in W4A8", 7.43),
      {subject: "Mamba2 8B, A5000", quantity: "the ratio of the two", value: 22.73 / 7.43, unit: "×"},
      ms("Mamba2 8B, A5000", "time to first token in FP16", 197.8),
      ms("Mamba2 8B, A5000", "time to first token in W4A8", 140.78),
      {subject: "Mamba2 8B, A5000", quantity: "the ratio of the two", value: 197.8 / 140.78, unit: "×"},
      ms("Mamba2 8B, Orin Nano", "time per output token in W4A16", 78.77),
      {subject: "Mamba2 8B, Orin Nano", quantity: "the same", value: 1000 / 78.77, unit: "tokens/s"},
    ],
  ),
];
