/** The place of a model that a call names: a folder or file on disk, or one that comes with the package. */
import {existsSync} from "node:fs";
import {SHIPPED_MODELS, shippedModelPath} from "../../data/shipped-models.js";
import {UsageError} from "../terminal/usage.js";

/**
 * The path of the one model that a call names.
 * @param what names the model in messages
 * @throws UsageError for none or several; Error naming the models there are for a name that is neither.
 */
export function modelPath(command: string, positionals: readonly string[], what = "MODEL"): string {
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError(`${command}: ${what} must be one folder, file or name, got ${positionals.length}`);
  if (existsSync(name)) return name;
  if (SHIPPED_MODELS.includes(name)) return shippedModelPath(name);
  throw new Error(
    `${command}: ${what} must be a folder or a file that exists, or one of ${SHIPPED_MODELS.join(", ")}, got ${name}`,
  );
}

/** The path of a model that comes with the package, by its name; any other path as it is. */
export const pathOrShipped = (name: string): string =>
  !existsSync(name) && SHIPPED_MODELS.includes(name) ? shippedModelPath(name) : name;
