import type {ProgramRun} from "./interpret.js";
import type {Expression, Program, Statement} from "./program.js";

/** Ways to write a program: with braces as in JavaScript, or with indents as in Python. */
export const PROGRAM_SYNTAXES = ["braces", "indents"] as const;
/** A way to write a program. */
export type ProgramSyntax = (typeof PROGRAM_SYNTAXES)[number];

/** The text of an expression; inner operations stand in parentheses. */
export function expressionText(expression: Expression, isInner = false): string {
  if (typeof expression === "number") return String(expression);
  switch (expression.kind) {
    case "variable":
      return expression.name;
    case "length":
      return `len(${expression.array})`;
    case "call":
      return `${expression.name}(${expressionText(expression.argument)})`;
    case "element":
      return `${expression.array}[${expressionText(expression.index)}]`;
    case "binary": {
      const {left, operator, right} = expression;
      const text = `${expressionText(left, true)}${operator}${expressionText(right, true)}`;
      return isInner ? `(${text})` : text;
    }
  }
}

/** A statement that holds no others, without what ends it. */
function simpleText(
  statement: Exclude<Statement, {kind: "if" | "for" | "while"}>,
  declaration: string,
): string {
  switch (statement.kind) {
    case "let":
      return `${declaration}${statement.name}=${expressionText(statement.value)}`;
    case "array":
      return `${declaration}${statement.name}=new(${expressionText(statement.size)})`;
    case "assign":
      return `${statement.name}=${expressionText(statement.value)}`;
    case "store":
      return `${statement.array}[${expressionText(statement.index)}]=${expressionText(statement.value)}`;
    case "print":
      return `print(${expressionText(statement.value)})`;
    case "return":
      return `return ${expressionText(statement.value)}`;
  }
}

const braced = (statements: readonly Statement[]): string => `{${statements.map(braces).join("")}}`;

function braces(statement: Statement): string {
  if (statement.kind === "for") {
    const {name, from, to, body} = statement;
    const head = `for(${name}=${expressionText(from)};${name}<${expressionText(to)};${name}++)`;
    return `${head}${braced(body)}`;
  }
  if (statement.kind === "while")
    return `while(${expressionText(statement.condition)})${braced(statement.body)}`;
  if (statement.kind !== "if") return `${simpleText(statement, "let ")};`;
  const {condition, body, otherwise} = statement;
  const rest = otherwise.length === 0 ? "" : `else${braced(otherwise)}`;
  return `if(${expressionText(condition)})${braced(body)}${rest}`;
}

const indented = (statements: readonly Statement[]): string[] =>
  statements.flatMap(indents).map((line) => ` ${line}`);

/** Lines of a statement; a block stands one space further in. */
function indents(statement: Statement): string[] {
  if (statement.kind === "for") {
    const {name, from, to, body} = statement;
    return [`for ${name} in range(${expressionText(from)},${expressionText(to)}):`, ...indented(body)];
  }
  if (statement.kind === "while")
    return [`while ${expressionText(statement.condition)}:`, ...indented(statement.body)];
  if (statement.kind !== "if") return [simpleText(statement, "")];
  const {condition, body, otherwise} = statement;
  const rest = otherwise.length === 0 ? [] : ["else:", ...indented(otherwise)];
  return [`if ${expressionText(condition)}:`, ...indented(body), ...rest];
}

/** The text of a program. Between braces it has a line a statement of the outermost block. */
export function programText({functions, body}: Program, syntax: ProgramSyntax): string {
  const isBraces = syntax === "braces";
  const heads = functions.flatMap(({name, parameter, body: inner}) =>
    isBraces
      ? [`function ${name}(${parameter})${braced(inner)}`]
      : [`def ${name}(${parameter}):`, ...indented(inner)],
  );
  return [...heads, ...body.flatMap((each) => (isBraces ? [braces(each)] : indents(each)))].join("\n");
}

/** The reason why a program failed, with the line and the statement that did: `line 2, p[3]=1: index 3 is …`; null if it ran. */
export function failureText({failure, failedAt}: Pick<ProgramRun, "failure" | "failedAt">): string | null {
  if (failure === null || failedAt === null) return failure;
  const [first] = indents(failedAt);
  return `${failedAt.line === undefined ? "" : `line ${failedAt.line}, `}${first.replace(/:$/, "")}: ${failure}`;
}
