import {experiment} from "../../experiment/experiment.js";
import {largest, smallest} from "../../stats/extent.js";
import {mean} from "../../stats/moments.js";
import {
  frozenShares,
  LEVEL_RUNS,
  LEVEL_TRAINING,
  LEVEL_WAYS,
  levelRunName,
  PICTURE_NETS,
  TRAINED_SEEDS,
} from "./picture-nets.js";

const PARTS = ["signs", "weights"] as const;

/** Shares of signs and of whole weights that stay the same while weights of few bits are trained. */
export const frozenSigns = experiment({
  id: "arithmetic/frozen-signs",
  title: "Signs that settle",
  question: "When do the weights of a network stop to change while it is trained in few bits?",
  source: "DenseShift, arXiv:2208.09708, section 3; trained by training/train_shifts.py",
  params: {
    part: {
      kind: "choice",
      label: "Stays the same",
      help: "The sign of a weight, zero being one of its own, or the whole weight.",
      options: PARTS,
      default: "signs",
    },
    bits: {kind: "choice", label: "Bits of a weight", options: [2, 3, 4], default: 3},
  },
  columns: {
    part: {type: "string", label: "Stays the same"},
    bits: {type: "integer", label: "Bits of a weight"},
    way: {type: "string", label: "Id"},
    name: {type: "string", label: "Weights"},
    family: {type: "string", label: "Family"},
    sigma: {type: "number", label: "Deviation of DenseShift's latents at the start"},
    step: {type: "integer", label: "Steps of training"},
    same: {
      type: "number",
      label: "Share that is as it was 100 steps before, mean of the seeds",
      provenance: "measured",
    },
    sameLow: {type: "number", label: "Share that is the same, least of the seeds", provenance: "measured"},
    sameHigh: {type: "number", label: "Share that is the same, most of the seeds", provenance: "measured"},
    seeds: {type: "integer", label: "Seeds of training"},
  },
  needs: [PICTURE_NETS],
  sweep: PARTS.flatMap((part) => ([2, 3, 4] as const).map((bits) => ({part, bits}))),
  async run({part, bits}, {data}) {
    const tensors = data.get(PICTURE_NETS);
    return LEVEL_RUNS.filter((run) => run.bits === bits).flatMap((run) => {
      const seeds = TRAINED_SEEDS.map((seed) => frozenShares(tensors, run, seed));
      return Array.from({length: LEVEL_TRAINING.steps / LEVEL_TRAINING.period}, (_, i) => {
        const shares = seeds.map((each) => each[2 * i + PARTS.indexOf(part)]);
        return {
          part,
          bits,
          way: run.way,
          name: levelRunName(run),
          family: LEVEL_WAYS.find(({id}) => id === run.way)!.family,
          sigma: run.sigma,
          step: (i + 1) * LEVEL_TRAINING.period,
          same: mean(shares),
          sameLow: smallest(shares),
          sameHigh: largest(shares),
          seeds: seeds.length,
          provenance: "measured" as const,
        };
      });
    });
  },
});
