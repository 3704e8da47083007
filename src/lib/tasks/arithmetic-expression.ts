/** Expressions that a reader types, as problems of worked arithmetic. */

import {
  type ArithmeticProblem,
  type Expression,
  LARGEST_VALUE,
  MOST_OPERATORS,
  type Operator,
  workedProblem,
} from "./arithmetic.js";

const LARGEST_NUMBER = 999;
const LONGEST = 200;
const PRECEDENCE: Readonly<Record<Operator, number>> = {"+": 1, "-": 1, "*": 2};

/**
 * The problem of an expression such as `(17*4)-(9+6)`: numbers up to 999, `+`, `-`, `*` and parentheses; products bind
 * more than sums, and of equals the left one comes first. Every inner part gets the parentheses that the models learned.
 * @throws RangeError naming the character that does not fit, for more operators than six or none, or a value on the way
 * beyond 99,999.
 */
export function expressionProblem(text: string): ArithmeticProblem {
  const problem = workedProblem(parsed(text.replaceAll(/\s/g, "").slice(0, LONGEST)));
  const {steps} = problem;
  if (steps.length < 1 || steps.length > MOST_OPERATORS)
    throw new RangeError(
      `expressionProblem: text must have 1 to ${MOST_OPERATORS} operators, got ${steps.length}`,
    );
  const tooLarge = steps.find(({value}) => Math.abs(value) > LARGEST_VALUE);
  if (tooLarge !== undefined)
    throw new RangeError(
      `expressionProblem: values must lie within ±${LARGEST_VALUE}, got ${tooLarge.text.slice(0, -1)}`,
    );
  return problem;
}

/** Reads an expression by the precedence of its operators. */
function parsed(text: string): Expression {
  let at = 0;
  const fail = (wanted: string) =>
    new RangeError(
      `expressionProblem: character ${at + 1} must be ${wanted}, got ${at < text.length ? JSON.stringify(text[at]) : "the end"}`,
    );
  const operand = (): Expression => {
    if (text[at] === "(") {
      at++;
      const inner = operation(1);
      if (text[at] !== ")") throw fail("an operator or )");
      at++;
      return inner;
    }
    const [digits] = /^\d+/.exec(text.slice(at)) ?? [];
    if (digits === undefined) throw fail("a number or (");
    if (Number(digits) > LARGEST_NUMBER) throw fail(`a number up to ${LARGEST_NUMBER}`);
    at += digits.length;
    return Number(digits);
  };
  const operation = (least: number): Expression => {
    let left = operand();
    for (;;) {
      const operator = text[at] as Operator;
      if (!Object.hasOwn(PRECEDENCE, operator) || PRECEDENCE[operator] < least) return left;
      at++;
      left = {left, operator, right: operation(PRECEDENCE[operator] + 1)};
    }
  };
  const whole = operation(1);
  if (at < text.length) throw fail("an operator");
  return whole;
}
