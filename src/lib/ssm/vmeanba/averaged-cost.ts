import {selectiveScanCost} from "../../engine/scan/scan-cost.js";
import {DIRECTIONS} from "../../engine/vision/cross-scan.js";
import type {VisionConfig} from "../../engine/vision/vision-weights.js";

/** Work and memory of one layer for one picture. Multiplications and additions are counted alike. */
export interface LayerCost {
  /** Of the scans, means included. */
  readonly scanOperations: number;
  readonly scanExponentials: number;
  /** Of projections, convolution and time steps, which no average shortens. */
  readonly otherOperations: number;
  /** Numbers of state of the four scans. */
  readonly stateNumbers: number;
}

/** Counts a layer of a picture of `tokens` patches, with all channels scanned or one mean channel. */
export function layerCost(config: VisionConfig, tokens: number, averaged: boolean): LayerCost {
  const {hiddenSize: h, innerSize: d, stateSize: n, timeStepRank: r, convWidth} = config;
  const scan = selectiveScanCost({tokens, channels: averaged ? 1 : d, stateSize: n});
  // Means of u and of the time steps; those of A are taken once for all pictures.
  const means = averaged ? 2 * tokens * d : 0;
  const projections = 2 * h * 2 * d + 2 * d * h + DIRECTIONS * (2 * d * (r + 2 * n) + 2 * r * d);
  return {
    scanOperations: DIRECTIONS * (scan.operations + means),
    scanExponentials: DIRECTIONS * scan.exponentials,
    otherOperations: tokens * (projections + 2 * convWidth ** 2 * d),
    stateNumbers: DIRECTIONS * scan.numbers,
  };
}

/** Times faster that a whole becomes of which a share `f` of the time is left out. (Amdahl's law, doi.org/10.1145/1465482.1465560) */
export function speedupWithout(f: number): number {
  if (!(f >= 0 && f < 1)) throw new RangeError(`speedupWithout: f must be at least 0 and below 1, got ${f}`);
  return 1 / (1 - f);
}
