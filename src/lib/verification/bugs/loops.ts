import type {Declaration, Expression, Kernel, Loop, Statement} from "../kernel.js";
import {withExpression, withStatement} from "../rewrite.js";
import {plus} from "../unroll.js";
import type {BugClass} from "./bug-class.js";

/** A loop with one of its ends a round too early or too late. */
export const offByOne: BugClass = {
  id: "off-by-one",
  label: "bound off by one",
  mutants: (kernel) =>
    withStatement(kernel, (statement) => {
      if (statement.kind !== "for") return [];
      const {from, to} = statement;
      const ends: Loop[] = [1, -1].map((more) => ({...statement, to: plus(to, more)}));
      if (from !== null) ends.push({...statement, from: plus(from, 1)});
      return ends.map((loop) => [loop]);
    }),
};

/** The counter of the copy before, as a line that was copied and not changed has it. */
function copyBefore(expression: Expression): Expression[] {
  if (typeof expression === "number" || expression.kind !== "binary") return [];
  const {copy, left, right} = expression;
  if (copy === undefined || typeof right !== "number") return [];
  return [plus(left, right - right / copy)];
}

/** One index of a copy of a loop's body is that of the copy before. */
export const wrongUnroll: BugClass = {
  id: "wrong-unroll",
  label: "wrong index in an unrolled loop",
  mutants: (kernel) => withExpression(kernel, copyBefore),
};

/** Resets in a loop: declarations that begin with a number. */
function* resetsIn(block: readonly Statement[]): Generator<Declaration> {
  for (const statement of block) {
    if (statement.kind === "declare" && typeof statement.value === "number") yield statement;
    if (statement.kind === "for" || statement.kind === "if") yield* resetsIn(statement.body);
    if (statement.kind === "if") yield* resetsIn(statement.otherwise);
  }
}

/** A kernel in which a reset stands before a loop in place of in it. */
function hoisted(kernel: Kernel, at: number, reset: Declaration): Kernel[] {
  const without = withStatement(kernel, (statement) => (statement === reset ? [[]] : []));
  return without.map(({body}) => ({...kernel, body: [...body.slice(0, at), reset, ...body.slice(at)]}));
}

/** A sum that begins anew in each round begins once, before all rounds. */
export const missingReset: BugClass = {
  id: "missing-reset",
  label: "missing reset",
  mutants: (kernel) =>
    kernel.body.flatMap((statement, at) =>
      statement.kind === "for"
        ? Array.from(resetsIn(statement.body)).flatMap((reset) => hoisted(kernel, at, reset))
        : [],
    ),
};
