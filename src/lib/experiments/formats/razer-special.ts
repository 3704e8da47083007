import {experiment} from "../../experiment/experiment.js";
import type {Format} from "../../formats/format.js";
import {nvfp4} from "../../formats/nvfp4/nvfp4.js";
import {razer, razerQuantize} from "../../formats/razer/razer.js";
import {measure, roundTrip} from "../../quant/measure.js";
import type {Tensor} from "../../tensor/tensor.js";
import {formatColumns, measuredColumns} from "./columns.js";
import {DATA_NEEDS, SOURCES, seedParam, sourceParam, tensorsOf} from "./sources.js";

/** Sets of special values, from the magnitude o of the second pair. */
const SETS = {
  "±5": () => [5, -5],
  "±o": (o: number) => [o, -o],
  "±5, ±o": (o: number) => [5, -5, o, -o],
} as const;

/** The gain that the code of negative zero buys when each block may choose a value for it, and which values blocks choose. */
export const razerSpecial = experiment({
  id: "formats/razer-special",
  title: "RaZeR's special values",
  question:
    "What is gained by giving the code of negative zero to a special value, and which one do blocks take?",
  source: "arXiv:2501.04052v2, special values",
  params: {
    distribution: sourceParam,
    set: {
      kind: "choice",
      label: "Special values",
      help: "A block takes the one of the set that leaves the least squared error.",
      options: Object.keys(SETS) as readonly (keyof typeof SETS)[],
      default: "±5, ±o",
    },
    magnitudes: {
      kind: "choices",
      label: "Magnitude o",
      help: "Above 6 it widens the range of a block to one side; below, it fills a gap between E2M1 values.",
      options: [2.5, 3.5, 4.5, 5, 5.5, 6.5, 7, 7.5, 8, 8.5, 9, 10, 12],
      default: [6.5, 7, 7.5, 8, 8.5, 9, 10, 12],
    },
    blockSize: {
      kind: "choice",
      label: "Block size",
      options: [8, 16, 32, 64, 128],
      default: 16,
      advanced: true,
    },
    seed: seedParam,
  },
  columns: {
    distribution: {type: "string", label: "Values"},
    set: {type: "string", label: "Special values"},
    magnitude: {type: "number", label: "Magnitude o", nullable: true},
    special: {type: "number", label: "Special value", nullable: true},
    blockShare: {type: "number", label: "Share of blocks that take it", provenance: "measured"},
    ...formatColumns,
    ...measuredColumns,
    gainDb: {type: "number", label: "Gain over NVFP4", unit: "dB", provenance: "measured"},
  },
  needs: DATA_NEEDS,
  sweep: SOURCES.flatMap((distribution) => [
    {distribution},
    {distribution, set: "±o", magnitudes: [2.5, 3.5, 4.5, 5, 5.5, 6.5, 7, 7.5, 8, 8.5, 9, 10, 12]} as const,
  ]),
  async run({distribution, set, magnitudes, blockSize, seed}, {data, progress}) {
    const tensors = [...tensorsOf(distribution, seed, data).values()];
    const baseline = facts(nvfp4({blockSize}), tensors);
    const rows = [
      {
        distribution,
        set: "none",
        magnitude: null,
        special: null,
        blockShare: 1,
        ...baseline,
        gainDb: 0,
        provenance: "measured" as const,
      },
    ];
    // The first pair alone does not depend on o.
    const chosen: readonly (number | null)[] = set === "±5" ? [null] : magnitudes;
    for (const [index, magnitude] of chosen.entries()) {
      await progress(index / chosen.length, `o = ${magnitude}`);
      const specials = distinct(SETS[set](magnitude ?? 0));
      const measured = facts(razer({specials, blockSize}), tensors);
      const gainDb = measured.sqnrDb - baseline.sqnrDb;
      for (const [special, blockShare] of blockShares(tensors, specials, blockSize)) {
        const key = {distribution, set, magnitude, special, blockShare};
        rows.push({...key, ...measured, gainDb, provenance: "measured"} as never);
      }
    }
    return rows;
  },
});

function facts(format: Format, tensors: readonly Tensor[]) {
  const {relativeMse: _, ...measured} = measure(tensors.map((x) => roundTrip(format, x)));
  return {format: format.id, family: format.family, convention: format.convention, ...measured};
}

/** Number of blocks that take each special value. */
function blockShares(
  tensors: readonly Tensor[],
  specials: readonly number[],
  blockSize: number,
): [number, number][] {
  const counts = specials.map(() => 0);
  for (const x of tensors) {
    for (const index of razerQuantize(x, {specials, blockSize}).specialIndex) counts[index]++;
  }
  const blocks = counts.reduce((sum, count) => sum + count, 0);
  return specials.map((special, index) => [special, counts[index] / blocks]);
}

/** With o = 5 both pairs are the same. */
function distinct(values: readonly number[]): number[] {
  return [...new Set(values)];
}
