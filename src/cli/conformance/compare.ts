import type {Comparison} from "./comparison.js";
import {decodeStored, type Golden, numbersOf, type Rule, type Stored} from "./golden.js";
import {comparePartition} from "./partition.js";

/** Counts pairs of expected and computed values under one rule. */
interface Tally {
  rule: Rule;
  compared: number;
  disagreeing: number;
  maxAbs: number;
  maxRel: number;
  detail: string;
}

const EXACT: Rule = {kind: "exact"};

/** The rule of a path such as `result/folds`: that of its longest prefix that has one, else that of `*`. */
export function ruleOf(tolerance: Golden["tolerance"], path: readonly string[]): Rule {
  for (let length = path.length; length > 0; length--) {
    const prefix = path.slice(0, length).join("/");
    if (Object.hasOwn(tolerance, prefix)) return tolerance[prefix];
  }
  return tolerance["*"] ?? EXACT;
}

/** Compares all outputs that the file has; one that was not computed disagrees. */
export function compareOutputs(
  golden: Golden,
  expected: Readonly<Record<string, Stored>>,
  computed: ReadonlyMap<string, Stored>,
): Comparison[] {
  return Object.keys(expected).flatMap((output) => {
    const rule = ruleOf(golden.tolerance, [output]);
    if (rule.kind === "informational") return [];
    if (rule.kind === "partition") return [comparePartition(output, rule, expected, computed)];
    const [a, b] = [expected[output], computed.get(output)];
    if (b === undefined) return [differs(output, "was not computed")];
    if (!sameShape(a.shape, b.shape)) {
      return [differs(output, `has shape [${b.shape.join(", ")}], expected [${a.shape.join(", ")}]`)];
    }
    return compareStored(golden, output, a, b);
  });
}

/** Compares the computed columns of two tables of as many rows, column by column. */
export function compareRows(
  golden: Golden,
  expected: readonly Readonly<Record<string, unknown>>[],
  computed: readonly Readonly<Record<string, unknown>>[],
): Comparison[] {
  return (golden.computed ?? []).flatMap((column) => {
    const tallies: Tallies = new Map();
    expected.forEach((row, index) => {
      if (Object.hasOwn(row, column)) {
        compareJson(golden, [column], `row ${index}`, row[column], computed[index]?.[column], tallies);
      }
    });
    return [...tallies.values()].map((tally) => verdict(column, tally));
  });
}

function compareStored(golden: Golden, output: string, a: Stored, b: Stored): Comparison[] {
  const rule = ruleOf(golden.tolerance, [output]);
  const [left, right] = [decodeStored(output, a), decodeStored(output, b)];
  if ("values" in left || "values" in right) {
    const tallies: Tallies = new Map();
    const skip = skipOf(golden, rule, "values" in left ? left.values.length : 0);
    const values = (item: typeof left) => ("values" in item ? item.values : [...item.data]);
    values(left).forEach((value, index) => {
      if (!skip(index)) {
        compareJson(golden, [output], `element ${index}`, value, values(right)[index], tallies);
      }
    });
    return [...tallies.values()].map((tally) => verdict(output, tally));
  }
  const tally = newTally(rule);
  const [x, y] = [numbersOf(left), numbersOf(right)];
  const skip = skipOf(golden, rule, x.length);
  for (let i = 0; i < x.length; i++) if (!skip(i)) count(tally, `element ${i}`, x[i], y[i]);
  return [verdict(output, tally)];
}

/** Skipped elements: flat indices, or an input mask each of whose elements covers an equal run. */
function skipOf(golden: Golden, rule: Rule, length: number): (index: number) => boolean {
  if (rule.skip === undefined) return () => false;
  if (typeof rule.skip !== "string") {
    const indices = new Set(rule.skip);
    return (index) => indices.has(index);
  }
  const stored = golden.inputs[rule.skip];
  const mask = stored && decodeStored(rule.skip, stored);
  if (!mask || !("data" in mask) || length % mask.data.length !== 0) {
    throw new TypeError(`skip: ${rule.skip} must be an input mask that divides ${length} elements`);
  }
  const run = length / mask.data.length;
  return (index) => mask.data[Math.floor(index / run)] !== 0;
}

/** One tally for each rule that the parts of an output fall under. */
type Tallies = Map<Rule, Tally>;

function compareJson(
  golden: Golden,
  path: string[],
  where: string,
  a: unknown,
  b: unknown,
  tallies: Tallies,
): void {
  const rule = ruleOf(golden.tolerance, path);
  if (rule.kind === "informational") return;
  const at = path.length > 1 ? `${where} ${path.slice(1).join("/")}` : where;
  const deeper = (key: string | undefined, x: unknown, y: unknown) =>
    compareJson(golden, key === undefined ? path : [...path, key], where, x, y, tallies);
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    a.forEach((item, index) => {
      deeper(undefined, item, b[index]);
    });
  } else if (isRecord(a) && isRecord(b)) {
    const ignored = rule.ignore ?? [];
    // What the file expects is what counts: an op may give more fields than a reference has.
    for (const key of Object.keys(a)) if (!ignored.includes(key)) deeper(key, a[key], b[key]);
  } else {
    const tally = tallies.get(rule) ?? newTally(rule);
    tallies.set(rule, tally);
    count(tally, at, a, b);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function newTally(rule: Rule): Tally {
  return {rule, compared: 0, disagreeing: 0, maxAbs: 0, maxRel: 0, detail: ""};
}

function count(tally: Tally, where: string, a: unknown, b: unknown): void {
  tally.compared++;
  const [x, y] = [asNumber(a), asNumber(b)];
  if (Number.isFinite(x) && Number.isFinite(y)) {
    const difference = Math.abs((x as number) - (y as number));
    tally.maxAbs = Math.max(tally.maxAbs, difference);
    if (x !== 0) tally.maxRel = Math.max(tally.maxRel, difference / Math.abs(x as number));
  }
  if (agree(tally.rule, x, y)) return;
  tally.disagreeing++;
  if (tally.detail === "") tally.detail = `${where} is ${brief(b)}, expected ${brief(a)}`;
}

/** True if `b` may stand for `a`: NaN equals NaN, the zeros are equal, infinities and all else must be the same. */
function agree({kind, abs = 0, rel = 0}: Rule, a: unknown, b: unknown): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== "number" || typeof b !== "number") return false;
  if (!Number.isFinite(a) || !Number.isFinite(b) || kind === "exact") return false;
  return Math.abs(a - b) <= Math.max(abs, rel * Math.abs(a));
}

function verdict(output: string, {rule, compared, disagreeing, maxAbs, maxRel, detail}: Tally): Comparison {
  const allowed = rule.kind === "fraction" ? 1 - (rule.fraction ?? 1) : 0;
  // A share such as 0.995 is no exact number: one part in 10^12 keeps 5 of 1000 from failing by rounding.
  const agrees = disagreeing <= allowed * compared * (1 + 1e-12);
  return {
    output,
    agrees,
    maxAbs,
    maxRel,
    detail: agrees ? "" : `${disagreeing} of ${compared} disagree: ${detail}`,
  };
}

function differs(output: string, detail: string): Comparison {
  return {output, agrees: false, maxAbs: Number.NaN, maxRel: Number.NaN, detail};
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const long = (shape: readonly number[]) => shape.filter((dim) => dim !== 1).join();
  return long(a) === long(b);
}

function asNumber(value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}

function brief(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "missing");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
