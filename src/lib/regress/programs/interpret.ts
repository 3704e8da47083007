import type {Expression, Operator, Program, Statement} from "./program.js";

/** Cost and output of running a program. */
export interface ProgramRun {
  /** Arithmetic, comparisons, loads, stores, moves to a scalar, branches and calls; null where it failed. */
  readonly operations: number | null;
  /** Most bytes at once: 8 an element of an array and 8 a scalar in scope; null where it failed. */
  readonly peakBytes: number | null;
  /** The number that it printed last; null where it printed none or failed. */
  readonly printed: number | null;
  /** Why it failed, or null. */
  readonly failure: string | null;
  /** The innermost statement that failed, or null. */
  readonly failedAt: Statement | null;
}

/** Operations after which a program is stopped. */
export const OPERATION_LIMIT = 1e5;
/** Failure of a program that was stopped after them. */
export const TOO_LONG = "too many operations";
const CALL_DEPTH_LIMIT = 50;
const ARRAY_LIMIT = 1e5;
const BYTES = 8;

/** A program's own mistake, or a limit it ran into. */
class ProgramFailure extends Error {
  at: Statement | null = null;
}

interface Machine {
  readonly program: Program;
  operations: number;
  bytes: number;
  peak: number;
  printed: number | null;
  depth: number;
}

/** Names of a block and where the names around it are. */
interface Scope {
  readonly values: Map<string, number | Float64Array>;
  readonly outer: Scope | null;
}

const fail = (why: string): never => {
  throw new ProgramFailure(why);
};

function count(machine: Machine): void {
  machine.operations++;
  if (machine.operations > OPERATION_LIMIT) fail(TOO_LONG);
}

function find(scope: Scope | null, name: string): Scope {
  for (let at = scope; at !== null; at = at.outer) if (at.values.has(name)) return at;
  return fail(`${name} is not defined`);
}

function scalar(scope: Scope, name: string): number {
  const value = find(scope, name).values.get(name);
  return typeof value === "number" ? value : fail(`${name} is an array`);
}

function array(scope: Scope, name: string): Float64Array {
  const value = find(scope, name).values.get(name);
  return value instanceof Float64Array ? value : fail(`${name} is no array`);
}

function declare(machine: Machine, scope: Scope, name: string, value: number | Float64Array): void {
  if (!scope.values.has(name)) machine.bytes += BYTES * (typeof value === "number" ? 1 : value.length);
  machine.peak = Math.max(machine.peak, machine.bytes);
  scope.values.set(name, value);
}

/** Runs a block in a scope of its own, whose names end with it. */
function within<T>(machine: Machine, outer: Scope | null, run: (scope: Scope) => T): T {
  const before = machine.bytes;
  const result = run({values: new Map(), outer});
  machine.bytes = before;
  return result;
}

function apply(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "%":
      return b === 0 ? fail("remainder of a division by zero") : a - b * Math.floor(a / b);
    default:
      return Number(COMPARE[operator](a, b));
  }
}

const COMPARE = {
  "<": (a: number, b: number) => a < b,
  ">": (a: number, b: number) => a > b,
  "==": (a: number, b: number) => a === b,
} as const;

function place(values: Float64Array, index: number): number {
  return Number.isInteger(index) && index >= 0 && index < values.length
    ? index
    : fail(`index ${index} is outside of ${values.length} elements`);
}

function evaluate(machine: Machine, scope: Scope, expression: Expression): number {
  if (typeof expression === "number") return expression;
  if (expression.kind === "variable") return scalar(scope, expression.name);
  if (expression.kind === "length") return array(scope, expression.array).length;
  if (expression.kind === "call") {
    const argument = evaluate(machine, scope, expression.argument);
    return call(machine, expression.name, argument);
  }
  if (expression.kind === "element") {
    const values = array(scope, expression.array);
    const index = evaluate(machine, scope, expression.index);
    count(machine);
    return values[place(values, index)];
  }
  const left = evaluate(machine, scope, expression.left);
  const right = evaluate(machine, scope, expression.right);
  count(machine);
  const value = apply(expression.operator, left, right);
  return Number.isSafeInteger(value) ? value : fail("a number is too large");
}

function call(machine: Machine, name: string, argument: number): number {
  const found = machine.program.functions.find((each) => each.name === name);
  if (found === undefined) return fail(`${name} is not defined`);
  if (++machine.depth > CALL_DEPTH_LIMIT) fail("calls are nested too deeply");
  count(machine);
  const result = within(machine, null, (scope) => {
    declare(machine, scope, found.parameter, argument);
    return runAll(machine, scope, found.body);
  });
  machine.depth--;
  return result ?? fail(`${name} returns nothing`);
}

/** Runs statements until one returns; gives what it returned. */
function runAll(machine: Machine, scope: Scope, statements: readonly Statement[]): number | null {
  for (const statement of statements) {
    const returned = runNamed(machine, scope, statement);
    if (returned !== null) return returned;
  }
  return null;
}

/** Runs a statement; a failure inside keeps the innermost one. */
function runNamed(machine: Machine, scope: Scope, statement: Statement): number | null {
  try {
    return run(machine, scope, statement);
  } catch (error) {
    if (error instanceof ProgramFailure) error.at ??= statement;
    throw error;
  }
}

function runBlock(machine: Machine, scope: Scope, body: readonly Statement[]): number | null {
  return within(machine, scope, (inner) => runAll(machine, inner, body));
}

function runFor(
  machine: Machine,
  scope: Scope,
  {name, from, to, body}: Extract<Statement, {kind: "for"}>,
): number | null {
  return within(machine, scope, (inner) => {
    declare(machine, inner, name, evaluate(machine, scope, from));
    const end = evaluate(machine, scope, to);
    for (let at = scalar(inner, name); ; at++) {
      count(machine);
      if (at >= end) return null;
      inner.values.set(name, at);
      const returned = runBlock(machine, inner, body);
      if (returned !== null) return returned;
    }
  });
}

function runWhile(
  machine: Machine,
  scope: Scope,
  {condition, body}: Extract<Statement, {kind: "while"}>,
): number | null {
  for (;;) {
    count(machine);
    if (evaluate(machine, scope, condition) === 0) return null;
    const returned = runBlock(machine, scope, body);
    if (returned !== null) return returned;
  }
}

function makeArray(size: number): Float64Array {
  return Number.isInteger(size) && size >= 0 && size <= ARRAY_LIMIT
    ? new Float64Array(size)
    : fail(`an array of ${size} elements`);
}

function run(machine: Machine, scope: Scope, statement: Statement): number | null {
  switch (statement.kind) {
    case "for":
      return runFor(machine, scope, statement);
    case "while":
      return runWhile(machine, scope, statement);
    case "if": {
      count(machine);
      const isTrue = evaluate(machine, scope, statement.condition) !== 0;
      return runBlock(machine, scope, isTrue ? statement.body : statement.otherwise);
    }
    case "return":
      return evaluate(machine, scope, statement.value);
    case "print":
      machine.printed = evaluate(machine, scope, statement.value);
      return null;
    default:
      write(machine, scope, statement);
      return null;
  }
}

/** Runs a statement that changes a variable or an array. */
function write(
  machine: Machine,
  scope: Scope,
  statement: Extract<Statement, {kind: "let" | "array" | "assign" | "store"}>,
): void {
  if (statement.kind === "store") {
    const values = array(scope, statement.array);
    const index = evaluate(machine, scope, statement.index);
    const value = evaluate(machine, scope, statement.value);
    values[place(values, index)] = value;
  } else if (statement.kind === "array") {
    declare(machine, scope, statement.name, makeArray(evaluate(machine, scope, statement.size)));
  } else if (statement.kind === "let") {
    declare(machine, scope, statement.name, evaluate(machine, scope, statement.value));
  } else {
    const value = evaluate(machine, scope, statement.value);
    scalar(scope, statement.name);
    find(scope, statement.name).values.set(statement.name, value);
  }
  count(machine);
}

/** Runs a program and counts what it does. A program's own mistake is no error here: all its numbers are null. */
export function runProgram(program: Program): ProgramRun {
  const machine: Machine = {program, operations: 0, bytes: 0, peak: 0, printed: null, depth: 0};
  try {
    within(machine, null, (scope) => runAll(machine, scope, program.body));
  } catch (error) {
    if (!(error instanceof ProgramFailure)) throw error;
    return {operations: null, peakBytes: null, printed: null, failure: error.message, failedAt: error.at};
  }
  const {operations, peak, printed} = machine;
  return {operations, peakBytes: peak, printed, failure: null, failedAt: null};
}
