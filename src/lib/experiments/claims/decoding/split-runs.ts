/** Problems solved by pairs of models at the paper's shares of the work, and by random hand-overs of as much. */

import type {DataSets} from "../../../experiment/experiment.js";
import {scaleInterval} from "../../../stats/interval.js";
import {pairedShare} from "../../../stats/shares.js";
import {type Outcome, outcomeOf} from "../../decoding/split-outcomes.js";
import {splitModels, splitPolicy} from "../../decoding/split-policies.js";
import {problemsOf} from "../../decoding/split-signals.js";
import type {DecodingFound, SplitRun} from "./evidence.js";

/** Shares of the tokens that the large model wrote in the paper's runs. (Abstract and section 4.3) */
export const PRINTED_SHARES = {least: 0.0135, some: 0.05} as const;

/** Runs the learned tags with all requests granted, and with so many refused that the printed shares are left. */
export async function splitRuns(
  data: Pick<DataSets, "get">,
  count: number,
  told: (share: number) => Promise<void>,
): Promise<DecodingFound["split"]> {
  const models = await splitModels(data, ["learned"]);
  const problems = problemsOf("test", count);
  const run = (id: string, share: number) =>
    problems.map((problem) => outcomeOf(models, splitPolicy(id), problem, share));
  const alone = run("small", 0);
  await told(0.2);
  const all = run("learned", 1);
  const whole = largeShareOf(all);
  await told(0.4);
  const beside = async (share: number, texts: readonly Outcome[], done: number): Promise<SplitRun> => {
    const random = run("random-steps", share);
    await told(done);
    return {
      problems: count,
      largeShare: largeShareOf(texts),
      gain: pointsOver(texts, alone),
      overRandom: pointsOver(texts, random),
    };
  };
  const granted = (share: number) => run("learned", Math.min(1, share / whole));
  return {
    none: await beside(0, run("learned", 0), 0.5),
    least: await beside(PRINTED_SHARES.least, granted(PRINTED_SHARES.least), 0.6),
    some: await beside(PRINTED_SHARES.some, granted(PRINTED_SHARES.some), 0.8),
    all: await beside(whole, all, 1),
  };
}

function largeShareOf(texts: readonly Outcome[]): number {
  const written = texts.flatMap(({byLarge}) => byLarge);
  return written.filter(Boolean).length / written.length;
}

/** Percentage points of problems more that the first texts solve. */
const pointsOver = (texts: readonly Outcome[], others: readonly Outcome[]) =>
  scaleInterval(pairedShare(texts.map(({isCorrect}, i) => [isCorrect, others[i].isCorrect] as const)), 100);
