import type {Expression} from "../language/expression.js";
import {GRAMMAR_LIMITS} from "../language/limits.js";

/** Edges of a node of a rule before it is made deterministic; those of `empty` take no byte. */
interface GraphNode {
  readonly empty: number[];
  readonly bytes: {readonly low: number; readonly high: number; readonly to: number}[];
  readonly calls: {readonly rule: string; readonly to: number}[];
}

/** A rule as a graph: a way from the first node to the last one is a text of it. */
export interface RuleGraph {
  readonly nodes: readonly GraphNode[];
  readonly end: number;
}

/** Counts steps over all rules of a grammar. */
export interface Steps {
  left: number;
}

/** Counts steps. @throws RangeError if there are fewer left. */
export function spend(name: string, steps: Steps, count: number): void {
  steps.left -= count;
  if (steps.left < 0)
    throw new RangeError(
      `compileGrammar: grammar must take at most ${GRAMMAR_LIMITS.steps} steps with its repetitions written out, got more in ${name}`,
    );
}

/**
 * Builds the graph of a rule's body (Thompson's construction, doi:10.1145/363347.363387).
 * @throws RangeError if it takes more steps than are left.
 */
export function ruleGraph(name: string, body: Expression, steps: Steps): RuleGraph {
  const nodes: GraphNode[] = [];
  const node = () => nodes.push({empty: [], bytes: [], calls: []}) - 1;
  const join = (from: number, to: number) => void nodes[from].empty.push(to);
  /** Adds an expression behind a node and gives the node where it ends. */
  const add = (expression: Expression, from: number): number => {
    spend(name, steps, 1);
    switch (expression.kind) {
      case "byte": {
        const to = node();
        nodes[from].bytes.push({low: expression.low, high: expression.high, to});
        return to;
      }
      case "rule": {
        const to = node();
        nodes[from].calls.push({rule: expression.name, to});
        return to;
      }
      case "sequence":
        return expression.parts.reduce((at, part) => add(part, at), from);
      case "choice": {
        const end = node();
        for (const option of expression.options) {
          const begin = node();
          join(from, begin);
          join(add(option, begin), end);
        }
        return end;
      }
      case "repeat":
        return addRepeat(expression.of, expression.min, expression.max, from);
    }
  };
  const addRepeat = (of: Expression, min: number, max: number | null, from: number): number => {
    let at = from;
    for (let i = 0; i < min; i++) at = add(of, at);
    const end = node();
    join(at, end);
    if (max === null) join(add(of, end), end);
    // Each further time may be the last.
    else
      for (let i = min; i < max; i++) {
        at = add(of, at);
        join(at, end);
      }
    return end;
  };
  return {end: add(body, node()), nodes};
}
