/** State-space models: scans, their quantized parts and what surrounds them, for scripts: `paretoscope/ssm`. */

export * from "./associative-scan.js";
export * from "./causal-conv1d.js";
export * from "./gla.js";
export * from "./gla-chunked.js";
export * from "./nonlinear.js";
export * from "./scan-input.js";
export * from "./segsum.js";
export * from "./selective-scan.js";
export * from "./selective-scan-associative.js";
export * from "./selective-scan-chunked.js";
export * from "./ssd.js";
export * from "./ssd-chunked.js";
