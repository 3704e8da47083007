/** Claims of DenseShift and QFX, judged by small classifiers of pictures that were trained so. */

import type {Row} from "../../../experiment/columns.js";
import {scaleInterval, studentInterval} from "../../../stats/interval.js";
import {estimateDifference} from "../../../stats/moments.js";
import type {trainedFixedPoint} from "../../arithmetic/trained-fixed-point.js";
import type {trainedShifts} from "../../arithmetic/trained-shifts.js";
import type {Claim, Evidence} from "../claim.js";
import {intervalsOf, reported, spread} from "../evidence.js";
import {keptVerdict, orderVerdict} from "../rules.js";

/** Rows of both experiments. */
export interface TrainedRows {
  readonly shifts: readonly Row<(typeof trainedShifts)["columns"]>[];
  readonly fixed: readonly Row<(typeof trainedFixedPoint)["columns"]>[];
}

interface Trained {
  readonly bySeed: ArrayLike<number>;
  readonly seeds: number;
  readonly pictures: number;
}

const POINTS = "percentage points";

/** Pictures right of one kind of network more than of another, in percentage points, paired by seed. */
function gain(subject: string, quantity: string, better: Trained, worse: Trained): Evidence {
  const estimate = estimateDifference(Array.from(better.bySeed), Array.from(worse.bySeed));
  const interval = scaleInterval(studentInterval(estimate, better.seeds), 100);
  const method = `95 %, Student's t over ${better.seeds} seeds`;
  return spread(subject, quantity, {...interval, documents: better.pictures, method}, POINTS);
}

const SIGMA = 0.001;

/** DenseShift against another way in each number of bits; float32 has one row for all. */
function denseShiftOver({shifts}: TrainedRows, way: string, quantity: string): Evidence[] {
  return shifts
    .filter((row) => row.way === "dense-shift" && row.sigma === SIGMA)
    .flatMap((row) => {
      const rival = shifts.find((each) => each.way === way && (way === "float" || each.bits === row.bits));
      return rival === undefined
        ? []
        : [gain(`a classifier of pictures, ${row.bits} bits`, quantity, row, rival)];
    });
}

/** Trained points over another way in each word. */
function trainedPointsOver({fixed}: TrainedRows, way: string, quantity: string): Evidence[] {
  return fixed
    .filter((row) => row.way === "trained")
    .flatMap((row) => {
      const rival = fixed.find((each) => each.way === way && each.word === row.word);
      return rival === undefined
        ? []
        : [gain(`a classifier of pictures, words of ${row.word} bits`, quantity, row, rival)];
    });
}

const OURS = "Ours is a network of 3,692 weights on drawn pictures, trained for 4,000 steps, three seeds;";

/** Claims on networks that are trained for arithmetic without a multiplier. */
export const trainedClaims: readonly Claim<TrainedRows>[] = [
  {
    id: "dense-shift-order",
    paper: "arXiv:2208.09708",
    place: "abstract",
    statement: "Powers of two without a zero beat earlier networks of few bits that need no multiplication.",
    kind: "measured",
    reported: [reported("vision and speech tasks", "no single number is given", null, "")],
    ours: (rows) =>
      denseShiftOver(rows, "shift-zero", "pictures right more than with powers of two and zero"),
    judge: (_, ours) => orderVerdict(intervalsOf(ours)),
    why: `${OURS} the rival is the nearest power of two or zero under a learned scale, with the rate that suits each best. Their trainings are longer by far.`,
  },
  {
    id: "dense-shift-accuracy",
    paper: "arXiv:2208.09708",
    place: "abstract",
    statement: "Weights that are powers of two without a zero reach the accuracy of full precision.",
    kind: "measured",
    reported: [reported("vision and speech tasks", "competitive with full precision", null, "")],
    ours: (rows) => denseShiftOver(rows, "float", "pictures right more than with float32"),
    judge: (_, ours) => keptVerdict(intervalsOf(ours)),
    why: `${OURS} so small a network has no weights to spare. All its layers are rounded, the first and the last one too. Competitive is read as: at most 2 points fewer.`,
  },
  {
    id: "qfx-accuracy",
    paper: "arXiv:2401.17544",
    place: "abstract",
    statement: "A trained binary point gives more accuracy than one chosen after training.",
    kind: "measured",
    reported: [reported("CIFAR-10 and ImageNet", "more accurate than after training", null, "")],
    ours: (rows) => [
      ...trainedPointsOver(rows, "after", "pictures right more than after training"),
      ...trainedPointsOver(
        rows,
        "chosen",
        "with weights trained alike, pictures right more than under chosen points",
      ),
    ],
    judge: (_, ours) => orderVerdict(intervalsOf(ours, "pictures right")),
    why: "Every operation casts its output in both. Ours is a network of 3,692 weights on drawn pictures, three seeds; weights are trained for 800 steps more, and the last rows show what points add to that.",
  },
];
