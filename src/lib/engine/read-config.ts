import {FormatError} from "../io/format-error.js";
import {type JsonObject, SIDE_FILE_LIMITS} from "../io/json-file.js";
import {type ModelFolder, readJson} from "../io/model-folder.js";

/**
 * The config.json of a model folder, read for the public function `reader`.
 * @throws FormatError with kind `missing-file`, or one of the JSON reader's.
 */
export async function readConfig(folder: ModelFolder, reader: string): Promise<JsonObject> {
  const json = await readJson(folder, "config.json", {reader, limits: SIDE_FILE_LIMITS});
  if (json !== undefined) return json;
  throw new FormatError(reader, {
    kind: "missing-file",
    offset: null,
    field: "model folder",
    value: "none",
    allowed: "a folder with config.json",
  });
}
