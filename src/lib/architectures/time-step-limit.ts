import type {Json} from "../io/strict-json.js";
import type {ConfigReader} from "./config-reader.js";

/** Bounds of a time step: Infinity is a bare word in older files and `{"__float__": "Infinity"}` in newer ones. */
export function timeStepLimit(c: ConfigReader): readonly [low: number, high: number] {
  const limit = c.raw("time_step_limit") ?? [0, Number.POSITIVE_INFINITY];
  const bounds = Array.isArray(limit) ? limit.map(toNumber) : [];
  const [low, high] = bounds;
  if (bounds.length === 2 && low >= 0 && low <= high) return [low, high];
  throw c.problem("bad-value", "time_step_limit", limit, "two numbers, 0 <= low <= high");
}

function toNumber(value: Json): number {
  const inner = value instanceof Map ? value.get("__float__") : value;
  if (inner === "Infinity") return Number.POSITIVE_INFINITY;
  return typeof inner === "number" ? inner : Number.NaN;
}
