/**
 * Files for scripts, in Node and in a browser: `import {openSafetensors} from "paretoscope/io"`. What needs more stands
 * by itself: `paretoscope/io/node-file` the file system, `paretoscope/io/arrow` apache-arrow.
 */

export * from "./byte-source.js";
export * from "./checkpoint.js";
export * from "./dtypes.js";
export * from "./format-error.js";
export {type BlockType, blockType} from "./gguf/block-types.js";
export {type Gguf, type GgufTensor, openGguf} from "./gguf/gguf.js";
export {ggufBytes, ggufFile, type StreamedGgufTensor} from "./gguf/gguf-writer.js";
export type {GgufItem, GgufScalar, GgufType, GgufValue} from "./gguf/value.js";
export * from "./model-folder.js";
export * from "./safetensors.js";
export * from "./safetensors-writer.js";
export {type FileKind, fileKindOf} from "./sniff.js";
export type {StreamedTensor} from "./streamed.js";
export * from "./table-text.js";
