/** Readings of test pictures that the claims of VMeanba are judged by. */
import type {TensorSet} from "../../../experiment/experiment.js";
import {unstructured} from "../../../sparse/pruning/pattern.js";
import {vmeanba} from "../../../ssm/vmeanba/vmeanba.js";
import {keptPicture, pictureModel, pictures, type Reading} from "../../shared/picture-model.js";
import {prunedTensors} from "../../shared/pruned-pictures.js";
import {chooseLayers, readAveraged} from "../../ssm/vmeanba-choice.js";

/** Share of weights that the paper prunes beside. */
export const PRUNED = 0.4;
/** Calibration pictures of a seed at most. */
const CALIBRATION = 24;
const SEEDS = [0, 1, 2];

/** Readings of the same pictures by the model as it is, averaged, pruned, and both. */
export interface AveragedPictures {
  readonly layers: number;
  /** Layers averaged, half of all. */
  readonly averaged: number;
  /** Share of the variance of the scans' outputs between channels, by seed and layer. */
  readonly variations: readonly (readonly number[])[];
  readonly whole: readonly Reading[];
  readonly ofAveraged: readonly Reading[];
  readonly ofPruned: readonly Reading[];
  readonly ofBoth: readonly Reading[];
}

/** Reads `count` pictures for each of three seeds. */
export async function averagedPictures(
  tensors: TensorSet,
  count: number,
  tell: (share: number) => Promise<void>,
): Promise<AveragedPictures> {
  const pattern = unstructured(1 - PRUNED);
  const model = await pictureModel(tensors);
  const pruned = await pictureModel(prunedTensors(tensors, () => pattern));
  const {layers} = model.config;
  const averaged = Math.floor(layers / 2);
  const found: Record<"whole" | "ofAveraged" | "ofPruned" | "ofBoth", Reading[]> = {
    whole: [],
    ofAveraged: [],
    ofPruned: [],
    ofBoth: [],
  };
  const variations: (readonly number[])[] = [];
  for (const seed of SEEDS) {
    const calibration = pictures("validation", seed * CALIBRATION, Math.min(count, CALIBRATION));
    const test = pictures("test", seed * count, count);
    for (const [of, some, all] of [
      [model, "ofAveraged", "whole"],
      [pruned, "ofBoth", "ofPruned"],
    ] as const) {
      const kept = test.map((each) => keptPicture(of, each));
      const choice = chooseLayers(of, vmeanba, calibration);
      if (of === model) variations.push(choice.variations);
      found[all] = [...found[all], ...kept.map(({whole}) => whole)];
      found[some] = [...found[some], ...readAveraged(of, vmeanba, choice, averaged, kept)];
    }
    await tell((seed + 1) / SEEDS.length);
  }
  return {layers, averaged, variations, ...found};
}
