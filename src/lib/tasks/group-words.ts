/** Word problems of groups: what a word of permutations makes of its letters, one permutation after the other. */

import type {RandomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";

/** A word of a group's elements, and the product of each of its beginnings. */
export interface GroupWord {
  /** Numbers of permutations, in the order of {@link permutations}. */
  readonly elements: readonly number[];
  /** The product of the elements up to each place. */
  readonly products: readonly number[];
}

/** All orders of some letters, in lexicographic order: of two letters those that keep and swap them, whose product is parity. */
export function permutations(letters: number): readonly (readonly number[])[] {
  requireInteger("permutations", "letters", letters, 1, 6);
  const extended = (start: readonly number[]): readonly (readonly number[])[] => {
    if (start.length === letters) return [start];
    const left = Array.from({length: letters}, (_, letter) => letter).filter(
      (letter) => !start.includes(letter),
    );
    return left.flatMap((letter) => extended([...start, letter]));
  };
  return extended([]);
}

/** Products of all pairs, [elements, elements]: in row a and column b the number of the permutation that does a, then b. */
export function groupTable(letters: number): readonly (readonly number[])[] {
  const all = permutations(letters);
  const numberOf = new Map(all.map((order, number) => [order.join(), number]));
  return all.map((a) => all.map((b) => numberOf.get(a.map((letter) => b[letter]).join()) ?? 0));
}

/**
 * A word of so many elements, drawn uniformly.
 * @throws RangeError for a length below 1.
 */
export function groupWord(
  table: readonly (readonly number[])[],
  length: number,
  stream: RandomStream,
): GroupWord {
  requireInteger("groupWord", "length", length, 1);
  const elements = Array.from({length}, () => stream.integer(table.length));
  let reached = 0;
  const products = elements.map((element) => {
    reached = table[reached][element];
    return reached;
  });
  return {elements, products};
}
