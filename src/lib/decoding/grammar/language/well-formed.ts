import {type Expression, type Grammar, rulesCalled} from "./expression.js";

/**
 * Checks a grammar before automata are built.
 * @throws RangeError naming a rule that is not there, that calls itself before a byte is written, or that never ends.
 */
export function requireWellFormed(caller: string, grammar: Grammar): void {
  const fail = (allowed: string, got: string) =>
    new RangeError(`${caller}: grammar must have ${allowed}, got ${got}`);
  const {root, rules} = grammar;
  if (!rules.has(root)) throw fail(`a rule ${root}`, [...rules.keys()].slice(0, 8).join(", ") || "no rule");
  for (const [name, body] of rules)
    for (const called of rulesCalled(body))
      if (!rules.has(called)) throw fail("a rule for each name", `${called} without one, called by ${name}`);
  const ending = endingRules(rules);
  const endless = [...rules.keys()].find((name) => !ending.has(name));
  if (endless !== undefined) throw fail("rules with texts that end", `${endless}, which has none`);
  const cycle = cycleOf(firstCalls(rules));
  if (cycle !== undefined)
    throw fail("rules that write a byte before they call themselves (no left recursion)", cycle.join(" → "));
}

/** Names of the rules that have a text. */
export const endingRules = (rules: Grammar["rules"]): ReadonlySet<string> => fixpoint(rules, canEnd);

type Holds = (expression: Expression, known: ReadonlySet<string>) => boolean;

/** Names of the rules for which a property holds, from the smallest set on. */
function fixpoint(rules: ReadonlyMap<string, Expression>, holds: Holds): ReadonlySet<string> {
  const known = new Set<string>();
  for (let size = -1; size < known.size; ) {
    size = known.size;
    for (const [name, body] of rules) if (!known.has(name) && holds(body, known)) known.add(name);
  }
  return known;
}

/** A property that a sequence has if its parts have it. */
function holdsOf(leaf: boolean, expression: Expression, known: ReadonlySet<string>): boolean {
  const holds = (each: Expression): boolean => holdsOf(leaf, each, known);
  switch (expression.kind) {
    case "byte":
      return leaf;
    case "sequence":
      return expression.parts.every(holds);
    case "choice":
      return expression.options.some(holds);
    case "repeat":
      return expression.min === 0 || holds(expression.of);
    case "rule":
      return known.has(expression.name);
  }
}

/** True if an expression has a text at all. */
const canEnd: Holds = (expression, known) => holdsOf(true, expression, known);

/** True if an expression has the empty text. */
const canBeEmpty: Holds = (expression, known) => holdsOf(false, expression, known);

/** Rules that each rule may call before it writes a byte. */
function firstCalls(rules: ReadonlyMap<string, Expression>): ReadonlyMap<string, ReadonlySet<string>> {
  const empty = fixpoint(rules, canBeEmpty);
  const collect = (expression: Expression, into: Set<string>): void => {
    if (expression.kind === "rule") into.add(expression.name);
    else if (expression.kind === "repeat") collect(expression.of, into);
    else if (expression.kind === "choice") for (const option of expression.options) collect(option, into);
    else if (expression.kind === "sequence")
      for (const part of expression.parts) {
        collect(part, into);
        if (!canBeEmpty(part, empty)) return;
      }
  };
  return new Map(
    Array.from(rules, ([name, body]) => {
      const into = new Set<string>();
      collect(body, into);
      return [name, into];
    }),
  );
}

/** A cycle of a graph, its first name again at the end. */
function cycleOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const way: {name: string; next: string[]}[] = [{name: start, next: [...(graph.get(start) ?? [])]}];
    while (way.length > 0) {
      const last = way[way.length - 1];
      const name = last.next.pop();
      const at = way.findIndex((step) => step.name === name);
      if (name !== undefined && at >= 0) return [...way.slice(at).map((step) => step.name), name];
      if (name === undefined) {
        done.add(last.name);
        way.pop();
      } else if (!done.has(name)) way.push({name, next: [...(graph.get(name) ?? [])]});
    }
  }
  return undefined;
}
