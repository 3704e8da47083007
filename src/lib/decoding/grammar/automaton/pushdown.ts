import type {Grammar} from "../language/expression.js";
import {GRAMMAR_LIMITS} from "../language/limits.js";
import {inlineRules} from "./inline.js";
import {type ByteEdge, ruleAutomaton} from "./rule-automaton.js";
import {ruleGraph} from "./rule-graph.js";

/** A rule is called: what follows is its text, then the edges of `to`. */
export interface Call {
  /** Node where the called rule begins. */
  readonly start: number;
  /** Node where the caller goes on. */
  readonly to: number;
}

/** Node of a pushdown automaton. */
export interface PushdownNode {
  /** Place of its rule among the names. */
  readonly rule: number;
  /** True where its rule may end. */
  readonly isFinal: boolean;
  readonly bytes: readonly ByteEdge[];
  readonly calls: readonly Call[];
}

/** Pushdown automaton over bytes: the automata of a grammar's rules, which call one another. */
export interface Pushdown {
  /** Names of the rules; the first is that of the whole text. */
  readonly rules: readonly string[];
  /** Nodes of all rules; the first is where a text begins. */
  readonly nodes: readonly PushdownNode[];
  /** Nodes where a caller may go on after each rule, whoever called it. */
  readonly follow: readonly (readonly number[])[];
}

/**
 * Compiles a grammar to a pushdown automaton whose edges are bytes and calls of rules (XGrammar, arXiv:2411.15100, section
 * 3): small rules are inlined, equal nodes merged.
 * @throws RangeError for a grammar of too many steps or nodes.
 */
export function compileGrammar(grammar: Grammar): Pushdown {
  const {root, rules} = inlineRules(grammar);
  const names = [root, ...[...rules.keys()].filter((name) => name !== root)];
  const steps = {left: GRAMMAR_LIMITS.steps};
  let left: number = GRAMMAR_LIMITS.nodes;
  const own = Array.from(names, (name) => {
    const nodes = ruleAutomaton(name, ruleGraph(name, rules.get(name)!, steps), {limit: left, steps});
    left -= nodes.length;
    return nodes;
  });
  const starts = new Map<string, number>();
  let count = 0;
  for (const [i, name] of names.entries()) {
    starts.set(name, count);
    count += own[i].length;
  }
  const nodes = own.flatMap((ruleNodes, rule) => {
    const start = starts.get(names[rule])!;
    return ruleNodes.map(({isFinal, bytes, calls}) => ({
      rule,
      isFinal,
      bytes: bytes.map((edge) => ({...edge, to: start + edge.to})),
      calls: calls.map((call) => ({start: starts.get(call.rule)!, to: start + call.to})),
    }));
  });
  return {rules: names, nodes, follow: followOf(nodes, names.length)};
}

/** True for a node where nothing is left but to end: a call that leads to one need not come back. */
export const isPureEnd = ({isFinal, bytes, calls}: PushdownNode): boolean =>
  isFinal && bytes.length === 0 && calls.length === 0;

/** For each rule the nodes where its callers go on; where a caller ends at once, those of its own callers. */
function followOf(nodes: readonly PushdownNode[], rules: number): number[][] {
  const direct = Array.from({length: rules}, () => new Set<number>());
  const through = Array.from({length: rules}, () => new Set<number>());
  for (const {rule, calls} of nodes)
    for (const {start, to} of calls) {
      const called = nodes[start].rule;
      if (isPureEnd(nodes[to])) through[called].add(rule);
      else direct[called].add(to);
    }
  return direct.map((_, rule) => {
    const callers = new Set([rule]);
    for (const caller of callers) for (const further of through[caller]) callers.add(further);
    return [...new Set([...callers].flatMap((caller) => [...direct[caller]]))];
  });
}
