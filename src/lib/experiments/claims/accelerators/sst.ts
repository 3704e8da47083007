import {ELSA_MODELS, uniformLevels} from "../../../accel/sparse/elsa.js";
import {networkSpeedup, SST_REPORTED} from "../../../accel/sst/network.js";
import {largest} from "../../../stats/extent.js";
import type {Claim} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";
import {notTried} from "../rules.js";

const paper = "arXiv:2502.03763";

const slices: Claim = {
  id: "sst-speed",
  paper,
  place: "abstract",
  statement:
    "On sparse vision networks the slices run up to 3.52 times as fast as dense ones, for 13.3 % more area.",
  kind: "modelled",
  reported: [
    reported("sparse ViT and CNN", "speed-up over dense slices", SST_REPORTED.speedupOverDenseSlices, "x"),
    reported("sparse ViT and CNN", "area over dense slices", 100 * SST_REPORTED.areaOverDenseSlices, "%"),
  ],
  ours: () =>
    Object.entries(ELSA_MODELS).map(([id, model]) =>
      modelled(
        `${id}, all linears 1:4, slices of 8 x 8 with full feed`,
        "speed-up over dense slices",
        networkSpeedup(model, uniformLevels(model, [1, 4]), {P: 8, feed: 4}).speedup,
        "x",
      ),
    ),
  judge: (printed, ours) => {
    const [[theirs], best] = [valuesOf(printed, "speed-up"), largest(valuesOf(ours, "speed-up"))];
    return Math.abs(best / theirs - 1) < 0.05 ? "agrees" : best > 3 ? "same direction" : "differs";
  },
  why: "Which networks, patterns and sizes gave 3.52 is not in the abstract; uniform 1:4 on a base-size transformer comes close, held back by what is not pruned and by filling the array. Area is not modelled.",
};

const softLogic: Claim = {
  id: "sst-soft-logic",
  paper,
  place: "abstract",
  statement:
    "Against ordinary FPGA logic the slices reach up to five times the frequency in a tenth of the area.",
  kind: "open",
  reported: [
    reported("GEMM designs", "frequency", SST_REPORTED.frequencyOverSoftLogic, "x"),
    reported("GEMM designs", "area saved", SST_REPORTED.areaUnderSoftLogic, "x"),
  ],
  ours: () => [
    modelled(
      "both printed factors together, if one design has both",
      "work for each area",
      SST_REPORTED.frequencyOverSoftLogic * SST_REPORTED.areaUnderSoftLogic,
      "x",
    ),
  ],
  judge: notTried,
  why: "It takes placement and routing on an FPGA, which was not run. The two factors may come from different designs.",
};

/** Claims of the sparse tensor slices. */
export const sstClaims: readonly Claim[] = [slices, softLogic];
