import {type Expression, OPERATORS, type Operator} from "./program.js";

/** Words and signs of a text that are read one after another. */
export interface TokenReader {
  /** The next token, or an empty text at the end. */
  peek(): string;
  take(): string;
  /** @throws RangeError unless the next token is this one. */
  expect(token: string): void;
  readonly isDone: boolean;
  /** Line of the next token, or the last line at the end. */
  readonly line: number;
}

const TOKEN = /\s*(==|\+\+|[A-Za-z_]\w*|\d+|\S)/y;

/** The tokens of a text without white space, its first line of some number. */
export function tokenReader(text: string, firstLine = 1): TokenReader {
  const tokens: {readonly text: string; readonly line: number}[] = [];
  const end = text.trimEnd().length;
  let line = firstLine;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const [whole, token] = TOKEN.exec(text) as RegExpExecArray;
    line += whole.split("\n").length - 1;
    tokens.push({text: token, line});
  }
  let at = 0;
  return {
    peek: () => tokens[at]?.text ?? "",
    take: () => tokens[at++]?.text ?? "",
    expect(token) {
      const {line: place} = this;
      const found = tokens[at++]?.text ?? "the end";
      if (found !== token)
        throw new RangeError(`readProgram: ${token} must stand here in line ${place}, got ${found}`);
    },
    get isDone() {
      return at >= tokens.length;
    },
    get line() {
      return tokens[at]?.line ?? line;
    },
  };
}

const isName = (token: string): boolean => /^[A-Za-z_]/.test(token);

/**
 * The name that stands next.
 * @throws RangeError if none does.
 */
export function readName(reader: TokenReader): string {
  const {line} = reader;
  const token = reader.take();
  if (!isName(token))
    throw new RangeError(`readProgram: a name must stand here in line ${line}, got ${token || "the end"}`);
  return token;
}

function readInParentheses(reader: TokenReader): Expression {
  reader.expect("(");
  const inner = readExpression(reader);
  reader.expect(")");
  return inner;
}

function readNamed(reader: TokenReader): Expression {
  const name = readName(reader);
  if (reader.peek() === "[") {
    reader.take();
    const index = readExpression(reader);
    reader.expect("]");
    return {kind: "element", array: name, index};
  }
  if (reader.peek() !== "(") return {kind: "variable", name};
  const argument = readInParentheses(reader);
  if (name !== "len") return {kind: "call", name, argument};
  if (typeof argument === "number" || argument.kind !== "variable")
    throw new RangeError("readProgram: len must be of an array's name");
  return {kind: "length", array: argument.name};
}

function readOperand(reader: TokenReader): Expression {
  const token = reader.peek();
  if (/^\d/.test(token)) return Number(reader.take());
  if (token === "(") return readInParentheses(reader);
  if (token === "-") {
    reader.take();
    const operand = readOperand(reader);
    return typeof operand === "number" ? -operand : {kind: "binary", operator: "-", left: 0, right: operand};
  }
  if (isName(token)) return readNamed(reader);
  throw new RangeError(
    `readProgram: an expression in line ${reader.line} must begin with a number, a name or a parenthesis, got ${token || "the end"}`,
  );
}

/** Operators by how tightly they bind, comparisons least. */
const LEVELS: readonly (readonly Operator[])[] = [
  ["<", ">", "=="],
  ["+", "-"],
  ["*", "%"],
];

/**
 * The expression that stands next, operators of one level from left to right.
 * @throws RangeError naming the token that does not fit.
 */
export function readExpression(reader: TokenReader, level = 0): Expression {
  if (level === LEVELS.length) return readOperand(reader);
  let left = readExpression(reader, level + 1);
  for (;;) {
    const operator = OPERATORS.find((each) => each === reader.peek());
    if (operator === undefined || !LEVELS[level].includes(operator)) return left;
    reader.take();
    left = {kind: "binary", operator, left, right: readExpression(reader, level + 1)};
  }
}
