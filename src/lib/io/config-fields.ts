import {FormatError} from "./format-error.js";
import type {JsonObject} from "./json-file.js";
import type {Json} from "./strict-json.js";

/** Reads the keys of a config.json on behalf of a public function, whose name its errors carry. */
export interface FieldReader {
  /** The first of `architectures`. @throws FormatError with kind `unknown-architecture` if it is not in `known`. */
  architecture<Name extends string>(config: JsonObject, known: readonly Name[]): Name;
  /** A missing key, and one that is null, mean the default; without a default they are an error; {@link mostOf} bounds it. */
  count(config: JsonObject, key: string, byDefault?: number, least?: number): number;
  positive(config: JsonObject, key: string, byDefault?: number): number;
  /** True or false; `byDefault` (false) if the key is missing or null. */
  flag(config: JsonObject, key: string, byDefault?: boolean): boolean;
  /** @throws FormatError with kind `unsupported` if the key is there with another value. */
  requireValue(config: JsonObject, key: string, required: string | number | boolean): void;
  problem(kind: string, field: string, value: unknown, allowed: string): FormatError;
}

/**
 * The most that a count of a config.json may be: more layers, or wider ones, than any model has. A file that asks for more
 * is damaged or means harm; lists of its layers alone would fill the memory.
 */
export function mostOf(key: string): number {
  if (/^(num_hidden_layers|n_layers?)$/.test(key)) return 4096;
  return /position|window/.test(key) ? 2 ** 31 : 2 ** 24;
}

/** The reader of a config.json for the function `where`. */
export function fieldReader(where: string): FieldReader {
  const problem = (kind: string, field: string, value: unknown, allowed: string) =>
    new FormatError(where, {kind, offset: null, field: `config.json: ${field}`, value, allowed});
  return {
    problem,
    architecture(config, known) {
      const name = architectureName(config);
      const found = known.find((architecture) => architecture === name);
      if (found !== undefined) return found;
      throw problem("unknown-architecture", "architectures", name, `one of ${known.join(", ")}`);
    },
    count(config, key, byDefault, least = 1) {
      const value = config.get(key) ?? byDefault;
      const isCount = Number.isSafeInteger(value) && (value as number) >= least;
      if (isCount && (value as number) <= mostOf(key)) return value as number;
      const allowed = isCount ? `at most ${mostOf(key)}` : `an integer of at least ${least}`;
      throw problem("bad-value", key, value, allowed);
    },
    positive(config, key, byDefault) {
      const value = config.get(key) ?? byDefault;
      if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
      throw problem("bad-value", key, value, "a positive number");
    },
    flag(config, key, byDefault = false) {
      const value = config.get(key) ?? byDefault;
      if (typeof value === "boolean") return value;
      throw problem("bad-value", key, value, "true or false");
    },
    requireValue(config, key, required) {
      const value = config.get(key) ?? required;
      if (value !== required) throw problem("unsupported", key, value, String(required));
    },
  };
}

/** The first of `architectures`, whatever it is. */
function architectureName(config: JsonObject): Json | undefined {
  const list = config.get("architectures");
  return Array.isArray(list) ? (list[0] as Json | undefined) : list;
}
