/** Decoding with fixed shapes, for scripts: `paretoscope/compiled`. */

export * from "./nitro/static-attention.js";
export * from "./nitro/static-cost.js";
export * from "./nitro/static-decoder.js";
export * from "./nitro/static-inputs.js";
export * from "./nitro/static-shape.js";
export * from "./nitro/technique.js";
export * from "./onnx/decoder-graph.js";
export * from "./onnx/export-decoder.js";
export * from "./onnx/graph-builder.js";
export * from "./onnx/onnx-model.js";
export * from "./onnx/onnx-text.js";
export * from "./onnx/operators.js";
export * from "./onnx/protobuf.js";
export * from "./registry.js";
export * from "./static-technique.js";
export * from "./webnn/webnn-graph.js";
export * from "./webnn/webnn-runtime.js";
