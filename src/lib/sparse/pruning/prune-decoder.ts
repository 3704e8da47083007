/** Pruning of a whole decoder's projections. */

import type {InputStatistics} from "../../engine/calibration/input-statistics.js";
import {type DecoderWeights, inputGroups} from "../../engine/decoder/decoder-weights.js";
import {type PruningPattern, parsePattern, patternDensity} from "./pattern.js";
import {type PruningMethodId, pruningMethods} from "./registry.js";

/** Choice of what goes from a decoder. */
export interface PruneOptions {
  readonly method: PruningMethodId;
  readonly pattern: PruningPattern;
  /** Parameters of the method that are not at their defaults. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Statistics of the dense model's inputs, for methods that look at data: `inputStatistics` gathers them. */
  readonly statistics?: InputStatistics;
  /** Layers to prune; default all. */
  readonly layers?: ReadonlySet<number>;
}

/**
 * Reads a method and a pattern as they are written: `wanda:0.5`, `sparsegpt:2:4`.
 * @throws RangeError for another method or pattern, or none.
 */
export function parsePruning(text: string): Pick<PruneOptions, "method" | "pattern"> {
  const [, id = text, pattern = ""] = /^([a-z0-9-]*):(.*)$/s.exec(text) ?? [];
  return {method: pruningMethods.byId(id).id, pattern: parsePattern(pattern)};
}

/** A decoder whose projections have zeros; embedding, norms and head stay. */
export interface PrunedDecoder {
  readonly weights: DecoderWeights;
  /** Weights of the projections that were pruned, and how many of them are not zero. */
  readonly elements: number;
  readonly nonZeros: number;
}

/**
 * Prunes the projections of a decoder. Statistics are those of the dense model for all layers at once: what earlier layers
 * lose is not seen by later ones.
 * @throws RangeError if the method is unknown or has no such parameter, needs statistics and has none, or the pattern does
 * not fit a projection.
 */
export function pruneDecoder(
  weights: DecoderWeights,
  {method: id, pattern, params = {}, statistics, layers}: PruneOptions,
): PrunedDecoder {
  const method = pruningMethods.byId(id);
  const looks = method.needs.length > 0 && patternDensity(pattern) < 1;
  if (looks && statistics === undefined) {
    throw new RangeError(`pruneDecoder: method ${id} needs statistics of the inputs, got none`);
  }
  const tensors = new Map(weights.tensors);
  let [elements, nonZeros] = [0, 0];
  for (const group of inputGroups(weights)) {
    if (layers !== undefined && !layers.has(group.layer)) continue;
    const inputs = looks ? statistics?.(group) : undefined;
    for (const name of group.readers) {
      const pruned = method.prune(tensors.get(name)!, pattern, {...(inputs && {inputs}), params});
      tensors.set(name, pruned);
      elements += pruned.data.length;
      nonZeros += pruned.data.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
    }
  }
  return {weights: {config: weights.config, tensors}, elements, nonZeros};
}
