/** The trained models that come with the library, as Node finds them: folders beside this module. */
import {fileURLToPath} from "node:url";
import {DATA_SETS} from "./data-sets.js";

/** Names of the models that come with the library. */
export const SHIPPED_MODELS: readonly string[] = Object.keys(DATA_SETS)
  .filter((name) => name.startsWith("weights/"))
  .map((name) => name.slice("weights/".length));

/** Files of a model besides its weights. */
export const MODEL_FILES = ["config.json", "tokenizer.json"] as const;

/** The folder of a model that comes with the library. */
export function shippedModelPath(name: string): string {
  return fileURLToPath(new URL(`models/${name}`, import.meta.url));
}
