/** Experiments for scripts: `import {loadExperiment} from "paretoscope/experiments"`; and what it takes to define one. */

export type {Column, Columns, Row} from "../experiment/columns.js";
export * from "../experiment/experiment.js";
export type {Option, Param, Params, ParamValue, ParamValues} from "../experiment/params.js";
export * from "../experiment/sweep.js";
export * from "../experiment/table.js";
export * from "./registry.js";
