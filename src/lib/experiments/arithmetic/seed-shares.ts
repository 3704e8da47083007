import {largest, smallest} from "../../stats/extent.js";
import {fewMean} from "../formats/measured-training.js";

/** Columns of a share that several trainings reached. */
export const rightColumns = {
  right: {type: "number", label: "Pictures named rightly, mean of the seeds", provenance: "measured"},
  rightLow: {
    type: "number",
    label: "Pictures named rightly, lower end of 95 % over seeds",
    provenance: "measured",
    nullable: true,
  },
  rightHigh: {
    type: "number",
    label: "Pictures named rightly, upper end of 95 % over seeds",
    provenance: "measured",
    nullable: true,
  },
  seedLow: {type: "number", label: "Pictures named rightly, least of the seeds", provenance: "measured"},
  seedHigh: {type: "number", label: "Pictures named rightly, most of the seeds", provenance: "measured"},
  bySeed: {type: "numbers", label: "Pictures named rightly by each seed"},
  seeds: {type: "integer", label: "Seeds of training"},
  pictures: {type: "integer", label: "Test pictures"},
} as const;

/** Cells of these columns; `shares` has one of each seed. */
export function rightCells(shares: readonly number[], pictures: number) {
  const {value, low, high} = fewMean(shares);
  return {
    right: value,
    rightLow: low === null ? null : Math.max(0, low),
    rightHigh: high === null ? null : Math.min(1, high),
    seedLow: smallest(shares),
    seedHigh: largest(shares),
    bySeed: [...shares],
    seeds: shares.length,
    pictures,
  };
}
