import {logInteger, oneOf} from "../../tasks/cost-task.js";
import type {RandomStream} from "../../tensor/random.js";
import type {Expression, Operator, Program, ProgramFunction, Statement} from "./program.js";

/** Names that may be read at some place of a program. */
interface Names {
  readonly scalars: readonly string[];
  readonly arrays: readonly string[];
  readonly functions: readonly string[];
  /** Names of loop counters, which nothing assigns to. */
  readonly counters: readonly string[];
}

const SCALARS = ["a", "b", "c", "d", "e"];
const ARRAYS = ["p", "q"];
const COUNTERS = ["i", "j", "k"];
const ARITHMETIC: readonly Operator[] = ["+", "+", "-", "*", "%"];
const COMPARING: readonly Operator[] = ["<", ">", "=="];
const DEEPEST = 3;

const variable = (name: string): Expression => ({kind: "variable", name});

function drawLeaf(stream: RandomStream, {scalars, arrays, counters}: Names): Expression {
  const draw = stream.integer(10);
  if (draw < 4 || scalars.length + counters.length === 0) return 1 + stream.integer(12);
  if (draw < 8 || arrays.length === 0) return variable(oneOf(stream, [...scalars, ...counters]));
  const array = oneOf(stream, arrays);
  if (draw === 8) return {kind: "length", array};
  return {kind: "element", array, index: drawIndex(stream, array, counters)};
}

/** An index that is mostly inside: a counter or a small number, or their remainder by the length. */
function drawIndex(stream: RandomStream, array: string, counters: readonly string[]): Expression {
  const plain = counters.length > 0 && stream.integer(4) > 0;
  const index = plain ? variable(oneOf(stream, counters)) : stream.integer(4);
  if (stream.integer(2) === 0 || typeof index === "number") return index;
  return {kind: "binary", operator: "%", left: index, right: {kind: "length", array}};
}

function drawValue(stream: RandomStream, names: Names): Expression {
  const draw = stream.integer(8);
  if (draw < 2) return drawLeaf(stream, names);
  const left = drawLeaf(stream, names);
  if (draw === 7 && names.functions.length > 0)
    return {kind: "call", name: oneOf(stream, names.functions), argument: left};
  const operator = oneOf(stream, ARITHMETIC);
  // Divisors are no zero, so that few programs fail there.
  const right = operator === "%" ? 2 + stream.integer(9) : drawLeaf(stream, names);
  return {kind: "binary", operator, left, right};
}

function drawCondition(stream: RandomStream, names: Names): Expression {
  const operator = oneOf(stream, COMPARING);
  const left = drawValue(stream, names);
  return {kind: "binary", operator, left, right: drawLeaf(stream, names)};
}

/** Ends of loops: most are numbers, some variables, a few computed. */
function drawBound(stream: RandomStream, {scalars, counters}: Names): Expression {
  const names = [...scalars, ...counters];
  const draw = stream.integer(10);
  if (draw < 6 || names.length === 0) return logInteger(stream, 2, 48);
  const name = variable(oneOf(stream, names));
  if (draw < 9) return name;
  return {
    kind: "binary",
    operator: oneOf(stream, ["+", "*"] as const),
    left: name,
    right: 1 + stream.integer(3),
  };
}

function drawFor(stream: RandomStream, names: Names, depth: number): Statement {
  const name = COUNTERS[names.counters.length];
  const to = drawBound(stream, names);
  const inner = {...names, counters: [...names.counters, name]};
  return {
    kind: "for",
    name,
    from: stream.integer(3) === 0 ? 1 : 0,
    to,
    body: drawBlock(stream, inner, depth + 1),
  };
}

/** A loop that ends: its last statement raises what its condition bounds. */
function drawWhile(stream: RandomStream, names: Names, depth: number): Statement {
  const name = oneOf(stream, names.scalars);
  const others = {...names, scalars: names.scalars.filter((other) => other !== name)};
  const raise: Expression = {
    kind: "binary",
    operator: "+",
    left: variable(name),
    right: 1 + stream.integer(4),
  };
  return {
    kind: "while",
    condition: {kind: "binary", operator: "<", left: variable(name), right: logInteger(stream, 8, 96)},
    body: [...drawBlock(stream, others, depth + 1), {kind: "assign", name, value: raise}],
  };
}

function drawStatement(stream: RandomStream, names: Names, depth: number): Statement | null {
  const {scalars, arrays, counters} = names;
  const draw = stream.integer(20);
  if (draw < 6 && scalars.length > 0)
    return {kind: "assign", name: oneOf(stream, scalars), value: drawValue(stream, names)};
  if (draw < 10 && arrays.length > 0) {
    const array = oneOf(stream, arrays);
    return {kind: "store", array, index: drawIndex(stream, array, counters), value: drawValue(stream, names)};
  }
  if (depth >= DEEPEST) return null;
  if (draw < 15 && counters.length < COUNTERS.length) return drawFor(stream, names, depth);
  if (draw < 17 && scalars.length > 0) return drawWhile(stream, names, depth);
  if (draw === 19) return null;
  const condition = drawCondition(stream, names);
  const otherwise = stream.integer(3) === 0 ? drawBlock(stream, names, depth + 1) : [];
  return {kind: "if", condition, body: drawBlock(stream, names, depth + 1), otherwise};
}

function drawBlock(stream: RandomStream, names: Names, depth: number): Statement[] {
  const count = depth === 0 ? 1 + stream.integer(3) : 1 + Number(stream.integer(3) === 0);
  const drawn = Array.from({length: 2 * count}, () => drawStatement(stream, names, depth));
  const block = drawn.filter((statement) => statement !== null).slice(0, count);
  // Deep inside there may be nothing to write to: a number of the block's own.
  return block.length > 0 ? block : [{kind: "let", name: "t", value: drawValue(stream, names)}];
}

function drawFunction(stream: RandomStream): ProgramFunction {
  const names: Names = {scalars: ["x"], arrays: [], functions: [], counters: []};
  const body = stream.integer(2) === 0 ? [drawFor(stream, names, DEEPEST - 1)] : [];
  return {name: "f", parameter: "x", body: [...body, {kind: "return", value: drawValue(stream, names)}]};
}

/** Draws a program that prints one number. It may fail, and may run long: the caller looks. */
export function drawProgram(stream: RandomStream): Program {
  const functions = stream.integer(4) === 0 ? [drawFunction(stream)] : [];
  const scalars = SCALARS.slice(0, 1 + stream.integer(3));
  const arrays = ARRAYS.slice(0, [0, 0, 1, 1, 2][stream.integer(5)]);
  const names: Names = {scalars, arrays, functions: functions.map(({name}) => name), counters: []};
  const declarations: Statement[] = [
    ...scalars.map((name): Statement => ({kind: "let", name, value: stream.integer(30)})),
    ...arrays.map((name): Statement => ({kind: "array", name, size: logInteger(stream, 4, 64)})),
  ];
  const printed = stream.integer(4) === 0 ? drawValue(stream, names) : variable(oneOf(stream, scalars));
  return {
    functions,
    body: [...declarations, ...drawBlock(stream, names, 0), {kind: "print", value: printed}],
  };
}
