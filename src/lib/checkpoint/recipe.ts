/** A recipe: the format of each tensor of a model, and the technique of its cache, as one JSON file. */
import {FormatError} from "../io/format-error.js";
import {type JsonObject, parseJsonObject} from "../io/json-file.js";
import type {Json} from "../io/strict-json.js";
import {CONTAINERS, type Container} from "./container.js";
import type {ModelFingerprint} from "./fingerprint.js";

/** The format of one tensor. */
export interface RecipeTensor {
  /** Its name in the files that the recipe was made for. */
  readonly name: string;
  /** Id of a format; `keep` leaves the tensor as it is stored. */
  readonly format: string;
}

/** A technique of the cache with its parameters. */
export interface RecipeCache {
  readonly technique: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

/** A plan for a whole checkpoint. */
export interface Recipe {
  readonly model: ModelFingerprint;
  /** Tensors that are not named stay as they are stored. */
  readonly tensors: readonly RecipeTensor[];
  readonly cache?: RecipeCache;
  /** The kind of file that it was made for. */
  readonly container?: Container;
  /** The command that made it. */
  readonly command?: string;
}

/** The format of a tensor that stays as it is stored. */
export const KEEP = "keep";

const VERSION = 1;
const LIMITS = {maxDepth: 8, maxValues: 2_000_000, maxString: 2 ** 16};

/** The text of a recipe's file. */
export function recipeText({model, tensors, cache, container, command}: Recipe): string {
  const head = {paretoscope: "recipe", version: VERSION, model};
  const rest = {
    tensors,
    ...(cache && {cache}),
    ...(container && {container}),
    ...(command !== undefined && {command}),
  };
  return `${JSON.stringify({...head, ...rest}, null, 1)}\n`;
}

/**
 * The recipe that a file holds.
 * @throws FormatError with kind `not-a-recipe`, `bad-version`, `bad-value`, `duplicate-name`, or of the JSON reader.
 */
export function parseRecipe(bytes: Uint8Array): Recipe {
  const object = parseJsonObject(bytes, {reader: "parseRecipe", field: "recipe", limits: LIMITS});
  const kind = object.get("paretoscope");
  if (kind !== "recipe") throw problem("not-a-recipe", "paretoscope", kind ?? "none", '"recipe"');
  const version = object.get("version");
  if (version !== VERSION) throw problem("bad-version", "version", version ?? "none", String(VERSION));
  const [cache, container, command] = ["cache", "container", "command"].map((key) => object.get(key));
  return {
    model: modelOf(object.get("model")),
    tensors: tensorsOf(object.get("tensors")),
    ...(cache != null && {cache: cacheOf(cache)}),
    ...(container != null && {container: containerOf(container)}),
    ...(command != null && {command: textOf("command", command)}),
  };
}

function modelOf(value: Json | undefined): ModelFingerprint {
  const object = objectOf("model", value);
  const digest = textOf("model: digest", object.get("digest"));
  if (!/^[0-9a-f]{16}$/.test(digest)) throw bad("model: digest", digest, "16 hexadecimal digits");
  return {
    tensors: countOf("model: tensors", object.get("tensors")),
    elements: countOf("model: elements", object.get("elements")),
    digest,
  };
}

function tensorsOf(value: Json | undefined): RecipeTensor[] {
  if (!Array.isArray(value)) throw bad("tensors", value ?? "none", "a list");
  const seen = new Set<string>();
  return value.map((each, i) => {
    const object = objectOf(`tensors[${i}]`, each);
    const name = textOf(`tensors[${i}]: name`, object.get("name"));
    if (seen.has(name))
      throw problem("duplicate-name", `tensors[${i}]: name`, name, "a name that occurs once");
    seen.add(name);
    return {name, format: textOf(`tensors[${i}]: format`, object.get("format"))};
  });
}

function cacheOf(value: Json): RecipeCache {
  const object = objectOf("cache", value);
  const params = objectOf("cache: params", object.get("params") ?? new Map());
  const entries = Array.from(params, ([key, each]) => {
    if (each !== null && typeof each === "object")
      throw bad(`cache: params: ${key}`, each, "no list or object");
    return [key, each] as const;
  });
  return {
    technique: textOf("cache: technique", object.get("technique")),
    // No assignment by name: a key called __proto__ is one like any other.
    params: Object.fromEntries(entries),
  };
}

function containerOf(value: Json): Container {
  const found = CONTAINERS.find((each) => each === value);
  if (found !== undefined) return found;
  throw bad("container", value, `one of ${CONTAINERS.join(", ")}`);
}

function objectOf(field: string, value: Json | undefined): JsonObject {
  if (value instanceof Map) return value;
  throw bad(field, value ?? "none", "an object");
}

function textOf(field: string, value: Json | undefined): string {
  if (typeof value === "string" && value !== "") return value;
  throw bad(field, value ?? "none", "a text");
}

function countOf(field: string, value: Json | undefined): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw bad(field, value ?? "none", "an integer from 0 on");
}

const bad = (field: string, value: unknown, allowed: string) => problem("bad-value", field, value, allowed);

function problem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("parseRecipe", {kind, offset: null, field: `recipe: ${field}`, value, allowed});
}
