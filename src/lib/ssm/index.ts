/** State-space models: scans and their quantization, for scripts: `paretoscope/ssm`. */

export * from "./associative-scan.js";
export * from "./causal-conv1d.js";
export * from "./gla.js";
export {type GlaChunkOptions, glaChunked} from "./gla-chunked.js";
export * from "./gla-chunked-naive.js";
export * from "./head-channel-groups.js";
export * from "./k-means.js";
export * from "./nonlinear.js";
export type {Numbers, Precision, PrecisionOption} from "./precision.js";
export * from "./quamba-embedding.js";
export * from "./quamba2-weights.js";
export * from "./rearrange.js";
export * from "./scan-cost.js";
export * from "./scan-input.js";
export * from "./scan-matrix.js";
export * from "./segsum.js";
export * from "./selective-scan.js";
export * from "./selective-scan-associative.js";
export * from "./selective-scan-chunked.js";
export * from "./sort-and-cluster.js";
export * from "./ssd.js";
export * from "./ssd-chunked.js";
export * from "./ward-clusters.js";
