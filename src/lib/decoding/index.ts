/** Decoding methods: drafts, verification and what they cost, for scripts: `paretoscope/decoding`. */

export * from "./decoding-run.js";
export * from "./drafts/model-draft.js";
export {recyclingTemplate} from "./drafts/token-recycling.js";
export * from "./easyspec/draft-time.js";
export * from "./easyspec/fuzzy-layers.js";
export * from "./method.js";
export * from "./registry.js";
export * from "./skipping/even-layers.js";
export * from "./skipping/layer-schedule.js";
export * from "./skipping/registry.js";
export * from "./skipping/skip-decode.js";
export * from "./skipping/skipped-reading.js";
export * from "./speculative/acceptance.js";
export * from "./speculative/chain-decoding.js";
export * from "./speculative/expected-tokens.js";
export * from "./speculative/verify-chain.js";
export * from "./split-reason/rewards.js";
export * from "./split-reason/split-time.js";
export * from "./split-reason/tags.js";
export * from "./subspec/offload.js";
export * from "./tree/draft-tree.js";
export * from "./tree/grow-tree.js";
export * from "./tree/tree-decoding.js";
export * from "./tree/verify-lossy.js";
export * from "./tree/verify-tree.js";
