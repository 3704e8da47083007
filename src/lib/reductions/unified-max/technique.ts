import type {AttentionRow} from "../attention-row.js";
import {type Tally, tally} from "../counts.js";
import {type OrderSetting, type ScoreRange, type SoftmaxOrder, settingOf} from "../order.js";
import {countedSum, finish, runningPart, tilesOf} from "../partial.js";

/** One fixed number in place of every largest score: parts of a row just add up, and a row with a score out of range is computed anew. */
export const unifiedMax: SoftmaxOrder = {
  id: "unified-max",
  label: "unified maximum",
  family: "machine",
  source: "FlashDecoding++, arXiv:2311.01282, section 3",
  run(rows, given) {
    const setting = settingOf(given);
    const counts = tally();
    return {outputs: rows.map((row) => unifiedRow(row, setting, counts)), counts};
  },
};

/** Holds where a score may be taken less the centre without its exponential leaving the range; a hidden key always may. */
export function isInRange(score: number, {centre, above, below}: ScoreRange): boolean {
  const difference = score - centre;
  return score === Number.NEGATIVE_INFINITY || (difference < above && -difference < below);
}

function unifiedRow(row: AttentionRow, setting: OrderSetting, counts: Tally): Float64Array {
  const {round, tile, range} = setting;
  let sum = 0;
  const weighted = new Float64Array(row.width);
  for (const keys of tilesOf(row, tile)) {
    counts.tiles++;
    counts.scoresRead += keys.scores.length;
    if (!keys.scores.every((score) => isInRange(score, range))) return recomputed(row, setting, counts);
    const part = countedSum(keys, range.centre, round, counts);
    sum = round(sum + part.sum);
    for (let d = 0; d < row.width; d++) weighted[d] = round(weighted[d] + part.weighted[d]);
  }
  // Many large exponentials may overflow together where none does alone.
  const fits = Number.isFinite(sum) && weighted.every(Number.isFinite);
  return fits ? finish({sum, weighted}, round, counts) : recomputed(row, setting, counts);
}

/** The row by online softmax, after a score or a sum was found out of range. */
function recomputed(row: AttentionRow, setting: OrderSetting, counts: Tally): Float64Array {
  counts.recomputed++;
  return finish(runningPart(row, setting, counts), setting.round, counts);
}

/** The middle between the smallest and the largest visible score of rows to calibrate on; 0 where none is visible. */
export function calibratedCentre(rows: readonly AttentionRow[]): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const {scores} of rows) {
    for (const score of scores) {
      if (score === Number.NEGATIVE_INFINITY) continue;
      if (score < least) least = score;
      if (score > most) most = score;
    }
  }
  return most < least ? 0 : (least + most) / 2;
}
