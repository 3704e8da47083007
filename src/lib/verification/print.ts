import {
  type Expression,
  type IntegerType,
  type Kernel,
  type KernelParameter,
  type Loop,
  OPERATOR_LEVELS,
  type Operator,
  type Statement,
} from "./kernel.js";

/** The name of a type, such as `i8`. */
export const typeText = ({isSigned, bits}: IntegerType): string => `${isSigned ? "i" : "u"}${bits}`;

const levelOf = (operator: Operator): number =>
  OPERATOR_LEVELS.findIndex((level) => (level as readonly Operator[]).includes(operator));

/** The text of an expression, with no parentheses but those that it needs inside an operator of some level. */
export function expressionText(expression: Expression, level = 0): string {
  if (typeof expression === "number") return String(expression);
  if (expression.kind === "variable") return expression.name;
  if (expression.kind === "element") return `${expression.array}[${expressionText(expression.index)}]`;
  const {operator, left, right} = expression;
  const own = levelOf(operator);
  const text = `${expressionText(left, own)} ${operator} ${expressionText(right, own + 1)}`;
  return own < level ? `(${text})` : text;
}

/** `x += 1` where a sum begins with its target. */
function assignmentText(target: string, value: Expression): string {
  if (typeof value !== "number" && value.kind === "binary") {
    const {operator, left, right} = value;
    const isShort = (operator === "+" || operator === "-") && expressionText(left) === target;
    if (isShort) return `${target} ${operator}= ${expressionText(right)}`;
  }
  return `${target} = ${expressionText(value)}`;
}

function loopHead({counter, from, to, step, unroll}: Loop): string {
  const begin = from === null ? "" : `${counter} = ${expressionText(from)}`;
  const copies = unroll === 1 ? "" : ` unroll ${unroll}`;
  return `for (${begin}; ${counter} < ${expressionText(to)}; ${counter} += ${step})${copies}`;
}

/** The first line of a statement. */
export function statementHead(statement: Statement): string {
  switch (statement.kind) {
    case "declare": {
      const {type, name, value} = statement;
      return value === null
        ? `${typeText(type)} ${name};`
        : `${typeText(type)} ${name} = ${expressionText(value)};`;
    }
    case "assign":
      return `${assignmentText(statement.name, statement.value)};`;
    case "store":
      return `${assignmentText(`${statement.array}[${expressionText(statement.index)}]`, statement.value)};`;
    case "if":
      return `if (${expressionText(statement.condition)}) {`;
    case "for":
      return `${loopHead(statement)} {`;
  }
}

const indented = (statements: readonly Statement[]): string[] =>
  statements.flatMap(statementLines).map((line) => `  ${line}`);

function statementLines(statement: Statement): string[] {
  const head = statementHead(statement);
  if (statement.kind === "for") return [head, ...indented(statement.body), "}"];
  if (statement.kind !== "if") return [head];
  const otherwise = statement.otherwise.length === 0 ? [] : ["} else {", ...indented(statement.otherwise)];
  return [head, ...indented(statement.body), ...otherwise, "}"];
}

const parameterText = ({direction, type, name, length}: KernelParameter): string =>
  `${direction} ${typeText(type)} ${name}${length === null ? "" : `[${length}]`}`;

/** The text of a kernel, a line a statement, which {@link readKernel} reads again. */
export function kernelText({name, parameters, body}: Kernel): string {
  const head = `kernel ${name}(${parameters.map(parameterText).join(", ")}) {`;
  return [head, ...indented(body), "}"].join("\n");
}
