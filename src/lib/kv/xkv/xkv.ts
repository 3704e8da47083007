import {requireInteger} from "../../tensor/require.js";
import type {Svd} from "../../tensor/svd-matrix.js";
import {truncatedSvd} from "../../tensor/svd-truncated.js";
import {tokenCount} from "../token-count.js";

/** The keys or the values of a group of layers as one shared basis of tokens and a factor for each layer. */
export interface XkvGroup {
  readonly tokens: number;
  /** Components kept: at most min(tokens, layers · width). */
  readonly rank: number;
  /** kvHeads · headDim */
  readonly width: number;
  /** A = U_r, [tokens, rank] */
  readonly basis: Float32Array;
  /** B = S_r Vt_r of each layer, [rank, width] */
  readonly factors: readonly Float32Array[];
}

/**
 * Consecutive layers in groups of `groupSize`, the last one shorter where it does not divide; group size 1 is a
 * decomposition of each layer alone. (xKV, arXiv:2503.18893, section 4.1)
 * @throws RangeError unless 0 <= first <= last are integers and groupSize is one of at least 1.
 */
export function xkvGroups(first: number, last: number, groupSize: number): number[][] {
  requireInteger("xkvGroups", "first", first, 0);
  requireInteger("xkvGroups", "last", last, first);
  requireInteger("xkvGroups", "groupSize", groupSize, 1);
  const groups: number[][] = [];
  for (let start = first; start <= last; start += groupSize) {
    const size = Math.min(groupSize, last - start + 1);
    groups.push(Array.from({length: size}, (_, i) => start + i));
  }
  return groups;
}

/**
 * The singular value decomposition of a group's keys (before rotary: rotation destroys low rank across tokens) or
 * values, side by side as [tokens, layers · width], with `rank` components or all there are.
 * (xKV, arXiv:2503.18893, section 4.1)
 * @param layers of the group, each [tokens, kvHeads · headDim]
 * @throws RangeError if there is no layer, the layers differ in length, or rank is no integer of at least 0.
 */
export function xkvSvd(layers: readonly Float32Array[], width: number, rank: number): Svd {
  if (layers.length === 0) throw new RangeError("xkvSvd: layers must have at least one, got none");
  const tokens = tokenCount("xkvSvd", layers[0], width);
  layers.forEach((layer, i) => {
    if (layer.length === tokens * width) return;
    throw new RangeError(`xkvSvd: layer ${i} must hold ${tokens} x ${width} values, got ${layer.length}`);
  });
  const columns = layers.length * width;
  const data = new Float32Array(tokens * columns);
  layers.forEach((layer, i) => {
    for (let t = 0; t < tokens; t++) {
      data.set(layer.subarray(t * width, (t + 1) * width), t * columns + i * width);
    }
  });
  return truncatedSvd({rows: tokens, columns, data}, rank);
}

/**
 * Factorizes the keys or values of a group of layers.
 * @throws RangeError as {@link xkvSvd}.
 */
export function xkvFactorize(layers: readonly Float32Array[], width: number, rank: number): XkvGroup {
  const {rank: kept, u, s, vt} = xkvSvd(layers, width, rank);
  const columns = layers.length * width;
  const factors = layers.map((_, i) => {
    const factor = new Float32Array(kept * width);
    for (let k = 0; k < kept; k++) {
      for (let c = 0; c < width; c++) factor[k * width + c] = s[k] * vt[k * columns + i * width + c];
    }
    return factor;
  });
  const tokens = layers[0].length / width;
  return {tokens, rank: kept, width, basis: Float32Array.from(u), factors};
}

/**
 * The same group with only its `rank` strongest components: what factorizing it at that rank gives, without another
 * decomposition. A rank that it does not reach leaves it as it is.
 * @throws RangeError if rank is no integer of at least 0.
 */
export function xkvTruncate(group: XkvGroup, rank: number): XkvGroup {
  requireInteger("xkvTruncate", "rank", rank, 0);
  if (rank >= group.rank) return group;
  const basis = new Float32Array(group.tokens * rank);
  for (let t = 0; t < group.tokens; t++) {
    basis.set(group.basis.subarray(t * group.rank, t * group.rank + rank), t * rank);
  }
  return {...group, rank, basis, factors: group.factors.map((factor) => factor.slice(0, rank * group.width))};
}

/**
 * A layer of a group, A B [tokens, width]: what attention reads, keys still to be rotated.
 * @throws RangeError if the group has no such layer.
 */
export function xkvReconstruct({tokens, rank, width, basis, factors}: XkvGroup, layer: number): Float32Array {
  const factor = factors[layer];
  if (factor === undefined) {
    throw new RangeError(`xkvReconstruct: layer must be from 0 to ${factors.length - 1}, got ${layer}`);
  }
  const x = new Float32Array(tokens * width);
  const row = new Float64Array(width);
  for (let t = 0; t < tokens; t++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const weight = basis[t * rank + k];
      for (let c = 0; c < width; c++) row[c] = row[c] + weight * factor[k * width + c];
    }
    x.set(row, t * width);
  }
  return x;
}

/** Numbers that a group stores: its basis and the factors of its layers. */
export function xkvElements({basis, factors}: XkvGroup): number {
  return factors.reduce((sum, factor) => sum + factor.length, basis.length);
}
