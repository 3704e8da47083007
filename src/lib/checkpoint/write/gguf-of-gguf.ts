import {ggufFile} from "../../io/gguf/gguf-writer.js";
import type {GgufValue} from "../../io/gguf/value.js";
import type {GgufFiles} from "../gguf/gguf-files.js";
import {type GgufStoredTensor, ggufTensor} from "../gguf/gguf-tensor.js";
import {type ImportanceMatrix, importanceOf} from "../importance/importance.js";
import type {FormatChoices} from "./choices.js";
import {copiedTensor, encodedTensor, type GgufOutput} from "./gguf-tensors.js";
import {fileTypeOf, ggufTypeOf} from "./gguf-types.js";
import type {CheckpointFile, Encoding} from "./written.js";

/** Keys that say how a model was split, which one file is not. */
const OF_SPLIT = /^split\./;

/**
 * A GGUF file of another, or of one that was split: all its metadata, in order, but for what they say of the types of its
 * tensors; tensors that stay with their bytes as they are.
 * @throws RangeError for a format that GGUF cannot hold.
 */
export function ggufOfGguf(gguf: GgufFiles, choices: FormatChoices, encoding: Encoding): CheckpointFile {
  const outputs = gguf.files.flatMap((file) =>
    Array.from(file.tensors.values(), (each) => outputOf(ggufTensor(file, each), choices, encoding)),
  );
  const streamed = outputs.map((output) => output.streamed);
  const metadata = new Map([...gguf.metadata].filter(([key]) => !OF_SPLIT.test(key)));
  for (const [key, value] of typeKeys(outputs, choices, encoding.importance)) metadata.set(key, value);
  return {
    tensors: outputs.map(({written}) => written),
    notes: [],
    pieces: () => ggufFile(metadata, streamed),
  };
}

function outputOf(
  tensor: GgufStoredTensor,
  choices: FormatChoices,
  {importance, faster}: Encoding,
): GgufOutput {
  const format = choices.get(tensor.name);
  const isSame = format === undefined || ggufTypeOf(format) === tensor.type;
  return isSame
    ? copiedTensor(tensor)
    : encodedTensor(tensor.name, tensor, format, {faster, importance: importanceOf(importance, tensor)});
}

/**
 * Keys about types: that of most elements, the version of the blocks, and of how many tensors an importance was known. Nothing
 * where all stays as it is.
 */
export function typeKeys(
  outputs: readonly GgufOutput[],
  choices: FormatChoices,
  importance: ImportanceMatrix | null,
): [string, GgufValue][] {
  if (choices.size === 0) return [];
  const fileType = fileTypeOf(outputs.map(({streamed}) => streamed));
  return [
    ["general.quantization_version", {type: "u32", value: 2}],
    ...(fileType === undefined
      ? []
      : ([["general.file_type", {type: "u32", value: fileType}]] satisfies [string, GgufValue][])),
    ...(importance === null
      ? []
      : ([["quantize.imatrix.entries_count", {type: "i32", value: importance.size}]] satisfies [
          string,
          GgufValue,
        ][])),
  ];
}
