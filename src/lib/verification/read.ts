import {
  type Expression,
  type IntegerType,
  type Kernel,
  type KernelParameter,
  OPERATOR_LEVELS,
  type Statement,
} from "./kernel.js";
import {type TokenReader, tokenReader} from "./tokens.js";

const NAME = /^[A-Za-z_]\w*$/;
const NUMBER = /^\d+$/;
/** Widths that C's int holds: 32 bits with a sign, 31 without. */
const TYPE = /^(i([1-9]|[12]\d|3[0-2])|u([1-9]|[12]\d|3[01]))$/;

const readName = (reader: TokenReader) => reader.read("a name", NAME);
const readNumber = (reader: TokenReader) => Number(reader.read("a number", NUMBER));

function readType(reader: TokenReader): IntegerType {
  const text = reader.read("a type of i1 .. i32 or u1 .. u31", TYPE);
  return {isSigned: text.startsWith("i"), bits: Number(text.slice(1))};
}

function readIndex(reader: TokenReader): Expression {
  reader.expect("[");
  const index = readExpression(reader);
  reader.expect("]");
  return index;
}

function readOperand(reader: TokenReader): Expression {
  if (NUMBER.test(reader.peek())) return readNumber(reader);
  if (reader.takes("-")) {
    const operand = readOperand(reader);
    return typeof operand === "number" ? -operand : {kind: "binary", operator: "-", left: 0, right: operand};
  }
  if (reader.takes("(")) {
    const inner = readExpression(reader);
    reader.expect(")");
    return inner;
  }
  const name = reader.read("a number, a name or (", NAME);
  return reader.peek() === "["
    ? {kind: "element", array: name, index: readIndex(reader)}
    : {kind: "variable", name};
}

/** The expression that stands next, operators of one level from left to right. */
function readExpression(reader: TokenReader, level = 0): Expression {
  if (level === OPERATOR_LEVELS.length) return readOperand(reader);
  let left = readExpression(reader, level + 1);
  for (;;) {
    const operator = OPERATOR_LEVELS[level].find((each) => each === reader.peek());
    if (operator === undefined) return left;
    reader.take();
    left = {kind: "binary", operator, left, right: readExpression(reader, level + 1)};
  }
}

function readBlock(reader: TokenReader): Statement[] {
  reader.expect("{");
  const body: Statement[] = [];
  while (!reader.takes("}")) body.push(readStatement(reader));
  return body;
}

/** `(i = 0; i < n; i += 1) unroll 4` and its block. */
function readLoop(reader: TokenReader): Statement {
  reader.expect("(");
  const begins = reader.peek() !== ";";
  const first = begins ? readName(reader) : null;
  if (begins) reader.expect("=");
  const from = begins ? readExpression(reader) : null;
  reader.expect(";");
  const counter = readName(reader);
  if (first !== null && first !== counter) {
    throw new RangeError(`readKernel: a loop must compare its counter ${first}, got ${counter}`);
  }
  reader.expect("<");
  const to = readExpression(reader);
  for (const token of [";", counter, "+="]) reader.expect(token);
  const step = readNumber(reader);
  if (step === 0) throw new RangeError(`readKernel: the step of ${counter} must be at least 1, got 0`);
  reader.expect(")");
  const unroll = reader.takes("unroll") ? readNumber(reader) : 1;
  if (unroll === 0) throw new RangeError(`readKernel: unroll of ${counter} must be at least 1, got 0`);
  return {kind: "for", counter, from, to, step, unroll, body: readBlock(reader)};
}

function readCondition(reader: TokenReader): Statement {
  reader.expect("(");
  const condition = readExpression(reader);
  reader.expect(")");
  const body = readBlock(reader);
  return {kind: "if", condition, body, otherwise: reader.takes("else") ? readBlock(reader) : []};
}

function readDeclaration(reader: TokenReader): Statement {
  const type = readType(reader);
  const name = readName(reader);
  return {kind: "declare", type, name, value: reader.takes("=") ? readExpression(reader) : null};
}

/** The value behind `=`, or the sum or difference of the target and what stands behind `+=` or `-=`. */
function readValue(reader: TokenReader, target: Expression): Expression {
  for (const operator of ["+", "-"] as const) {
    if (reader.takes(`${operator}=`)) {
      return {kind: "binary", operator, left: target, right: readExpression(reader)};
    }
  }
  reader.expect("=");
  return readExpression(reader);
}

function readAssignment(reader: TokenReader): Statement {
  const name = readName(reader);
  if (reader.peek() !== "[") {
    return {kind: "assign", name, value: readValue(reader, {kind: "variable", name})};
  }
  const index = readIndex(reader);
  return {kind: "store", array: name, index, value: readValue(reader, {kind: "element", array: name, index})};
}

function readStatement(reader: TokenReader): Statement {
  if (reader.takes("for")) return readLoop(reader);
  if (reader.takes("if")) return readCondition(reader);
  const statement = TYPE.test(reader.peek()) ? readDeclaration(reader) : readAssignment(reader);
  reader.expect(";");
  return statement;
}

function readParameter(reader: TokenReader): KernelParameter {
  const direction = reader.read("in or out", /^(in|out)$/) as KernelParameter["direction"];
  const type = readType(reader);
  const name = readName(reader);
  if (!reader.takes("[")) return {direction, type, name, length: null};
  const length = readNumber(reader);
  reader.expect("]");
  return {direction, type, name, length};
}

/**
 * The kernel of a text: `kernel dot(in i8 a[4], in i8 b[4], out i32 y) { i32 sum = 0; … }`.
 * @throws RangeError naming the line and the token that does not fit.
 */
export function readKernel(text: string): Kernel {
  const reader = tokenReader(text);
  reader.expect("kernel");
  const name = readName(reader);
  reader.expect("(");
  const parameters = [readParameter(reader)];
  while (reader.takes(",")) parameters.push(readParameter(reader));
  reader.expect(")");
  const body = readBlock(reader);
  if (reader.peek() !== "") {
    throw new RangeError(`readKernel: a kernel must end with its block, got ${reader.peek().slice(0, 80)}`);
  }
  return {name, parameters, body};
}
