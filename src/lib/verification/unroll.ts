import type {Expression, Kernel, Loop, Statement} from "./kernel.js";

/** The expression and the number that it is a sum of; the number is 0 where it is no such sum. */
function parted(expression: Expression): readonly [Expression, number] {
  if (typeof expression === "number") return [0, expression];
  if (expression.kind !== "binary" || typeof expression.right !== "number") return [expression, 0];
  const {operator, left, right} = expression;
  if (operator === "+") return [left, right];
  return operator === "-" ? [left, -right] : [expression, 0];
}

/** The sum of an expression and a whole number, written as short as it can be. */
export function plus(expression: Expression, more: number): Expression {
  const [base, before] = parted(expression);
  const sum = before + more;
  if (base === 0 || sum === 0) return base === 0 ? sum : base;
  return {kind: "binary", operator: sum > 0 ? "+" : "-", left: base, right: Math.abs(sum)};
}

/** An expression with another one in place of a variable. */
function put(expression: Expression, name: string, value: Expression): Expression {
  if (typeof expression === "number") return expression;
  if (expression.kind === "variable") return expression.name === name ? value : expression;
  if (expression.kind === "element") return {...expression, index: put(expression.index, name, value)};
  return {...expression, left: put(expression.left, name, value), right: put(expression.right, name, value)};
}

/** A statement with an expression in place of a variable. */
function copyOf(statement: Statement, name: string, by: Expression): Statement {
  const change = (expression: Expression) => put(expression, name, by);
  const inner = (block: readonly Statement[]) => block.map((each) => copyOf(each, name, by));
  switch (statement.kind) {
    case "declare":
      throw new RangeError(
        `unrolled: a loop that is unrolled must declare nothing in its body, got ${statement.name}`,
      );
    case "assign":
      return {...statement, value: change(statement.value)};
    case "store":
      return {...statement, index: change(statement.index), value: change(statement.value)};
    case "if": {
      const {condition, body, otherwise} = statement;
      return {...statement, condition: change(condition), body: inner(body), otherwise: inner(otherwise)};
    }
    case "for": {
      const {from, to, body} = statement;
      return {...statement, from: from === null ? null : change(from), to: change(to), body: inner(body)};
    }
  }
}

/** A copy's counter, marked with the number of the copy. */
const counterOf = ({counter: name, step}: Loop, copy: number): Expression =>
  copy === 0
    ? {kind: "variable", name}
    : {kind: "binary", operator: "+", left: {kind: "variable", name}, right: copy * step, copy};

/** The rounds of a loop whose ends are numbers, else null. */
function roundsOf({from, to, step}: Loop): number | null {
  if (typeof from !== "number" || typeof to !== "number") return null;
  return Math.max(0, Math.ceil((to - from) / step));
}

/** A loop over several copies of its body, and behind it a plain loop for the rounds that are left, if there can be any. */
function unrolledLoop(loop: Loop): Statement[] {
  const {counter, to, step, unroll} = loop;
  const body = unrolledBlock(loop.body);
  if (unroll === 1) return [{...loop, body}];
  const copies = Array.from({length: unroll}, (_, copy) =>
    body.map((statement) => copyOf(statement, counter, counterOf(loop, copy))),
  );
  const rounds = roundsOf(loop);
  const isWhole = rounds !== null && rounds % unroll === 0;
  const main: Loop = {
    ...loop,
    to: isWhole ? to : plus(to, -(unroll - 1) * step),
    step: unroll * step,
    unroll: 1,
    body: copies.flat(),
  };
  return isWhole ? [main] : [main, {...loop, from: null, unroll: 1, body}];
}

const unrolledBlock = (block: readonly Statement[]): Statement[] =>
  block.flatMap((statement): Statement[] => {
    if (statement.kind === "for") return unrolledLoop(statement);
    if (statement.kind !== "if") return [statement];
    const {body, otherwise} = statement;
    return [{...statement, body: unrolledBlock(body), otherwise: unrolledBlock(otherwise)}];
  });

/**
 * A kernel with its loops unrolled as they ask for, as a compiler does it before it maps them to hardware.
 * @throws RangeError if the body of an unrolled loop declares a variable, which its copies would declare twice.
 */
export const unrolled = (kernel: Kernel): Kernel => ({...kernel, body: unrolledBlock(kernel.body)});
