/**
 * Models as their config.json describe them, for scripts: `import {modelRecordOfText} from "paretoscope/architectures"`. One
 * record of plain data, a plan for each layer; its parameters, and the numbers of its cache and state.
 */

export * from "./cache-elements.js";
export * from "./layer-kinds.js";
export type * from "./model-record.js";
export * from "./parameters.js";
export * from "./read-model.js";
export type * from "./record/channels.js";
export type * from "./record/mixer.js";
export type * from "./record/norm.js";
export type * from "./record/rope.js";
export {ARCHITECTURES, MODEL_TYPES} from "./registry.js";
