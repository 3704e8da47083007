/** Writes a model on disk as ONNX files of fixed shapes: in a child process, which a damaged model may end. */
import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {modelFolder} from "../../lib/checkpoint/model-folder.js";
import {exportDecoder} from "../../lib/compiled/onnx/export-decoder.js";
import {openDecoderWeights} from "../../lib/engine/open-decoder.js";
import {openModelPath} from "../../lib/io/node-file.js";
import type {Work} from "../files/file-job.js";
import {writeWhole} from "../files/write-file.js";

/** Which model is to be written, in what sizes, and where. */
export interface ExportOptions {
  readonly path: string;
  readonly folder: string;
  readonly compiledLength: number;
  /** Tokens of a run; each number of them has files of its own. */
  readonly tokens: readonly number[];
  /** Layers of a file; null: the model is one file. */
  readonly layersPerChunk: number | null;
  /** Bytes that the weights may take. */
  readonly memory: number;
}

/** A file that was written. */
export interface ExportedFile {
  readonly file: string;
  readonly bytes: number;
  readonly tokens: number;
  /** Names of the ends with their sizes. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** @throws RangeError for sizes out of range; FormatError for a model that fixed shapes cannot run; Error if a file cannot be written. */
export const exportWork: Work<ExportOptions, readonly ExportedFile[]> = async (
  {path, folder, compiledLength, tokens, layersPerChunk, memory},
  tell,
) => {
  const opened = await openModelPath(path);
  try {
    const weights = await openDecoderWeights(await modelFolder(opened), {maxBytes: memory});
    const files: ExportedFile[] = [];
    for (const [at, each] of tokens.entries()) {
      const chunks = layersPerChunk === null ? {} : {layersPerChunk};
      for (const {name, bytes, inputs, outputs} of exportDecoder(weights, {
        compiledLength,
        tokens: each,
        ...chunks,
      })) {
        const file = fileName(name, each);
        tell.progress(at / tokens.length, file);
        await mkdir(folder, {recursive: true});
        await writeWhole(join(folder, file), bytes);
        files.push({
          file,
          bytes: bytes.length,
          tokens: each,
          inputs: inputs.map(endText),
          outputs: outputs.map(endText),
        });
      }
    }
    return files;
  } finally {
    await opened.close();
  }
};

/** The file of a part: that of one token has the name alone. */
export const fileName = (part: string, tokens: number): string =>
  `${part}${tokens === 1 ? "" : `-of-${tokens}-tokens`}.onnx`;

const endText = ({name, shape}: {readonly name: string; readonly shape: readonly number[]}): string =>
  `${name} [${shape.join(", ")}]`;
