import {openCheckpoint} from "../checkpoint/open-checkpoint.js";
import type {ModelFolder} from "../io/model-folder.js";
import {decoderConfig} from "./decoder/config.js";
import {type DecoderWeights, readDecoderWeights} from "./decoder/decoder-weights.js";
import {type Decoder, type LoadOptions, loadDecoder} from "./decoder/load-decoder.js";
import {readConfig} from "./read-config.js";

/**
 * Loads the decoder of a published model folder: config.json and its checkpoint in safetensors.
 * @throws FormatError naming the file, key or tensor that is missing, unknown or of the wrong shape.
 */
export async function openDecoder(folder: ModelFolder, options: LoadOptions = {}): Promise<Decoder> {
  // The config comes first: an architecture that is not ours should say so, not complain of a tensor.
  const config = decoderConfig(await readConfig(folder, "openDecoder"));
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
  const config = decoderConfig(await readConfig(folder, "openDecoder"));
  return readDecoderWeights(await openCheckpoint(folder), config, options);
}
