import {openCheckpoint} from "../io/checkpoint.js";
import {FormatError} from "../io/format-error.js";
import {SIDE_FILE_LIMITS} from "../io/json-file.js";
import {type ModelFolder, readJson} from "../io/model-folder.js";
import {decoderConfig} from "./config.js";
import {type Decoder, type LoadOptions, loadDecoder} from "./load-decoder.js";

/**
 * Loads the decoder of a published model folder: config.json and its checkpoint in safetensors.
 * @throws FormatError naming the file, key or tensor that is missing, unknown or of the wrong shape.
 */
export async function openDecoder(folder: ModelFolder, options: LoadOptions = {}): Promise<Decoder> {
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
  // The config comes first: an architecture that is not ours should say so, not complain of a tensor.
  const config = decoderConfig(json);
  return loadDecoder(await openCheckpoint(folder), config, options);
}
