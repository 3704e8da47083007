/** Experiments for scripts: `import {loadExperiment} from "paretoscope/experiments"`; and what it takes to define one. */

export type {Column, Columns, Row} from "../experiment/columns.js";
export * from "../experiment/experiment.js";
export * from "../experiment/sweep.js";
export * from "../experiment/table.js";
export type {Option, Param, Params, ParamValue, ParamValues} from "../technique/params.js";
export * from "./registry.js";
