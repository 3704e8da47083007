import {FormatError} from "../io/format-error.js";
import type {JsonObject} from "../io/json-file.js";
import type {Json} from "../io/strict-json.js";

/** One name of a key, or the names it goes by in different families, the newest first. */
export type Key = string | readonly [string, ...string[]];

/** Reads the keys of one config.json and remembers which. A missing key, and one that is null, mean the default. */
export interface ConfigReader {
  /** Is it part of a file about more than text? Then what equals its family's default is left out. */
  readonly isPart: boolean;
  /** The key is there and not null. */
  has(key: Key): boolean;
  /** The value as it stands; null where the key is there with nothing, undefined where it is missing. */
  raw(key: Key): Json | undefined;
  /** An integer from `least` to {@link mostOf} the key. */
  count(key: Key, byDefault?: number, least?: number): number;
  /** A count that only a part may leave out, for its family's default. */
  size(key: Key, partDefault?: number): number;
  /** A count for each of so many layers, written as one for all or as a list. */
  countPerLayer(key: Key, layers: number, byDefault?: number): readonly number[];
  positive(key: Key, byDefault?: number): number;
  /** A positive number, or null where the key is missing or null. */
  positiveOrNull(key: Key): number | null;
  /** True or false; `byDefault` (false) if the key is missing or null. */
  flag(key: Key, byDefault?: boolean): boolean;
  /** One of `known`. @throws FormatError with kind `unsupported` if it is another. */
  choice<Name extends string>(key: Key, known: readonly Name[], byDefault: Name): Name;
  /** A list of `length`, each one of `known`; undefined if the key is missing. */
  choices<Name extends string>(
    key: Key,
    known: readonly Name[],
    length?: number,
  ): readonly Name[] | undefined;
  /** Integers of at least 0; empty if the key is missing. */
  indices(key: Key): readonly number[];
  /** @throws FormatError with kind `unsupported` if the key is there with another value. */
  require(key: Key, required: string | number | boolean): void;
  /** The object under a key, read on behalf of the same function; undefined if the key is missing or null. */
  inner(key: Key): ConfigReader | undefined;
  /** Keys that nobody asked for. */
  unread(): readonly string[];
  problem(kind: string, key: Key, value: unknown, allowed: string): FormatError;
}

/**
 * The most that a count of a config.json may be: more layers, or wider ones, than any model has. A file that asks for more
 * is damaged or means harm; lists of its layers alone would fill the memory.
 */
export function mostOf(key: string): number {
  if (/layers?$/.test(key)) return 4096;
  if (/expert|top_?k/.test(key) && !/size/.test(key)) return 65_536;
  return /position|window|context|n_ctx/.test(key) ? 2 ** 31 : 2 ** 24;
}

/** Reads `config` for the function `where`; `path` leads to it from the top of the file. */
export function configReader(config: JsonObject, where: string, path = "", isPart = false): ConfigReader {
  const asked = new Set<string>();
  const nameOf = (key: Key) => (typeof key === "string" ? key : firstThere(config, key));
  const problem = (kind: string, key: Key, value: unknown, allowed: string) =>
    new FormatError(where, {kind, offset: null, field: `config.json: ${path}${nameOf(key)}`, value, allowed});
  const raw = (key: Key): Json | undefined => {
    const names = typeof key === "string" ? [key] : key;
    for (const name of names) asked.add(name);
    return oneValue(config, names, problem);
  };
  const bad = (key: Key, value: unknown, allowed: string) => problem("bad-value", key, value, allowed);
  const countIn = (key: Key, value: Json | undefined, least: number): number => {
    const most = mostOf(nameOf(key));
    const isCount = Number.isSafeInteger(value) && (value as number) >= least;
    if (isCount && (value as number) <= most) return value as number;
    throw bad(key, value, isCount ? `at most ${most}` : `an integer of at least ${least}`);
  };
  const count = (key: Key, byDefault?: number, least = 1) => countIn(key, raw(key) ?? byDefault, least);
  const positive = (key: Key, byDefault?: number): number => {
    const value = raw(key) ?? byDefault;
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    throw bad(key, value, "a positive number");
  };
  return {
    isPart,
    problem,
    raw,
    count,
    positive,
    has: (key) => raw(key) != null,
    size: (key, partDefault) => count(key, isPart ? partDefault : undefined),
    countPerLayer(key, layers, byDefault) {
      const value = raw(key);
      if (!Array.isArray(value)) return new Array<number>(layers).fill(count(key, byDefault));
      if (value.length !== layers) throw bad(key, value, `${layers} integers, one for each layer`);
      return value.map((each: Json) => countIn(key, each, 1));
    },
    positiveOrNull: (key) => (raw(key) == null ? null : positive(key)),
    flag(key, byDefault = false) {
      const value = raw(key) ?? byDefault;
      if (typeof value === "boolean") return value;
      throw bad(key, value, "true or false");
    },
    choice(key, known, byDefault) {
      const value = raw(key) ?? byDefault;
      const found = known.find((name) => name === value);
      if (found !== undefined) return found;
      throw problem("unsupported", key, value, oneOf(known));
    },
    choices(key, known, length) {
      const value = raw(key);
      if (value == null) return undefined;
      if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
        throw bad(key, value, `${length ?? "a list"} of ${known.join(" and ")}`);
      }
      return value.map((each: Json) => {
        const found = known.find((name) => name === each);
        if (found === undefined) throw problem("unsupported", key, each, oneOf(known));
        return found;
      });
    },
    indices(key) {
      const value = raw(key) ?? [];
      if (!Array.isArray(value)) throw bad(key, value, "a list of layers");
      return value.map((each: Json) => countIn(key, each, 0));
    },
    require(key, required) {
      const value = raw(key) ?? required;
      if (value !== required) throw problem("unsupported", key, value, String(required));
    },
    inner(key) {
      const value = raw(key);
      if (value == null) return undefined;
      if (!(value instanceof Map)) throw bad(key, value, "an object");
      return configReader(value, where, `${path}${nameOf(key)}.`, isPart);
    },
    unread: () => [...config.keys()].filter((key) => !asked.has(key)),
  };
}

const oneOf = (known: readonly string[]) => (known.length === 1 ? known[0] : `one of ${known.join(", ")}`);

function firstThere(config: JsonObject, names: readonly [string, ...string[]]): string {
  return names.find((name) => config.get(name) != null) ?? names[0];
}

/** The value under any of its names; null where it is only ever null. @throws FormatError if two of them disagree. */
function oneValue(
  config: JsonObject,
  names: readonly string[],
  problem: ConfigReader["problem"],
): Json | undefined {
  const there = names.filter((name) => config.get(name) != null);
  const [first, ...others] = there;
  if (first === undefined) return names.some((name) => config.has(name)) ? null : undefined;
  const value = config.get(first);
  for (const other of others) {
    if (JSON.stringify(config.get(other)) === JSON.stringify(value)) continue;
    throw problem("bad-value", other, config.get(other), `what ${first} is, ${String(value)}`);
  }
  return value;
}
