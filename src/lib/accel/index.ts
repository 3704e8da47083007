/**
 * Accelerator cost models for scripts: `import {compose, machineById, modelById} from "paretoscope/accel"`.
 * Pages import the leaf modules instead.
 */

export * from "../tensor/nm-mask.js";
export * from "./attention-io.js";
export * from "./closed-forms.js";
export * from "./compat/llm-viewer.js";
export * from "./compat/llm-viewer-slips.js";
export * from "./compose.js";
export * from "./decoding-way.js";
export * from "./energy.js";
export * from "./explain.js";
export * from "./footprint.js";
export * from "./graphs/graph.js";
export * from "./graphs/graph-task.js";
export * from "./graphs/graph-text.js";
export * from "./hf-config.js";
export * from "./hsa/cost.js";
export * from "./hsa/decode-array.js";
export * from "./hsa/dequant.js";
export * from "./hsa/fed-decode.js";
export * from "./hsa/units.js";
export * from "./kinetics.js";
export * from "./machine.js";
export * from "./machines.js";
export * from "./measurements.js";
export * from "./model.js";
export * from "./models.js";
export * from "./operator.js";
export * from "./pareto.js";
export * from "./roofline.js";
export * from "./roofline-text.js";
export * from "./scratchpad.js";
export * from "./sparse/amx.js";
export * from "./sparse/elsa.js";
export * from "./sparse/evolve-levels.js";
export * from "./sparse/level-search.js";
export * from "./split-decode.js";
export * from "./sst/encode.js";
export * from "./sst/network.js";
export * from "./sst/slice.js";
export * from "./systolic/corrected.js";
export * from "./systolic/dram-reads.js";
export * from "./systolic/layer.js";
export * from "./systolic/scale-sim.js";
export * from "./systolic/simulate.js";
export * from "./systolic/tiling.js";
export * from "./tables.js";
export * from "./workload/attention.js";
export * from "./workload/build.js";
export * from "./workload/ffn.js";
export * from "./workload/step.js";
