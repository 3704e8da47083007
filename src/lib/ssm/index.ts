/** State-space models: scans and their quantization, for scripts: `paretoscope/ssm`. */

export * from "./quamba/quamba-embedding.js";
export * from "./quamba2/head-channel-groups.js";
export * from "./quamba2/k-means.js";
export * from "./quamba2/quamba2-weights.js";
export * from "./quamba2/rearrange.js";
export * from "./quamba2/sort-and-cluster.js";
export * from "./quamba2/ward-clusters.js";
export * from "./quantize/mamba-calibration.js";
export * from "./quantize/mamba-footprint.js";
export * from "./quantize/mamba-methods.js";
export * from "./quantize/mamba-round-weights.js";
export * from "./quantize/mamba-site-quantizers.js";
export * from "./quantize/mamba-tensor-errors.js";
export * from "./quantize/mamba-tensors.js";
export * from "./quantize/mamba-transform.js";
export * from "./quantize/packed-mamba-cache.js";
export * from "./quantize/quantize-mamba.js";
export * from "./scan/associative-scan.js";
export * from "./scan/gla.js";
export {type GlaChunkOptions, glaChunked} from "./scan/gla-chunked.js";
export * from "./scan/gla-chunked-naive.js";
export * from "./scan/scan-matrix.js";
export * from "./scan/segsum.js";
export * from "./scan/selective-scan-associative.js";
export * from "./scan/selective-scan-chunked.js";
export * from "./scan/ssd-chunked.js";
