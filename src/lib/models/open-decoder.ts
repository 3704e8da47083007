import {openCheckpoint} from "../io/checkpoint.js";
import {FormatError} from "../io/format-error.js";
import {SIDE_FILE_LIMITS} from "../io/json-file.js";
import {type ModelFolder, readJson} from "../io/model-folder.js";
import {type DecoderConfig, decoderConfig} from "./config.js";
import {type DecoderWeights, readDecoderWeights} from "./decoder-weights.js";
import {type Decoder, type LoadOptions, loadDecoder} from "./load-decoder.js";

/**
 * Loads the decoder of a published model folder: config.json and its checkpoint in safetensors.
 * @throws FormatError naming the file, key or tensor that is missing, unknown or of the wrong shape.
 */
export async function openDecoder(folder: ModelFolder, options: LoadOptions = {}): Promise<Decoder> {
  // The config comes first: an architecture that is not ours should say so, not complain of a tensor.
  const config = await readConfig(folder);
  return loadDecoder(await openCheckpoint(folder), config, options);
}

/**
 * Reads the weights of a published model folder by name, to rewrite them before the model is made.
 * @throws FormatError as {@link openDecoder}.
 */
export async function openDecoderWeights(
  folder: ModelFolder,
  options: Pick<LoadOptions, "maxBytes"> = {},
): Promise<DecoderWeights> {
  const config = await readConfig(folder);
  return readDecoderWeights(await openCheckpoint(folder), config, options);
}

async function readConfig(folder: ModelFolder): Promise<DecoderConfig> {
  const json = await readJson(folder, "config.json", {reader: "openDecoder", limits: SIDE_FILE_LIMITS});
  if (json === undefined) {
    throw new FormatError("openDecoder", {
      kind: "missing-file",
      offset: null,
      field: "model folder",
      value: "none",
      allowed: "a folder with config.json",
    });
  }
  return decoderConfig(json);
}
