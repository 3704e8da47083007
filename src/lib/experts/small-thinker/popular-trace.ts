/** Routing by a fixed popularity of experts, where no trace of a model can be had. */

import {type RandomStream, randomStream} from "../../tensor/random.js";
import type {ExpertTrace} from "./expert-store.js";

/** A few experts that many tokens ask for, and the rest. */
export interface Popularity {
  readonly experts: number;
  readonly active: number;
  /** Share of the experts that are popular. */
  readonly hotShare: number;
  /** Share of the tokens that ask for each of these. */
  readonly hotFrequency: number;
}

/**
 * Share of the tokens that ask for each expert: the popular ones come first, the others share what is left of `active`.
 * @throws RangeError if the popular ones alone would be more than `active` a token, or a share is not within [0, 1].
 */
export function inclusionShares({experts, active, hotShare, hotFrequency}: Popularity): number[] {
  const hot = Math.round(hotShare * experts);
  const rest = (active - hot * hotFrequency) / Math.max(1, experts - hot);
  if (!(rest >= 0 && rest <= 1 && hotFrequency >= 0 && hotFrequency <= 1)) {
    throw new RangeError(
      `inclusionShares: hotFrequency must leave ${experts - hot} other experts shares within [0, 1], got ${hotFrequency}`,
    );
  }
  return Array.from({length: experts}, (_, e) => (e < hot ? hotFrequency : rest));
}

/**
 * A trace in which every token draws its experts anew by systematic sampling, so that each expert has exactly its share;
 * each layer has popular experts of its own.
 */
export function popularTrace(
  popularity: Popularity,
  {layers, tokens, seed}: {readonly layers: number; readonly tokens: number; readonly seed: number},
): ExpertTrace {
  const shares = inclusionShares(popularity);
  const random = randomStream(seed, "popular experts");
  const orders = Array.from({length: layers}, () => shuffled(shares.length, random));
  return Array.from({length: tokens}, () =>
    orders.map((order) => {
      // A fresh order of the line each time: experts that stand together would never be drawn together.
      const line = shuffled(shares.length, random);
      return drawn(
        line.map((e) => shares[e]),
        random.uniform(),
      ).map((place) => order[line[place]]);
    }),
  );
}

/** Places whose stretch of a line holds u, u + 1, u + 2 … */
function drawn(lengths: readonly number[], u: number): number[] {
  const places: number[] = [];
  let end = 0;
  let next = u;
  for (const [place, length] of lengths.entries()) {
    end += length;
    if (next >= end) continue;
    places.push(place);
    next++;
  }
  return places;
}

function shuffled(count: number, random: RandomStream): number[] {
  const order = Array.from({length: count}, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
