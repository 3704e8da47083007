/** Claims of FuseMax, judged by the model of its two arrays. */

import {fusemaxGains} from "../../../accel/fusemax/workloads.js";
import type {Claim, Rule} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";

/** Share of a printed factor that a model may miss and still agree. */
const CLOSE = 0.05;
const ON = "means of BERT, TrXL, T5 and XLM, 1024 to 1048576 tokens";
const [ATTENTION, LAYER] = ["attention", "whole layers"];

/** Agreement if every number is within a twentieth of the printed one, the same direction if all lie on its side of one. */
const onItsSide: Rule = (printed, ours) => {
  const [theirs, found] = [valuesOf(printed), valuesOf(ours)];
  if (found.every((value, i) => Math.abs(value / theirs[i] - 1) <= CLOSE)) return "agrees";
  return found.every((value, i) => value > 1 === theirs[i] > 1) ? "same direction" : "differs";
};

const common = {paper: "arXiv:2406.10491", place: "abstract", kind: "modelled", judge: onItsSide} as const;

/** Claims of FuseMax on speed and energy. */
export const fusemaxClaims: readonly Claim[] = [
  {
    ...common,
    id: "fusemax-speed",
    statement: "FuseMax is 6.7 times as fast as FLAT on attention, and 5.3 times on whole layers.",
    reported: [
      reported(ATTENTION, "speed over FLAT", 6.7, "x"),
      reported(LAYER, "speed over FLAT", 5.3, "x"),
    ],
    ours: () => {
      const {attention, layer} = fusemaxGains();
      return [
        modelled(`${ATTENTION}, ${ON}`, "speed over FLAT", attention.speedup, "x"),
        modelled(`${LAYER}, ${ON}`, "speed over FLAT", layer.speedup, "x"),
      ];
    },
    why: "Both are models: of arrays that take as many cycles as the operations of each line need. Ours gives the cycles of the published tables up to 65536 tokens; beyond, FLAT waits for memory, and how it then divides its buffer is simplified.",
  },
  {
    ...common,
    id: "fusemax-energy",
    statement: "FuseMax takes 79 % of the energy of FLAT on attention, and 83 % on whole layers.",
    reported: [
      reported(ATTENTION, "energy over FLAT", 0.79, "x"),
      reported(LAYER, "energy over FLAT", 0.83, "x"),
    ],
    ours: () => {
      const {attention, layer} = fusemaxGains();
      return [
        modelled(`${ATTENTION}, ${ON}`, "energy over FLAT", attention.energy, "x"),
        modelled(`${LAYER}, ${ON}`, "energy over FLAT", layer.energy, "x"),
      ];
    },
    why: "Energies of operations and memories are the published ones, and what FuseMax takes is theirs to two per cent. FLAT takes less in our model than in theirs: products are the most of both, and what a mapping found by search moves inside FLAT's arrays is not published.",
  },
];
