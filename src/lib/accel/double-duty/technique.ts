import type {AcceleratorTechnique} from "../accelerator-technique.js";
import type {CircuitSet} from "./circuits/sets.js";

/** Logic module of an FPGA whose adders are fed past its lookup tables, so that both work at once. */
export const doubleDutyTechnique = {
  id: "logic-blocks",
  label: "Double Duty logic blocks",
  family: "machine",
  source: "arXiv:2507.11709",
} as const satisfies AcceleratorTechnique;

/** Area that the abstract reports as saved, by the set of ours that stands for the suite. Shares of 1. */
export const DOUBLE_DUTY_REPORTED: Readonly<Record<CircuitSet, {suite: string; areaSaved: number}>> = {
  "Kratos-like": {suite: "Kratos", areaSaved: 0.216},
  "Koios-like": {suite: "Koios", areaSaved: 0.093},
  "VTR-like": {suite: "VTR", areaSaved: 0.082},
};

/** Area-delay product that the abstract reports as saved on average, a share of 1. */
export const AREA_DELAY_SAVED = 0.097;
