/** Claims about block formats, and the reference implementations' own numbers. */

import {mx} from "../../../formats/mx/mx.js";
import {formatById} from "../../../formats/registry.js";
import {measureFormat} from "../../../quant/measure.js";
import {referenceSqnr, SQNR_DISTRIBUTIONS} from "../../../reported/sqnr.js";
import {influenceInterval} from "../../../stats/interval.js";
import {mean} from "../../../stats/moments.js";
import {sample} from "../../formats/sources.js";
import type {Claim, Evidence} from "../claim.js";
import {intervalsOf, measured, reported} from "../evidence.js";
import {orderVerdict} from "../rules.js";
import type {TensorClaim} from "./tensors.js";

const NEAR_DB = 0.15;
const NEAR_OUTLIERS_DB = 0.8;
/** Distance in dB that two samples of one distribution may have: ours are a quarter of the reference's in size. */
const spreadDb = (of: string) => (of.startsWith("outlier-columns") ? NEAR_OUTLIERS_DB : NEAR_DB);

const references: TensorClaim = {
  id: "reference-sqnr",
  paper: "reference implementations",
  place: "microxcaling; RaZeR's repository; direct formulas",
  statement: "Formats of the same name lose the same on the same distribution, whoever implements them.",
  kind: "measured",
  reported: referenceSqnr.flatMap(({format, sqnrDb}) =>
    SQNR_DISTRIBUTIONS.map((distribution, i) =>
      reported(`${distribution}, 1024 x 1024`, `signal to noise of ${format}`, sqnrDb[i], "dB"),
    ),
  ),
  ours: () => {
    const samples = SQNR_DISTRIBUTIONS.map((distribution) => ({distribution, x: sample(distribution, 0)}));
    return referenceSqnr.flatMap(({format}) =>
      samples.map(({distribution, x}) =>
        measured(
          `${distribution}, 256 x 1024`,
          `signal to noise of ${format}`,
          measureFormat(formatById(format), x).sqnrDb,
          "dB",
        ),
      ),
    );
  },
  judge: (printed, ours) => {
    const isClose = ({value, subject}: Evidence, i: number) =>
      value !== null && Math.abs(value - (printed[i].value ?? Number.NaN)) <= spreadDb(subject);
    return ours.every(isClose) ? "agrees" : "differs";
  },
  why: `Other random draws and smaller tensors may move a figure by ${NEAR_DB} dB here, and by ${NEAR_OUTLIERS_DB} where ten drawn columns are outliers.`,
};

const RULES = ["floor", "rceil"] as const;
const BLOCKS = [32, 16] as const;
const REFERENCE = {
  floor: {32: "mxfp4", 16: "mxfp4_b16"},
  rceil: {32: "mxfp4_rceil", 16: "mxfp4_b16_rceil"},
} as const;
const SAMPLES = [0, 1, 2, 3, 4, 5, 6, 7];

const printedDb = (id: string): number =>
  referenceSqnr.find(({format}) => format === id)?.sqnrDb[0] ?? Number.NaN;

/** Signal to noise that the better block gains over the other one, over samples. */
function blockGain(scaleRule: (typeof RULES)[number], better: 16 | 32): Evidence {
  const db = (blockSize: 16 | 32, seed: number) =>
    measureFormat(mx({blockSize, scaleRule}), sample("normal", seed)).sqnrDb;
  const gains = SAMPLES.map((seed) => db(better, seed) - db(better === 16 ? 32 : 16, seed));
  const {value, low, high} = influenceInterval(mean(gains), gains);
  return {
    ...measured(
      `normal, ${SAMPLES.length} samples of 256 x 1024`,
      `gained by blocks of ${better}, rule ${scaleRule}`,
      value,
      "dB",
    ),
    low,
    high,
    method: `95 %, Student's t over ${SAMPLES.length} samples`,
  };
}

const floorRule: Claim<unknown> = {
  id: "mx-floor-rule",
  paper: "OCP MX 1.0 and its implementations",
  place: "scale rule of the specification",
  statement:
    "On normal data, smaller MXFP4 blocks do not help under the rule of the specification, and do under one that never clips.",
  kind: "measured",
  reported: RULES.flatMap((scaleRule) =>
    BLOCKS.map((blockSize) =>
      reported(
        "normal, 1024 x 1024",
        `MXFP4, blocks of ${blockSize}, rule ${scaleRule}`,
        printedDb(REFERENCE[scaleRule][blockSize]),
        "dB",
      ),
    ),
  ),
  ours: () => [blockGain("floor", 32), blockGain("rceil", 16)],
  judge: (_reported, ours) => orderVerdict(intervalsOf(ours, "gained by blocks")),
  why: "The floor rule clips what lies above 6 in the scaled block; a block of 16 has its largest value there as often as one of 32, and fewer others to gain.",
};

/** Claims about block formats. */
export const mxClaims: readonly TensorClaim[] = [references, floorRule];
