import {type Expression, type Grammar, partsOf, rulesCalled, withBodies} from "../language/expression.js";

/** Steps of a body that is written out where it is called; XGrammar inlines small bodies without calls too. */
const LARGEST_INLINED = 64;

/** Writes small bodies without calls out at their callers, until none is left, and drops rules that nothing calls. */
export function inlineRules({root, rules}: Grammar): Grammar {
  const made = new Map(rules);
  for (let changed = true; changed; ) {
    changed = false;
    const small = new Map([...made].filter(([name, body]) => name !== root && isSmall(body)));
    for (const [name, body] of made) {
      const written = withBodies(body, small);
      if (written === body) continue;
      made.set(name, written);
      changed = true;
    }
  }
  const reached = reachedFrom(root, made);
  return {root, rules: new Map([...made].filter(([name]) => reached.has(name)))};
}

const isSmall = (body: Expression) =>
  rulesCalled(body).size === 0 && stepsOf(body, new Map()) <= LARGEST_INLINED;

/** Steps that an expression takes when it is built, with all repetitions written out. */
function stepsOf(expression: Expression, known: Map<Expression, number>): number {
  const found = known.get(expression);
  if (found !== undefined) return found;
  const parts = partsOf(expression).reduce((sum, part) => sum + stepsOf(part, known), 0);
  const times = expression.kind === "repeat" ? Math.max(1, expression.max ?? expression.min + 1) : 1;
  const steps = 1 + times * parts;
  known.set(expression, steps);
  return steps;
}

function reachedFrom(root: string, rules: ReadonlyMap<string, Expression>): ReadonlySet<string> {
  const reached = new Set([root]);
  for (const name of reached)
    for (const called of rulesCalled(rules.get(name) ?? {kind: "choice", options: []})) reached.add(called);
  return reached;
}
