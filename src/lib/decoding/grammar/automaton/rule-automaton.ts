import {type RuleGraph, type Steps, spend} from "./rule-graph.js";

/** Bytes of a range lead to a node. */
export interface ByteEdge {
  readonly low: number;
  readonly high: number;
  readonly to: number;
}

/** A text of another rule leads to a node. */
export interface CallEdge {
  readonly rule: string;
  readonly to: number;
}

/** Node of a rule: at most one way for each byte and one for each call. */
export interface RuleNode {
  readonly isFinal: boolean;
  readonly bytes: readonly ByteEdge[];
  readonly calls: readonly CallEdge[];
}

/** Limits of one rule. */
export interface RuleLimits {
  /** Nodes at most, before merging. */
  readonly limit: number;
  readonly steps: Steps;
}

/**
 * A rule with one way for each byte: sets of nodes become nodes, nodes from which no end is reached go, and nodes with
 * equal edges are merged. The first node is where it begins.
 * @throws RangeError for a rule that takes more.
 */
export function ruleAutomaton(name: string, graph: RuleGraph, limits: RuleLimits): RuleNode[] {
  return mergedNodes(withoutDeadEnds(deterministic(name, graph, limits)));
}

function deterministic(name: string, {nodes, end}: RuleGraph, {limit, steps}: RuleLimits): RuleNode[] {
  const made: RuleNode[] = [];
  const sets: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const closed = (from: Iterable<number>): readonly number[] => {
    const set = new Set(from);
    for (const node of set) for (const to of nodes[node].empty) set.add(to);
    spend(name, steps, set.size);
    return [...set].filter((node) => node === end || isSource(nodes[node])).sort((a, b) => a - b);
  };
  const idOf = (from: Iterable<number>): number => {
    const set = closed(from);
    const key = set.join();
    const id = known.get(key) ?? sets.push(set) - 1;
    known.set(key, id);
    if (id >= limit)
      throw new RangeError(`compileGrammar: rule ${name} must have at most ${limit} nodes, got more`);
    return id;
  };
  idOf([0]);
  for (let at = 0; at < sets.length; at++) {
    const own = sets[at].map((node) => nodes[node]);
    made.push({
      isFinal: sets[at].includes(end),
      bytes: byteEdges(
        own.flatMap(({bytes}) => bytes),
        idOf,
      ),
      calls: callEdges(
        own.flatMap(({calls}) => calls),
        idOf,
      ),
    });
  }
  return made;
}

const isSource = ({bytes, calls}: RuleGraph["nodes"][number]) => bytes.length > 0 || calls.length > 0;

/** Ranges cut where any of them begins or ends, so that none overlap; neighbours with one aim are joined. */
function byteEdges(edges: readonly ByteEdge[], idOf: (nodes: Iterable<number>) => number): ByteEdge[] {
  const cuts = [...new Set(edges.flatMap(({low, high}) => [low, high + 1]))].sort((a, b) => a - b);
  const made: {low: number; high: number; to: number}[] = [];
  for (const [i, low] of cuts.slice(0, -1).entries()) {
    const aims = edges.filter((edge) => edge.low <= low && low <= edge.high).map(({to}) => to);
    if (aims.length === 0) continue;
    const [to, high] = [idOf(aims), cuts[i + 1] - 1];
    const last = made.at(-1);
    if (last !== undefined && last.high + 1 === low && last.to === to) last.high = high;
    else made.push({low, high, to});
  }
  return made;
}

function callEdges(edges: readonly CallEdge[], idOf: (nodes: Iterable<number>) => number): CallEdge[] {
  const aims = new Map<string, number[]>();
  for (const {rule, to} of edges) aims.set(rule, [...(aims.get(rule) ?? []), to]);
  return Array.from(aims, ([rule, to]) => ({rule, to: idOf(to)}));
}

/** The nodes without edges to nodes from which no end is reached. */
function withoutDeadEnds(nodes: readonly RuleNode[]): RuleNode[] {
  const before = nodes.map((): number[] => []);
  for (const [from, {bytes, calls}] of nodes.entries())
    for (const {to} of [...bytes, ...calls]) before[to].push(from);
  const alive = new Set(nodes.flatMap(({isFinal}, id) => (isFinal ? [id] : [])));
  for (const id of alive) for (const from of before[id]) alive.add(from);
  return nodes.map(({isFinal, bytes, calls}) => ({
    isFinal,
    bytes: bytes.filter(({to}) => alive.has(to)),
    calls: calls.filter(({to}) => alive.has(to)),
  }));
}

/** Merges nodes with equal edges until no two are equal, and leaves those that are reached. */
function mergedNodes(nodes: readonly RuleNode[]): RuleNode[] {
  const order = fromTheEnds(nodes);
  let aim = nodes.map((_, id) => id);
  for (let changed = true; changed; ) {
    changed = false;
    const known = new Map<string, number>();
    const next = [...aim];
    for (const id of order) {
      if (aim[id] !== id) continue;
      const key = signature(nodes[id], (to) => (to === id ? "itself" : lastAim(next, to)));
      const same = known.get(key);
      if (same === undefined) known.set(key, id);
      else {
        next[id] = same;
        changed = true;
      }
    }
    aim = next.map((to) => lastAim(next, to));
  }
  return reachedNodes(nodes, aim);
}

/** A node's edges as text; one that leads back is written as such, so that loops of one shape are equal. */
function signature({isFinal, bytes, calls}: RuleNode, aimOf: (to: number) => number | string): string {
  const ways = bytes.map(({low, high, to}) => `${low}-${high}>${aimOf(to)}`);
  const called = calls.map(({rule, to}) => `${rule}>${aimOf(to)}`);
  return `${isFinal} ${ways.join()} ${called.sort().join()}`;
}

function lastAim(aim: readonly number[], from: number): number {
  let at = from;
  while (aim[at] !== at) at = aim[at];
  return at;
}

/** Nodes so that most come after those that their edges lead to. */
function fromTheEnds(nodes: readonly RuleNode[]): number[] {
  const order: number[] = [];
  const seen = new Set([0]);
  const way = [{id: 0, next: 0}];
  while (way.length > 0) {
    const top = way[way.length - 1];
    const aims = [...nodes[top.id].bytes, ...nodes[top.id].calls];
    if (top.next === aims.length) order.push(way.pop()!.id);
    else {
      const {to} = aims[top.next++];
      if (!seen.has(to)) way.push({id: to, next: 0});
      seen.add(to);
    }
  }
  return order;
}

function reachedNodes(nodes: readonly RuleNode[], aim: readonly number[]): RuleNode[] {
  const places = new Map([[aim[0], 0]]);
  const made: RuleNode[] = [];
  const placeOf = (to: number): number => {
    const node = aim[to];
    if (!places.has(node)) places.set(node, places.size);
    return places.get(node)!;
  };
  for (const [node] of places) {
    const {isFinal, bytes, calls} = nodes[node];
    made.push({
      isFinal,
      bytes: bytes.map((edge) => ({...edge, to: placeOf(edge.to)})),
      calls: calls.map((edge) => ({...edge, to: placeOf(edge.to)})),
    });
  }
  return made;
}
