import {registry} from "../technique/registry.js";
import {requireInteger} from "../tensor/require.js";

/** Place of a step in a run. */
export interface StepPlace {
  /** Steps of the whole run, and of one block. */
  readonly steps: number;
  readonly blockSteps: number;
  /** This step among all, and in its block, from 0. */
  readonly step: number;
  readonly blockStep: number;
  /** Masks of the block at its beginning and now, and now in the whole text. */
  readonly blockMasks: number;
  readonly masksNow: number;
  readonly masksOfText: number;
}

/** A rule of how many tokens a step writes. */
export interface Schedule {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  readonly count: (place: StepPlace) => number;
}

/**
 * Tokens that each of `steps` steps writes of `masks` masks: as equal as can be, the larger shares first.
 * (LLaDA, `get_num_transfer_tokens`)
 */
export function evenShares(masks: number, steps: number): number[] {
  requireInteger("evenShares", "masks", masks, 0);
  requireInteger("evenShares", "steps", steps, 1);
  const [each, over] = [Math.floor(masks / steps), masks % steps];
  return Array.from({length: steps}, (_, i) => each + (i < over ? 1 : 0));
}

/** Equal shares of a block's masks. */
const even: Schedule = {
  id: "even",
  label: "equal shares",
  source: "arXiv:2502.09992, section 2.3",
  count: ({blockMasks, blockSteps, blockStep}) => evenShares(blockMasks, blockSteps)[blockStep],
};

/** Time at which a run ends, a little above 0. */
const LAST_TIME = 1e-3;

/** Shares of a linear time grid from 1 to {@link LAST_TIME}, rounded down; a block's last step writes all that is left. */
const linearTime: Schedule = {
  id: "linear-time",
  label: "linear time",
  source: "arXiv:2508.15487, released generation_utils.py",
  count({steps, step, blockSteps, blockStep, masksNow, masksOfText}) {
    if (blockStep === blockSteps - 1) return masksNow;
    const time = (at: number) => 1 + (at / steps) * (LAST_TIME - 1);
    return Math.min(masksNow, Math.floor(masksOfText * (1 - time(step + 1) / time(step))));
  },
};

/** Schedules by id. */
export const schedules = registry<Schedule>("schedules", [even, linearTime]);
