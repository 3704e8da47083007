/** Sizes of published state-space models, counted from shapes. */

import type {Mamba1Config, Mamba2Config, MambaConfig} from "../../../engine/mamba/mamba-config.js";
import type {WeightScheme} from "../../../ssm/quantize/round-weights.js";
import {mambaFootprint} from "../../../ssm/quantize/weight-bytes.js";
import type {Claim} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";

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

const countedOf = (model: string, name: string): number =>
  sizes.find((size) => size.model === model && size.name === name)?.counted ?? Number.NaN;

/** Largest share by which a counted size may miss the printed one. */
const TOLERANCE = 0.05;

/** Quamba2's claim on sizes. */
export const quamba2Size: Claim<unknown> = {
  id: "quamba2-size",
  paper: "arXiv:2503.22879",
  place: "table of model sizes; abstract",
  statement: "Quamba2 shrinks a Mamba2 of 8 billion parameters from 15.7 to 7.9 and 4.0 GB, four times less.",
  kind: "modelled",
  reported: [
    ...sizes.map(({model, name, printed}) => reported(model, `size in ${name}`, printed, "GB")),
    reported("Mamba2 8B", "memory saved", 4, "×"),
  ],
  ours: () => [
    ...sizes.map(({model, name, counted}) =>
      modelled(model, `size in ${name}, from its shapes`, counted, "thousand MiB"),
    ),
    modelled(
      "Mamba2 8B",
      "memory saved by weights in W4A8",
      countedOf("Mamba2 8B", "FP16") / countedOf("Mamba2 8B", "W4A8"),
      "×",
    ),
  ],
  judge: (printed, ours) => {
    const counted = valuesOf(ours, "size in");
    const isClose = (size: number, i: number) => Math.abs(counted[i] / size - 1) <= TOLERANCE;
    return valuesOf(printed, "size in").every(isClose) ? "agrees" : "differs";
  },
  why: "It follows from shapes, nothing was run. The printed gigabytes are thousands of MiB: in powers of ten 15.7 would be 16.5. All agree to within 5 %, with embedding and head rounded, the tied head untied by the rotation, and float16 scales for groups of 128.",
};
