/**
 * Worked arithmetic: an expression, one line of work per operator, the answer. Every step has a true difficulty,
 * which the text never shows: a small model fails the hard steps that a larger one can do.
 */

import {type RandomStream, randomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import type {Split} from "./corpus.js";

/** An operator of an arithmetic problem. */
export type Operator = "+" | "-" | "*";

/** One inner node of the expression, in post-order: `left operator right = value`. */
export interface ArithmeticStep {
  readonly left: number;
  readonly operator: Operator;
  readonly right: number;
  readonly value: number;
  /** Carries of a sum, borrows of a difference, 2 digits(left) digits(right) of a product. */
  readonly difficulty: number;
  /** `left operator right=value;` as it stands in the text, and where it begins there. */
  readonly text: string;
  readonly start: number;
}

/** `text` is question, work and answer: what a model learns. It is `prompt` and what should follow. */
export interface ArithmeticProblem {
  readonly expression: string;
  readonly prompt: string;
  readonly text: string;
  readonly steps: readonly ArithmeticStep[];
  readonly answer: number;
}

/** Options of an arithmetic problem. */
export interface ArithmeticOptions {
  /** Number of operators, 1 to 6; by default each equally often. */
  readonly operators?: number;
  readonly seed?: number;
}

/** From this difficulty on a step counts as hard. */
export const HARD_STEP = 4;
/** Operators of an expression at most. */
export const MOST_OPERATORS = 6;
/** Largest magnitude of a value on the way. */
export const LARGEST_VALUE = 99_999;

/** An expression: a number, or two expressions with an operator between them. */
export type Expression =
  | number
  | {readonly left: Expression; readonly operator: Operator; readonly right: Expression};

/**
 * Problem `index` of `split`; the same arguments give the same problem for ever. An expression belongs to the
 * split that its text hashes to (80 % train, 10 % validation, 10 % test), so no split holds another's.
 * @throws RangeError unless `index` is an integer of at least 0 and `operators` one of 1 .. 6.
 */
export function arithmeticProblem(
  split: Split,
  index: number,
  {operators, seed = 0}: ArithmeticOptions = {},
): ArithmeticProblem {
  requireInteger("arithmeticProblem", "index", index, 0);
  if (
    operators !== undefined &&
    !(Number.isInteger(operators) && operators >= 1 && operators <= MOST_OPERATORS)
  ) {
    throw new RangeError(
      `arithmeticProblem: operators must be an integer of 1 .. ${MOST_OPERATORS}, got ${operators}`,
    );
  }
  const stream = randomStream(seed, `arithmetic/${split}/${operators ?? "any"}/${index}`);
  for (;;) {
    const root = newNode(operators ?? 1 + stream.integer(MOST_OPERATORS), stream);
    const problem = workedProblem(root);
    const isSmall = problem.steps.every(({value}) => Math.abs(value) <= LARGEST_VALUE);
    if (isSmall && splitOf(problem.expression) === split) return problem;
  }
}

/** The split that an expression's text belongs to, by its FNV-1a hash. */
export function splitOf(expression: string): Split {
  let hash = 0x811c9dc5;
  for (let i = 0; i < expression.length; i++) hash = Math.imul(hash ^ expression.charCodeAt(i), 0x01000193);
  const tenth = (hash >>> 0) % 10;
  if (tenth < 8) return "train";
  return tenth === 8 ? "validation" : "test";
}

/**
 * The true difficulty of one step. Where signs turn a sum into a difference of magnitudes or the other way
 * round, the work that is really done counts: 5 + -9 borrows like 9 - 5.
 */
export function stepDifficulty(left: number, operator: Operator, right: number): number {
  const [a, b] = [Math.abs(left), Math.abs(right)];
  if (operator === "*") return 2 * digitCount(a) * digitCount(b);
  const addsMagnitudes = left < 0 === (operator === "+" ? right < 0 : right > 0);
  return addsMagnitudes ? carries(a, b) : borrows(Math.max(a, b), Math.min(a, b));
}

/** Score of a model's written steps and answer. */
export interface ArithmeticScore {
  /** True if the written answer is the problem's. */
  readonly isCorrect: boolean;
  /** For every step of the problem: whether the step written in its place is the same. */
  readonly expectedSteps: readonly boolean[];
  /** For every written step: whether it is true as arithmetic, even if it is not the one that was due. */
  readonly trueSteps: readonly boolean[];
}

/** Scores `work`, what a model wrote after the prompt: steps that end in `;`, then `A:` and the answer. */
export function scoreArithmetic(problem: ArithmeticProblem, work: string): ArithmeticScore {
  const [line = ""] = work.split("\n");
  const parts = line.split(";");
  const steps = parts.slice(0, -1);
  return {
    isCorrect: parts.at(-1) === `A:${problem.answer}`,
    expectedSteps: problem.steps.map(({text}, i) => steps[i] !== undefined && `${steps[i]};` === text),
    trueSteps: steps.map(isTrueStep),
  };
}

function newNode(operators: number, stream: RandomStream): Expression {
  if (operators === 0) return newLeaf(stream);
  const operator = chosen<Operator>({"+": 0.4, "-": 0.3, "*": 0.3}, stream);
  const onTheLeft = stream.integer(operators);
  const left = newNode(onTheLeft, stream);
  return {left, operator, right: newNode(operators - 1 - onTheLeft, stream)};
}

function newLeaf(stream: RandomStream): number {
  const least = Number(chosen({"1": 0.5, "10": 0.35, "100": 0.15}, stream));
  return least + stream.integer(9 * least);
}

function chosen<T extends string>(shares: Readonly<Record<T, number>>, stream: RandomStream): T {
  let left = stream.uniform();
  const names = Object.keys(shares) as T[];
  const found = names.find((name) => {
    left -= shares[name];
    return left < 0;
  });
  return found ?? (names.at(-1) as T);
}

/** Question, work and answer of an expression. */
export function workedProblem(root: Expression): ArithmeticProblem {
  const expression = show(root).replace(/^\((.*)\)$/, "$1");
  const prompt = `Q:${expression}=?\n`;
  const steps: ArithmeticStep[] = [];
  let text = prompt;
  const solve = (node: Expression): number => {
    if (typeof node === "number") return node;
    const [left, right] = [solve(node.left), solve(node.right)];
    const value = apply(left, node.operator, right);
    const step = `${left}${node.operator}${right}=${value};`;
    const difficulty = stepDifficulty(left, node.operator, right);
    steps.push({left, operator: node.operator, right, value, difficulty, text: step, start: text.length});
    text += step;
    return value;
  };
  const answer = solve(root);
  return {expression, prompt, text: `${text}A:${answer}\n`, steps, answer};
}

function show(node: Expression): string {
  return typeof node === "number" ? `${node}` : `(${show(node.left)}${node.operator}${show(node.right)})`;
}

function apply(left: number, operator: Operator, right: number): number {
  // 0 times a negative value would be -0, which no text can show.
  if (operator === "*") return left * right + 0;
  return operator === "+" ? left + right : left - right;
}

function isTrueStep(step: string): boolean {
  const match = /^(-?\d+)([+*-])(-?\d+)=(-?\d+)$/.exec(step);
  if (match === null) return false;
  const [, left, operator, right, value] = match;
  return apply(Number(left), operator as Operator, Number(right)) === Number(value);
}

function digitCount(magnitude: number): number {
  return `${magnitude}`.length;
}

function carries(a: number, b: number): number {
  let count = 0;
  let carry = 0;
  for (let place = 1; place <= Math.max(a, b); place *= 10) {
    carry = (Math.floor(a / place) % 10) + (Math.floor(b / place) % 10) + carry > 9 ? 1 : 0;
    count += carry;
  }
  return count;
}

function borrows(a: number, b: number): number {
  let count = 0;
  let borrow = 0;
  for (let place = 1; place <= a; place *= 10) {
    borrow = (Math.floor(a / place) % 10) - borrow < Math.floor(b / place) % 10 ? 1 : 0;
    count += borrow;
  }
  return count;
}
