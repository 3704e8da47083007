/** Claims of MixPE, judged by a model of its arrays beside others of the same area. */

import type {Row} from "../../../experiment/columns.js";
import type {mixedElements} from "../../accel/mixed-elements.js";
import type {Claim, Evidence, Rule} from "../claim.js";
import {modelled, reported, valuesOf} from "../evidence.js";

/** Rows of arrays of equal area. */
export type MixedRows = readonly Row<(typeof mixedElements)["columns"]>[];

const MIXPE = "arXiv:2411.16158";
/** Weights under one scale, as in the paper's comparisons of accuracy. */
const GROUP = 128;

const RIVALS = {
  int8: "over elements of 8 bits by 8",
  dequantized: "over dequantizing before the product",
} as const;

/** A quantity of each rival over that of MixPE's integers. */
const ratios =
  (column: "cycles" | "energy", name: string) =>
  ({mixed}: {readonly mixed: MixedRows}): Evidence[] => {
    const of = (element: string) =>
      mixed.find((row) => row.element === element && row.groupSize === GROUP)?.[column] ?? Number.NaN;
    return Object.entries(RIVALS).map(([id, words]) =>
      modelled("arrays of equal area, 2,048 tokens", `${name} ${words}`, of(id) / of("mixpe-w4a8"), "x"),
    );
  };

/** A factor over rivals that the paper names and we do not have: `agrees` if the nearer of ours gives it too, `differs` if not even the farther does. */
const betweenRivals: Rule = (printed, ours) => {
  const [[factor], [near, far]] = [valuesOf(printed), valuesOf(ours)];
  if (near >= factor) return "agrees";
  return far < factor ? "differs" : "open";
};

const MODEL =
  "Ours is a model: published areas and energies of operations, registers of an open cell library, additions counted on the weights of a trained decoder.";

/** Claims of MixPE. */
export const mixpeClaims: readonly Claim<{readonly mixed: MixedRows}>[] = [
  {
    id: "mixpe-speed",
    paper: MIXPE,
    place: "abstract",
    statement:
      "Processing elements that shift and add are 2.6 times as fast as earlier accelerators for quantized models.",
    kind: "modelled",
    reported: [reported("accelerators for quantized models", "times as fast", 2.6, "x")],
    ours: ratios("cycles", "times as fast"),
    judge: betweenRivals,
    why: `${MODEL} The factor lies between those over elements of 8 bits and over dequantizing first, so that it depends on the rival's circuit, whose area is not published.`,
  },
  {
    id: "mixpe-energy",
    paper: MIXPE,
    place: "abstract",
    statement:
      "Processing elements that shift and add take 1.4 times less energy than earlier accelerators for quantized models.",
    kind: "modelled",
    reported: [reported("accelerators for quantized models", "times less energy", 1.4, "x")],
    ours: ratios("energy", "times less energy"),
    judge: betweenRivals,
    why: `${MODEL} Even elements of 8 bits take more than 1.4 times the energy, since their weights are twice as wide in registers, buffer and memory; a multiplier as narrow as the weights would save as much.`,
  },
];
