import {type Expression, type Operator, type Statement, wrapped} from "./kernel.js";
import type {Place} from "./places.js";
import {statementHead} from "./print.js";

/** A kernel's own mistake, or a limit it ran into. */
export class KernelFault extends Error {}

/** Names, memory and limits with which statements and expressions are compiled. */
export interface Compiling {
  readonly kernel: string;
  readonly places: ReadonlyMap<string, Place>;
  readonly memory: Int32Array;
  readonly isChecked: boolean;
  /** Counts one step. @throws KernelFault if there were too many. */
  readonly step: () => void;
  /** The statement that is compiled, for messages. */
  readonly at: string;
}

type Value = () => number;
type Action = () => void;

function find({kernel, places, at}: Compiling, name: string, isArray: boolean): Place {
  const place = places.get(name);
  if (place === undefined) throw new RangeError(`${kernel}: ${name} must be declared, in ${at}`);
  if ((place.length !== null) !== isArray) {
    throw new RangeError(`${kernel}: ${name} must ${isArray ? "" : "not "}be an array, in ${at}`);
  }
  return place;
}

/** The cell of an element. */
function cellOf(compiling: Compiling, array: string, {base, length}: Place, index: Value): Value {
  const {kernel, isChecked, at} = compiling;
  if (!isChecked) return () => base + index();
  return () => {
    const i = index();
    if (i >= 0 && i < length!) return base + i;
    throw new KernelFault(`${kernel}: ${array}[${i}] lies outside of ${array}[${length}], in ${at}`);
  };
}

const isTrue = (condition: boolean): number => (condition ? 1 : 0);

const OPERATIONS: Readonly<Record<Operator, (a: Value, b: Value) => Value>> = {
  "+": (a, b) => () => (a() + b()) | 0,
  "-": (a, b) => () => (a() - b()) | 0,
  "*": (a, b) => () => Math.imul(a(), b()),
  "&": (a, b) => () => a() & b(),
  "|": (a, b) => () => a() | b(),
  "^": (a, b) => () => a() ^ b(),
  "<<": (a, b) => () => a() << b(),
  ">>": (a, b) => () => a() >> b(),
  "<": (a, b) => () => isTrue(a() < b()),
  ">": (a, b) => () => isTrue(a() > b()),
  "<=": (a, b) => () => isTrue(a() <= b()),
  ">=": (a, b) => () => isTrue(a() >= b()),
  "==": (a, b) => () => isTrue(a() === b()),
  "!=": (a, b) => () => isTrue(a() !== b()),
};

function compileExpression(compiling: Compiling, expression: Expression): Value {
  const {memory} = compiling;
  if (typeof expression === "number") return () => expression;
  if (expression.kind === "variable") {
    const {base} = find(compiling, expression.name, false);
    return () => memory[base];
  }
  if (expression.kind === "binary") {
    const left = compileExpression(compiling, expression.left);
    return OPERATIONS[expression.operator](left, compileExpression(compiling, expression.right));
  }
  const {array, index} = expression;
  const cell = cellOf(compiling, array, find(compiling, array, true), compileExpression(compiling, index));
  // A cell outside of memory reads as undefined.
  return () => memory[cell()] ?? 0;
}

/** A place that may be written. */
function target(compiling: Compiling, name: string, isArray: boolean): Place {
  const place = find(compiling, name, isArray);
  if (place.isInput) {
    throw new RangeError(
      `${compiling.kernel}: ${name} must not be written, it is an input, in ${compiling.at}`,
    );
  }
  return place;
}

function compileLoop(compiling: Compiling, loop: Extract<Statement, {kind: "for"}>): Action {
  const {memory, step} = compiling;
  const {base} = target(compiling, loop.counter, false);
  const from = loop.from === null ? null : compileExpression(compiling, loop.from);
  const to = compileExpression(compiling, loop.to);
  const body = compileBlock(compiling, loop.body);
  return () => {
    if (from !== null) memory[base] = from();
    for (; memory[base] < to(); memory[base] += loop.step) {
      step();
      body();
    }
  };
}

function compileStatement(outer: Compiling, statement: Statement): Action {
  const compiling = {...outer, at: statementHead(statement).replace(/ \{$/, "")};
  const {memory} = compiling;
  switch (statement.kind) {
    case "declare":
    case "assign": {
      const {base, type} = target(compiling, statement.name, false);
      if (statement.value === null) return () => {};
      const value = compileExpression(compiling, statement.value);
      return () => {
        memory[base] = wrapped(type, value());
      };
    }
    case "store": {
      const {array} = statement;
      const place = target(compiling, array, true);
      const cell = cellOf(compiling, array, place, compileExpression(compiling, statement.index));
      const value = compileExpression(compiling, statement.value);
      // A cell outside of memory is not written.
      return () => {
        const at = cell();
        memory[at] = wrapped(place.type, value());
      };
    }
    case "if": {
      const condition = compileExpression(compiling, statement.condition);
      const body = compileBlock(compiling, statement.body);
      const otherwise = compileBlock(compiling, statement.otherwise);
      return () => (condition() === 0 ? otherwise() : body());
    }
    case "for":
      return compileLoop(compiling, statement);
  }
}

/**
 * Statements as one action.
 * @throws RangeError if a name is unknown, an array is taken for a number, or an input is written.
 */
export function compileBlock(compiling: Compiling, block: readonly Statement[]): Action {
  const actions = block.map((statement) => compileStatement(compiling, statement));
  const {step} = compiling;
  return () => {
    for (const action of actions) {
      step();
      action();
    }
  };
}
