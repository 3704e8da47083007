import {type Einsum, INPUTS, type Rank} from "./cascade.js";

/** Place of a line in time: while the keys are gone through for the `pass`th time, or after that. */
export interface Place {
  /** 0 before the first. */
  readonly pass: number;
  readonly isAfter: boolean;
}

/** A line with its place. */
export interface PlacedEinsum extends Einsum {
  readonly place: Place;
}

const BEFORE: Place = {pass: 0, isAfter: true};

/**
 * Places of all lines. A line over single keys that needs a result of all keys begins another pass over them; one over
 * tiles alone does not, since it reads a number a tile. (FuseMax, arXiv:2406.10491, section 3)
 * @throws RangeError where a line reads the tile before of a tensor that a later pass computes.
 */
export function placeCascade(cascade: readonly Einsum[]): PlacedEinsum[] {
  const results = new Map<string, Place>(
    Object.entries(INPUTS).map(([name, ranks]) => [
      name,
      (ranks as readonly Rank[]).includes("t") ? {pass: 1, isAfter: false} : BEFORE,
    ]),
  );
  const placed = cascade.map((einsum) => {
    const place = placeOf(einsum, results);
    results.set(einsum.tensor, isComplete(einsum) ? {...place, isAfter: true} : place);
    return {...einsum, place};
  });
  for (const {tensor, place, reads} of placed) {
    for (const read of reads) {
      if (read.tile !== "before" || (results.get(read.tensor)?.pass ?? 0) <= place.pass) continue;
      throw new RangeError(
        `placeCascade: the tile before must be of the same pass, got ${read.tensor} read for ${tensor}`,
      );
    }
  }
  return placed;
}

/** True where a result is there only after all tiles. */
const isComplete = ({over}: Einsum) => over.includes("t");

function placeOf({ranks, over, reads}: Einsum, results: ReadonlyMap<string, Place>): Place {
  const needed = reads.flatMap(({tensor, tile}) => {
    const result = results.get(tensor);
    if (result === undefined) return [];
    return [tile === "last" ? {...result, isAfter: true} : result];
  });
  const pass = needed.reduce((most, need) => Math.max(most, need.pass), 0);
  const waits = needed.some((need) => need.isAfter && need.pass === pass);
  const isOverKeys = [...ranks, ...over].includes("n");
  if (!waits) return {pass, isAfter: false};
  return isOverKeys ? {pass: pass + 1, isAfter: false} : {pass, isAfter: true};
}

/** Number of times that a cascade goes through all keys. */
export const passesOf = (cascade: readonly Einsum[]): number =>
  placeCascade(cascade).reduce((most, {place}) => Math.max(most, place.isAfter ? 0 : place.pass), 0);
