/**
 * All stacks in one tree: a stack is a place in it, what lies below is its parent. To push makes or finds a child, to pop
 * goes to the parent, to fork or to keep an earlier stack costs nothing, and equal stacks are the same place.
 */
export interface StackTree {
  push(below: number, node: number): number;
  /** Node on top of a stack. */
  top(stack: number): number;
  /** The stack below the top. */
  below(stack: number): number;
  /** Places so far. */
  size(): number;
}

/** Bottom of the stacks of a text: what ends here ends the text. */
export const BOTTOM = 0;
/** Bottom of stacks of which only the top is known: whatever called the rule. */
export const UNKNOWN = 1;

/** A tree with both bottoms. */
export function stackTree(): StackTree {
  const tops = [-1, -1];
  const parents = [-1, -1];
  const children: Map<number, number>[] = [new Map(), new Map()];
  return {
    push(below, node) {
      const known = children[below].get(node);
      if (known !== undefined) return known;
      const made = tops.push(node) - 1;
      parents.push(below);
      children.push(new Map());
      children[below].set(node, made);
      return made;
    },
    top: (stack) => tops[stack],
    below: (stack) => parents[stack],
    size: () => tops.length,
  };
}
