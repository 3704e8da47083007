/** Two layers of three tokens and two channels: a basis that they share, small enough to redo by hand. */

import {meanRowCosine} from "../../../lib/kv/alignment.js";
import {type XkvGroup, xkvElements, xkvFactorize, xkvReconstruct} from "../../../lib/kv/xkv/xkv.js";

export const TOKENS = 3;
export const WIDTH = 2;

/** The tokens' coordinates in the first layer, and a direction of the same length at a right angle to them. */
const OWN = [1, 2, 3];
const OTHER = [3, 0, -1].map((x) => x * Math.sqrt(1.4));
/** Directions of each layer for a coordinate, at a right angle to the other's: their rows have nothing in common. */
const MAPS = [
  [1, 2],
  [2, -1],
];

/** Share of two layers that a number of components keeps, together or each alone. */
export interface SharedBasis {
  readonly layers: readonly Float32Array[];
  /** One group of both layers, or two groups of one. */
  readonly groups: readonly XkvGroup[];
  readonly kept: readonly Float32Array[];
  /** Numbers that are stored, of the 12 that there were. */
  readonly stored: number;
  /** Share of the squared length that is lost. */
  readonly lost: number;
  /** Of a token's row in one layer with its row in the other, on average. */
  readonly cosine: number;
}

/**
 * @param turned degrees by which the second layer's tokens turn away from the first's: 0 the same direction, 90 none in common
 */
export function sharedBasis(turned: number, rank: number, together: boolean): SharedBasis {
  const angle = (turned / 180) * Math.PI;
  const turn = OWN.map((x, t) => Math.cos(angle) * x + Math.sin(angle) * OTHER[t]);
  const layers = [OWN, turn].map((tokens, layer) =>
    Float32Array.from(tokens.flatMap((x) => MAPS[layer].map((weight) => x * weight))),
  );
  const groups = together
    ? [xkvFactorize(layers, WIDTH, rank)]
    : layers.map((layer) => xkvFactorize([layer], WIDTH, rank));
  const kept = layers.map((_, layer) =>
    together ? xkvReconstruct(groups[0], layer) : xkvReconstruct(groups[layer], 0),
  );
  return {
    layers,
    groups,
    kept,
    stored: groups.reduce((sum, group) => sum + xkvElements(group), 0),
    lost: squares(layers.map((x, i) => x.map((value, at) => value - kept[i][at]))) / squares(layers),
    cosine: meanRowCosine(layers[0], layers[1], WIDTH),
  };
}

const squares = (x: readonly Float32Array[]) =>
  x.reduce((sum, layer) => sum + layer.reduce((all, value) => all + value * value, 0), 0);
