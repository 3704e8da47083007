import type {Experiment} from "../../src/lib/experiment/experiment.js";
import {experiments, loadExperiment} from "../../src/lib/experiments/registry.js";

/** Experiments that read no data and run nothing: models of costs. The cost of a scan has its tests beside the scans. */
export const costModels: readonly Experiment[] = (
  await Promise.all(Object.keys(experiments).map(loadExperiment))
).filter(
  ({id, needs, columns, params}) =>
    id !== "ssm/scan-forms" &&
    needs.length === 0 &&
    Object.values(columns).some(({provenance}) => provenance === "modelled") &&
    !Object.values(params).some((param) => param.kind === "file"),
);
