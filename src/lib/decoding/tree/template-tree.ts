import {requireInteger} from "../../tensor/require.js";
import type {DraftTree} from "./draft-tree.js";

/** A node of a template as the ranks that lead to it from the root: 0 is the likeliest guess. */
export type Ranks = readonly number[];

/** A guess at what follows a node. */
export interface Guess {
  readonly token: number;
  /** Probability that the draft gives it. */
  readonly chance: number;
}

/** A tree that was filled from a template. */
export interface FilledTree extends DraftTree {
  /** Place of the way of each node in the template; -1 for the root. */
  readonly places: readonly number[];
}

/**
 * Fills a template whose parents come first; a way whose guess is not known is left out with what follows it.
 * @param depth levels at most
 * @param guess the guess of a rank after a token that stands `distance` after the root; undefined: none
 */
export function templateTree(
  root: number,
  ways: readonly Ranks[],
  depth: number,
  guess: (after: number, distance: number, rank: number) => Guess | undefined,
): FilledTree {
  const nodeOf = new Map([["", 0]]);
  const [tokens, parents, depths, probabilities] = [[root], [-1], [0], [1]];
  const places = [-1];
  for (const [place, way] of ways.entries()) {
    const parent = nodeOf.get(way.slice(0, -1).join());
    if (parent === undefined || way.length > depth) continue;
    const found = guess(tokens[parent], way.length - 1, way[way.length - 1]);
    if (found === undefined) continue;
    nodeOf.set(way.join(), tokens.length);
    places.push(place);
    tokens.push(found.token);
    parents.push(parent);
    depths.push(way.length);
    probabilities.push(probabilities[parent] * found.chance);
  }
  return {tokens, parents, depths, probabilities, places};
}

/**
 * Ids of the largest values, the largest first; of equals the lower id. Fewer where there are fewer. The list stays sorted as
 * it grows, since it is short and the values are many.
 */
export function topIds(values: ArrayLike<number>, count: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < values.length; id++) {
    if (ids.length === count && !(values[id] > values[ids[count - 1]])) continue;
    let place = ids.length;
    while (place > 0 && values[id] > values[ids[place - 1]]) place--;
    ids.splice(place, 0, id);
    ids.length = Math.min(ids.length, count);
  }
  return ids;
}

/** A way of ranks and the chance that all its guesses are right. */
export interface ValuedWay {
  readonly ranks: Ranks;
  readonly value: number;
}

/**
 * The `count` ways of the largest chance, if guesses at different distances are right independently: the product of the
 * accuracies. A way is never likelier than its beginning, so that every parent is there and comes first.
 * (Medusa, arXiv:2401.10774, section 2.3.3)
 * @param accuracy share of right guesses by distance from the root and by rank
 * @throws RangeError unless `count` is an integer of at least 0.
 */
export function likeliestWays(accuracy: readonly (readonly number[])[], count: number): ValuedWay[] {
  requireInteger("likeliestWays", "count", count, 0);
  const after = ({ranks, value}: ValuedWay): ValuedWay[] =>
    (accuracy[ranks.length] ?? []).map((share, rank) => ({ranks: [...ranks, rank], value: value * share}));
  const ways: ValuedWay[] = [];
  let open = after({ranks: [], value: 1});
  while (ways.length < count && open.length > 0) {
    const best = open.reduce((most, way) => (way.value > most.value ? way : most));
    if (!(best.value > 0)) break;
    ways.push(best);
    open = [...open.filter((way) => way !== best), ...after(best)];
  }
  return ways;
}

/** A tree of guesses that depend on the distance alone: `laws[d]` is that of the token d + 1 after the root. */
export function guessedTree(
  root: number,
  ways: readonly Ranks[],
  depth: number,
  laws: readonly Float64Array[],
): FilledTree {
  const most = ways.reduce((most, ranks) => ranks.reduce((a, b) => Math.max(a, b), most), 0) + 1;
  const ids = laws.map((law) => topIds(law, most));
  return templateTree(root, ways, depth, (_, distance, rank) => {
    const token = ids[distance]?.[rank];
    return token === undefined ? undefined : {token, chance: laws[distance][token]};
  });
}
