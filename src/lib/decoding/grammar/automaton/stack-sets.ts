import {GRAMMAR_LIMITS} from "../language/limits.js";
import {isPureEnd, type Pushdown} from "./pushdown.js";
import {BOTTOM, type StackTree, stackTree, UNKNOWN} from "./stack-tree.js";

/** Stacks that are possible after some bytes. */
export interface StackSet {
  /** Stacks whose top has edges for bytes, in ascending order. */
  readonly stacks: readonly number[];
  /** The same for stacks that went on in a caller that is not known: some caller may allow them. */
  readonly outside: readonly number[];
  /** True if the text may end here. */
  readonly isComplete: boolean;
  /** True if the last byte was one of the known stacks, and one of those outside. */
  readonly isAlive: boolean;
  readonly isAliveOutside: boolean;
  /** True if a known stack ends here, in a caller that is not known. */
  readonly leaves: boolean;
}

/** Sets of stacks as numbers, and how a byte leads from one to another; what was found once is kept. */
export interface StackSets {
  /** Set at the begin of a text. */
  readonly start: number;
  /** Set from which no text goes on. */
  readonly dead: number;
  /** Set of the one stack of a node under which nothing is known. */
  startAt(node: number): number;
  /** @throws RangeError where more stacks are possible at once, or more sets were met, than {@link GRAMMAR_LIMITS} allows. */
  next(set: number, value: number): number;
  of(set: number): StackSet;
  readonly tree: StackTree;
}

/** Sets of stacks of an automaton. */
export function stackSets(pushdown: Pushdown): StackSets {
  const tree = stackTree();
  const {classOf, classes} = byteClasses(pushdown);
  const sets: StackSet[] = [];
  const known = new Map<string, number>();
  const rows: Int32Array[] = [];
  const idOf = (set: StackSet): number => {
    const {stacks, outside, isComplete, isAlive, isAliveOutside, leaves} = set;
    const key = `${stacks.join()};${outside.join()};${+isComplete}${+isAlive}${+isAliveOutside}${+leaves}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (sets.length >= GRAMMAR_LIMITS.states) throw tooMany("sets of stacks", GRAMMAR_LIMITS.states);
    known.set(key, sets.length);
    rows.push(new Int32Array(classes).fill(-1));
    return sets.push(set) - 1;
  };
  const dead = idOf(closure(pushdown, tree, [], []));
  const step = (set: number, value: number): number => {
    const after = (stacks: readonly number[]) =>
      stacks.flatMap((stack) => byByte(pushdown, tree, stack, value));
    return idOf(closure(pushdown, tree, after(sets[set].stacks), after(sets[set].outside)));
  };
  return {
    start: idOf(closure(pushdown, tree, [tree.push(BOTTOM, 0)], [])),
    dead,
    startAt: (node) => idOf({...sets[dead], stacks: [tree.push(UNKNOWN, node)], isAlive: true}),
    next(set, value) {
      const place = classOf[value];
      const found = rows[set][place];
      if (found >= 0) return found;
      const made = step(set, value);
      rows[set][place] = made;
      return made;
    },
    of: (set) => sets[set],
    tree,
  };
}

function tooMany(what: string, limit: number): RangeError {
  return new RangeError(`stackSets: grammar must have at most ${limit} ${what} for a text, got more`);
}

/** Stacks after a byte. */
function byByte({nodes}: Pushdown, tree: StackTree, stack: number, value: number): number[] {
  const below = tree.below(stack);
  const edge = nodes[tree.top(stack)].bytes.find(({low, high}) => low <= value && value <= high);
  return edge === undefined ? [] : [tree.push(below, edge.to)];
}

/** Follows calls and ends from stacks until only stacks are left whose next step takes a byte. */
function closure(
  pushdown: Pushdown,
  tree: StackTree,
  known: readonly number[],
  outside: readonly number[],
): StackSet {
  const inside = closed(pushdown, tree, known);
  const left = inside.left.flatMap((rule) => pushdown.follow[rule].map((node) => tree.push(UNKNOWN, node)));
  const beyond = new Set([...outside, ...left]);
  for (let size = -1; size < beyond.size; ) {
    size = beyond.size;
    for (const rule of closed(pushdown, tree, [...beyond]).left)
      for (const node of pushdown.follow[rule]) beyond.add(tree.push(UNKNOWN, node));
  }
  return {
    stacks: inside.stacks,
    outside: closed(pushdown, tree, [...beyond]).stacks,
    isComplete: inside.isComplete,
    isAlive: known.length > 0,
    isAliveOutside: outside.length > 0,
    leaves: inside.left.length > 0,
  };
}

/** Stacks whose top takes a byte, whether a text may end, and the rules that end where the caller is not known. */
function closed({nodes}: Pushdown, tree: StackTree, from: readonly number[]) {
  const all = new Set(from);
  const left = new Set<number>();
  let isComplete = false;
  for (const stack of all) {
    if (all.size > GRAMMAR_LIMITS.stacks) throw tooMany("stacks at a time", GRAMMAR_LIMITS.stacks);
    const [node, below] = [nodes[tree.top(stack)], tree.below(stack)];
    for (const {start, to} of node.calls) {
      // A caller that only ends need not be kept, but over an unknown bottom it tells which callers may follow.
      const isNeeded = below === UNKNOWN || !isPureEnd(nodes[to]);
      all.add(tree.push(isNeeded ? tree.push(below, to) : below, start));
    }
    if (!node.isFinal) continue;
    if (below === BOTTOM) isComplete = true;
    else if (below === UNKNOWN) left.add(node.rule);
    else all.add(below);
  }
  const stacks = [...all].filter((stack) => nodes[tree.top(stack)].bytes.length > 0).sort((a, b) => a - b);
  return {stacks, isComplete, left: [...left]};
}

/** Bytes that no edge tells apart are of one class. */
function byteClasses({nodes}: Pushdown): {readonly classOf: Uint8Array; readonly classes: number} {
  const cuts = new Set<number>([0]);
  for (const {bytes} of nodes)
    for (const {low, high} of bytes) {
      cuts.add(low);
      cuts.add(high + 1);
    }
  const classOf = new Uint8Array(256);
  for (let value = 1; value < 256; value++) classOf[value] = classOf[value - 1] + (cuts.has(value) ? 1 : 0);
  return {classOf, classes: classOf[255] + 1};
}
