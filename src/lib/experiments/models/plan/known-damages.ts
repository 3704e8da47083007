import {CACHES} from "../../kv/caches.js";
import {PLANNED_CACHES} from "./caches.js";
import type {MeasuredDamages} from "./damages.js";

/**
 * Damages that were measured before, from the JSON of their rows; null for an empty text.
 * @throws RangeError for a text that is no such JSON.
 */
export function knownDamages(text: string): MeasuredDamages | null {
  if (text === "") return null;
  const lists = listsIn(text);
  return {
    errors: rowsOf(lists, "errors") as unknown as MeasuredDamages["errors"],
    costs: rowsOf(lists, "costs") as unknown as MeasuredDamages["costs"],
    caches: rowsOf(lists, "caches").map(({cache, bytes, damage}) => ({
      choice: CACHES.byId(String(cache)),
      id: String(cache),
      bytes: Number(bytes),
      damage: Number(damage),
    })),
  };
}

/** Columns of each list, by what they hold. */
const COLUMNS = {
  errors: {
    tensor: isText,
    format: isText,
    elements: isCount,
    bitsPerElement: isNumberOrNull,
    mse: isNumberOrNull,
    sqnrDb: isNumberOrNull,
  },
  costs: {tensor: isText, format: isText, bytes: isCount, damage: isCount},
  caches: {cache: isPlannedCache, bytes: isCount, damage: isCount},
} as const;

type Fields = Readonly<Record<string, unknown>>;

function listsIn(text: string): Fields {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found === "object" && found !== null) return {...found};
  } catch {
    // Said below, as of any other text.
  }
  throw wrong("an object as JSON", text.slice(0, 80));
}

function rowsOf(lists: Fields, name: keyof typeof COLUMNS): readonly Fields[] {
  const rows = lists[name];
  if (!Array.isArray(rows)) throw wrong(`a list of ${name}`, String(rows));
  for (const row of rows) {
    for (const [column, isRight] of Object.entries(COLUMNS[name])) {
      const value: unknown = row?.[column];
      if (!isRight(value)) throw wrong(`${name} with a ${column}`, String(value));
    }
  }
  return rows;
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

/** JSON has no infinity: the error of an exact copy comes back as null. */
function isNumberOrNull(value: unknown): boolean {
  return value === null || typeof value === "number";
}

function isPlannedCache(value: unknown): boolean {
  return PLANNED_CACHES.includes(value as string);
}

const wrong = (allowed: string, got: string): RangeError =>
  new RangeError(`plan: known must hold ${allowed}, got ${got}`);
