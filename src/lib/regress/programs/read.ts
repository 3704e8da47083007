import type {Program, ProgramFunction, Statement} from "./program.js";
import {readExpression, readName, type TokenReader, tokenReader} from "./read-expression.js";

/** Names that `let` or a first assignment has made. */
type Known = ReadonlySet<string>;

/** A statement that holds no others; where nothing declares, the first assignment to a name does. */
function readSimple(reader: TokenReader, known: Known | null): Statement {
  const first = reader.peek();
  if (first === "print" || first === "return") {
    reader.take();
    if (first === "return") return {kind: "return", value: readExpression(reader)};
    reader.expect("(");
    const value = readExpression(reader);
    reader.expect(")");
    return {kind: "print", value};
  }
  if (first === "let") reader.take();
  const name = readName(reader);
  if (reader.peek() === "[") return readStore(reader, name);
  reader.expect("=");
  const value = readExpression(reader);
  if (typeof value !== "number" && value.kind === "call" && value.name === "new")
    return {kind: "array", name, size: value.argument};
  const isNew = known === null ? first === "let" : !known.has(name);
  return isNew ? {kind: "let", name, value} : {kind: "assign", name, value};
}

function readStore(reader: TokenReader, array: string): Statement {
  reader.take();
  const index = readExpression(reader);
  reader.expect("]");
  reader.expect("=");
  return {kind: "store", array, index, value: readExpression(reader)};
}

function readBraced(reader: TokenReader): Statement[] {
  reader.expect("{");
  const body: Statement[] = [];
  while (reader.peek() !== "}") {
    if (reader.isDone) throw new RangeError("readProgram: } must stand here, got the end");
    body.push(readBraces(reader));
  }
  reader.take();
  return body;
}

/** `(i=0;i<n;i++)` and its block. */
function readFor(reader: TokenReader): Statement {
  reader.expect("(");
  const name = readName(reader);
  reader.expect("=");
  const from = readExpression(reader);
  for (const token of [";", name, "<"]) reader.expect(token);
  const to = readExpression(reader);
  for (const token of [";", name, "++", ")"]) reader.expect(token);
  return {kind: "for", name, from, to, body: readBraced(reader)};
}

function readCondition(reader: TokenReader) {
  reader.expect("(");
  const condition = readExpression(reader);
  reader.expect(")");
  return condition;
}

function readBraces(reader: TokenReader): Statement {
  const {line} = reader;
  return {...readBracesForm(reader), line};
}

function readBracesForm(reader: TokenReader): Statement {
  const first = reader.peek();
  if (first === "for" || first === "while" || first === "if") {
    reader.take();
    if (first === "for") return readFor(reader);
    const condition = readCondition(reader);
    const body = readBraced(reader);
    if (first === "while") return {kind: "while", condition, body};
    const hasElse = reader.peek() === "else";
    if (hasElse) reader.take();
    return {kind: "if", condition, body, otherwise: hasElse ? readBraced(reader) : []};
  }
  const statement = readSimple(reader, null);
  reader.expect(";");
  return statement;
}

function readProgramOfBraces(text: string): Program {
  const reader = tokenReader(text);
  const functions: ProgramFunction[] = [];
  while (reader.peek() === "function") {
    reader.take();
    const name = readName(reader);
    reader.expect("(");
    const parameter = readName(reader);
    reader.expect(")");
    functions.push({name, parameter, body: readBraced(reader)});
  }
  const body: Statement[] = [];
  while (!reader.isDone) body.push(readBraces(reader));
  return {functions, body};
}

/** A line of a text with indents, and the lines below it that stand further in. */
interface Line {
  readonly text: string;
  /** From 1 on. */
  readonly number: number;
  readonly inner: readonly Line[];
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Lines from one on, at its indent, with those inside them. */
function nest(lines: readonly Omit<Line, "inner">[]): Line[] {
  const found: Line[] = [];
  for (let at = 0; at < lines.length; ) {
    const {text, number} = lines[at];
    const indent = indentOf(text);
    if (indent !== indentOf(lines[0].text))
      throw new RangeError(`readProgram: line ${number} must keep the indent of its block, got ${text}`);
    let end = at + 1;
    while (end < lines.length && indentOf(lines[end].text) > indent) end++;
    found.push({text: text.trim(), number, inner: nest(lines.slice(at + 1, end))});
    at = end;
  }
  return found;
}

/** Statements of lines; names made in a block are known behind them in it. */
function readLines(lines: readonly Line[], outer: Known): Statement[] {
  const known = new Set(outer);
  const statements: Statement[] = [];
  for (let at = 0; at < lines.length; at++) {
    const otherwise = lines[at + 1]?.text === "else:" ? lines[at + 1].inner : [];
    const statement = readLine(lines[at], otherwise, known);
    if (otherwise.length > 0) at++;
    if (statement.kind === "let" || statement.kind === "array") known.add(statement.name);
    statements.push(statement);
  }
  return statements;
}

function readLine(line: Line, otherwise: readonly Line[], known: Known): Statement {
  return {...readLineForm(line, otherwise, known), line: line.number};
}

function readLineForm({text, number, inner}: Line, otherwise: readonly Line[], known: Known): Statement {
  const reader = tokenReader(text, number);
  const first = reader.peek();
  const isBlock = first === "for" || first === "while" || first === "if";
  if (!isBlock && inner.length > 0)
    throw new RangeError(
      `readProgram: only a block may have lines with a larger indent below it, got line ${number}, ${text}`,
    );
  if (!isBlock) return finished(reader, readSimple(reader, known));
  reader.take();
  if (first === "for") return readRange(reader, inner, known);
  const condition = readExpression(reader);
  reader.expect(":");
  const body = readLines(inner, known);
  if (first === "while") return finished(reader, {kind: "while", condition, body});
  return finished(reader, {kind: "if", condition, body, otherwise: readLines(otherwise, known)});
}

function finished(reader: TokenReader, statement: Statement): Statement {
  if (reader.isDone) return statement;
  throw new RangeError(`readProgram: line ${reader.line} must end here, got ${reader.peek()}`);
}

/** `i in range(0,n):` and its block. */
function readRange(reader: TokenReader, inner: readonly Line[], known: Known): Statement {
  const name = readName(reader);
  for (const token of ["in", "range", "("]) reader.expect(token);
  const from = readExpression(reader);
  reader.expect(",");
  const to = readExpression(reader);
  for (const token of [")", ":"]) reader.expect(token);
  const body = readLines(inner, new Set([...known, name]));
  return finished(reader, {kind: "for", name, from, to, body});
}

const DEFINITION = /^def (\w+)\((\w+)\):$/;

function readProgramOfIndents(text: string): Program {
  const numbered = text.split("\n").map((line, i) => ({text: line, number: i + 1}));
  const lines = nest(numbered.filter((line) => line.text.trim() !== ""));
  const functions = lines.flatMap(({text: line, inner}) => {
    const match = DEFINITION.exec(line);
    if (match === null) return [];
    const [, name, parameter] = match;
    return [{name, parameter, body: readLines(inner, new Set([parameter]))}];
  });
  const rest = lines.filter(({text: line}) => !DEFINITION.test(line));
  return {functions, body: readLines(rest, new Set())};
}

/**
 * The program of a text, in either way of writing: with semicolons between braces, or with indents.
 * @throws RangeError naming what does not fit.
 */
export function readProgram(text: string): Program {
  return text.includes(";") ? readProgramOfBraces(text) : readProgramOfIndents(text);
}
