import type {Expression, Operator, Statement} from "../kernel.js";
import {withExpression, withStatement} from "../rewrite.js";
import type {BugClass} from "./bug-class.js";

/** Operators that a hand or a careless change puts in place of one. */
const CONFUSED: Readonly<Record<Operator, readonly Operator[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["+"],
  "&": ["|"],
  "|": ["&"],
  "^": ["|"],
  "<<": [">>"],
  ">>": ["<<"],
  "<": ["<=", ">"],
  ">": [">=", "<"],
  "<=": ["<", ">="],
  ">=": [">", "<="],
  "==": ["!="],
  "!=": ["=="],
};

/** An operation with another operator; the counters of copies are the compiler's own. */
function confused(expression: Expression): Expression[] {
  if (typeof expression === "number" || expression.kind !== "binary" || expression.copy !== undefined)
    return [];
  return CONFUSED[expression.operator].map((operator) => ({...expression, operator}));
}

/** One operator is another one: a minus for a plus, a `>=` for a `>`. */
export const wrongOperator: BugClass = {
  id: "wrong-operator",
  label: "wrong operator",
  mutants: (kernel) => withExpression(kernel, confused),
};

/** Bits that a variable may lose: the last one that it needs, or more. */
const BITS_LOST = [1, 2, 4] as const;

/** A variable with fewer bits than its values need. */
export const narrow: BugClass = {
  id: "narrow",
  label: "too few bits",
  mutants: (kernel) =>
    withStatement(kernel, (statement) => {
      if (statement.kind !== "declare") return [];
      const {isSigned, bits} = statement.type;
      const left = BITS_LOST.map((lost) => bits - lost).filter((each) => each >= 1);
      return left.map((each) => [{...statement, type: {isSigned, bits: each}}]);
    }),
};

/** Names that are assigned after their declaration: sums, extremes, states. */
function assignedIn(block: readonly Statement[]): string[] {
  return block.flatMap((statement) => {
    if (statement.kind === "assign") return [statement.name];
    if (statement.kind === "for") return assignedIn(statement.body);
    return statement.kind === "if" ? assignedIn([...statement.body, ...statement.otherwise]) : [];
  });
}

/** A variable that is added to or compared before it has a value: it begins with what its memory held. */
export const uninitialized: BugClass = {
  id: "uninitialized",
  label: "no first value",
  mutants(kernel) {
    const assigned = new Set(assignedIn(kernel.body));
    return withStatement(kernel, (statement) =>
      statement.kind === "declare" && statement.value !== null && assigned.has(statement.name)
        ? [[{...statement, value: null}]]
        : [],
    );
  },
};
