/** Experiments for scripts: `import {loadExperiment} from "paretoscope/experiments"`; and what it takes to define one. */

export {
  allTables,
  type Column,
  type Columns,
  MAIN_TABLE,
  type Row,
  type TableRows,
  type Tables,
} from "../experiment/columns.js";
export * from "../experiment/experiment.js";
export * from "../experiment/sweep.js";
export * from "../experiment/table.js";
export type {FileParam, Opened, Option, Param, Params, ParamValue, ParamValues} from "../technique/params.js";
export * from "./registry.js";
