import {compareOutputs, compareRows, ruleOf} from "./compare.js";
import type {Comparison} from "./comparison.js";
import {
  declaredOutputs,
  decodeStored,
  encodeOutput,
  type Golden,
  jsonNumbers,
  parseGolden,
  type Stored,
} from "./golden.js";
import type {GoldenInput, Ops} from "./op.js";

/**
 * `agrees` and `differs` are comparisons; `computed`: the file has nothing to compare with; `informational`: counts
 * neither way; `unknown`: no such op; `failed`: the op threw; `malformed`: the file itself is wrong.
 */
export type Verdict =
  | "agrees"
  | "differs"
  | "computed"
  | "informational"
  | "unknown"
  | "failed"
  | "malformed";

/** Outcome of one golden file. */
export interface Report {
  readonly op: string;
  readonly verdict: Verdict;
  readonly comparisons: readonly Comparison[];
  /** The reason why it is no pass, in words. */
  readonly reason?: string;
  /** The result file: `outputs` or `rows` in the form of the golden file. */
  readonly result?: object;
}

/** Verdicts that make the whole check fail. */
export const FAILING: ReadonlySet<Verdict> = new Set(["differs", "unknown", "failed", "malformed"]);

/** Computes a golden file's outputs from its op, params and inputs alone and holds them against those it has. */
export function checkGolden(text: string, ops: Required<Ops>): Report {
  let golden: Golden;
  try {
    golden = parseGolden(text);
  } catch (error) {
    return {op: "", verdict: "malformed", comparisons: [], reason: messageOf(error)};
  }
  const {op} = golden;
  const known = Object.hasOwn(golden.rows ? ops.rows : ops.cases, op);
  if (!known) {
    const verdict = isInformational(golden) ? "informational" : "unknown";
    return {op, verdict, comparisons: [], reason: `no ${golden.rows ? "table " : ""}op is named ${op}`};
  }
  try {
    return golden.rows ? checkTable(golden, golden.rows, ops) : checkOutputs(golden, ops);
  } catch (error) {
    const verdict = isInformational(golden) ? "informational" : "failed";
    return {op, verdict, comparisons: [], reason: messageOf(error)};
  }
}

function checkOutputs(golden: Golden, ops: Required<Ops>): Report {
  const computed = computeOutputs(golden, ops);
  const {op, outputs} = golden;
  const result = {op, outputs: Object.fromEntries(computed)};
  const comparisons = outputs ? compareOutputs(golden, outputs, computed) : [];
  return report(golden, outputs !== undefined, comparisons, result);
}

function computeOutputs(golden: Golden, ops: Required<Ops>): Map<string, Stored> {
  const declared = declaredOutputs(golden);
  const {cases, outputs: _declared, ...shared} = golden.params;
  const computed = new Map<string, Stored>();
  for (const {
    inputs = sameNames(argumentNames(golden)),
    outputs = sameNames([...declared.keys()]),
    ...args
  } of cases ?? [{}]) {
    const roles = Object.entries(inputs).map(([role, name]) => [role, inputOf(golden, name)]);
    const results = ops.cases[golden.op]({...shared, ...args}, Object.fromEntries(roles));
    for (const [role, name] of Object.entries(outputs)) {
      const declaration = declared.get(name);
      if (declaration === undefined)
        throw new TypeError(`outputs: ${name} must be declared in params.outputs`);
      if (results[role] !== undefined) computed.set(name, encodeOutput(name, results[role], declaration));
    }
  }
  return computed;
}

/** Masks of elements that are not compared are inputs of the comparison, not of the op. */
function argumentNames({inputs, tolerance}: Golden): string[] {
  const masks = new Set<unknown>(Object.values(tolerance).map(({skip}) => skip));
  return Object.keys(inputs).filter((name) => !masks.has(name));
}

function inputOf(golden: Golden, name: string | readonly string[]): GoldenInput | GoldenInput[] {
  if (typeof name !== "string") return name.map((each) => inputOf(golden, each) as GoldenInput);
  const stored = Object.hasOwn(golden.inputs, name) ? golden.inputs[name] : undefined;
  if (stored === undefined) throw new TypeError(`inputs: ${name} is not there`);
  return decodeStored(name, stored);
}

function checkTable(golden: Golden, rows: readonly Record<string, unknown>[], ops: Required<Ops>): Report {
  const {op, computed = [], params} = golden;
  const result = rows.map((row) => {
    const given = Object.fromEntries(Object.entries(row).filter(([name]) => !computed.includes(name)));
    const values = ops.rows[op](given, params);
    return {...given, ...Object.fromEntries(computed.map((name) => [name, jsonNumbers(values[name])]))};
  });
  const isCompared = rows.some((row) => computed.some((name) => Object.hasOwn(row, name)));
  return report(golden, isCompared, compareRows(golden, rows, result), {op, computed, rows: result});
}

function report(
  golden: Golden,
  isCompared: boolean,
  comparisons: readonly Comparison[],
  result: object,
): Report {
  const {op} = golden;
  if (isInformational(golden)) return {op, verdict: "informational", comparisons, result};
  if (!isCompared) return {op, verdict: "computed", comparisons, result};
  const wrong = comparisons.filter(({agrees}) => !agrees);
  if (wrong.length === 0) return {op, verdict: "agrees", comparisons, result};
  const reason = wrong.map(({output, detail}) => `${output}: ${detail}`).join("\n");
  return {op, verdict: "differs", comparisons, result, reason};
}

function isInformational({tolerance, outputs, computed}: Golden): boolean {
  const names = computed ?? Object.keys(outputs ?? {"*": null});
  return names.length > 0 && names.every((name) => ruleOf(tolerance, [name]).kind === "informational");
}

function sameNames(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
