import {CIRCUIT_SETS} from "../../../accel/double-duty/circuits/sets.js";
import {type BlockComparison, compareAll, USUAL_KNOBS} from "../../../accel/double-duty/compare.js";
import {AREA_DELAY_SAVED, DOUBLE_DUTY_REPORTED} from "../../../accel/double-duty/technique.js";
import {mean} from "../../../stats/moments.js";
import type {Claim} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";

const paper = "arXiv:2507.11709";

const SAME = "one circuit in both, half of the rows of its sums in tables";
const BEST = "each block with its own best split of sums";

/** Ways to synthesize the sums of the Kratos-like set: which the paper took is not in its abstract. */
const WAYS = {
  [BEST]: USUAL_KNOBS,
  [SAME]: {...USUAL_KNOBS, sums: {compressedShare: 0.5}},
} as const;

/** Percent by which a mean of ratios is below 1. */
const saved = (rows: readonly BlockComparison[], of: (row: BlockComparison) => number) =>
  100 * (1 - mean(rows.map(of)));

/** Points by which a saving of ours may differ from the printed one and still agree with it. */
const NEAR = 3;

const area: Claim = {
  id: "double-duty-area",
  paper,
  place: "abstract",
  statement:
    "Adders that are fed past the tables save 21.6 % of the area on Kratos, 9.3 % on Koios and 8.2 % on VTR.",
  kind: "modelled",
  reported: CIRCUIT_SETS.map((set) =>
    reported(DOUBLE_DUTY_REPORTED[set].suite, "area saved", 100 * DOUBLE_DUTY_REPORTED[set].areaSaved, "%"),
  ),
  ours: () => {
    const rows = compareAll(USUAL_KNOBS);
    return CIRCUIT_SETS.map((set) => {
      const own = rows.filter((row) => row.set === set);
      return modelled(
        `${set}, ${own.length} circuits, ${BEST}`,
        "area saved",
        saved(own, (row) => row.areaRatio),
        "%",
      );
    });
  },
  judge: (printed, ours) => {
    const [theirs, found] = [valuesOf(printed, "area saved"), valuesOf(ours, "area saved")];
    if (found.every((value, i) => Math.abs(value - theirs[i]) <= NEAR)) return "agrees";
    const isOrdered = found.every((value, i) => i === 0 || value < found[i - 1]);
    return isOrdered && found.every((value) => value > 0) ? "same direction" : "differs";
  },
  why: "Our circuits are generated and small, and are none of the suites. With sums split over tables and adders as suits each block the layers save more than the paper's; general circuits save less the fewer adders they have, as in the paper. The paper synthesized, placed and routed whole designs.",
};

const areaDelay: Claim = {
  id: "double-duty-area-delay",
  paper,
  place: "abstract",
  statement: "Area times delay falls by 9.7 % on average, and the longest path grows no longer.",
  kind: "modelled",
  reported: [reported("mean of the suites", "area times delay saved", 100 * AREA_DELAY_SAVED, "%")],
  ours: () =>
    Object.entries(WAYS).flatMap(([way, knobs]) => {
      const rows = compareAll(knobs);
      return [
        modelled(
          way,
          "area times delay saved",
          saved(rows, (row) => row.areaDelayRatio),
          "%",
        ),
        modelled(
          way,
          "longest path over the ordinary block's",
          100 * mean(rows.map((row) => row.delayRatio)),
          "%",
        ),
      ];
    }),
  judge: (printed, ours) => {
    const [theirs] = valuesOf(printed, "area times delay saved");
    const found = valuesOf(ours, "area times delay saved");
    if (found.every((value) => Math.abs(value - theirs) <= NEAR)) return "agrees";
    return found.every((value) => value > 0) ? "same direction" : "differs";
  },
  why: "The product follows the area, of which our layers save more. Delays are the authors' constants without placement: a wire between blocks has one length, so congestion, which decides real paths, is not in it.",
};

/** Claims of Double Duty. */
export const doubleDutyClaims: readonly Claim[] = [area, areaDelay];
