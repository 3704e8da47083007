/** Choice of the units that stay, from their scores. */

import {mean, variance} from "../../stats/moments.js";
import {type ByUnit, type LayerUnits, UNIT_PARTS, type UnitPart} from "./units.js";

/**
 * Ways to spread what goes over the model (FLAP, arXiv:2312.11983; lib/prune.py:prune_flap):
 * - `UL-UM`: the same share of every part of every layer
 * - `AL-MM`: the same share of all heads and of all channels; layers as their scores have it
 * - `AL-AM`: heads and channels of all layers compete
 */
export const STRUCTURES = ["UL-UM", "AL-MM", "AL-AM"] as const;

/** The id of a structure. */
export type Structure = (typeof STRUCTURES)[number];

/** A unit with what it is worth and what it costs. */
interface Candidate {
  readonly layer: number;
  readonly part: UnitPart;
  readonly index: number;
  readonly score: number;
  readonly weights: number;
}

/** The units' scores, made comparable between layers: less the layer's mean, over its standard deviation; constant: 0. */
export function standardized(scores: readonly number[]): number[] {
  const mu = mean(scores);
  const deviation = Math.sqrt(variance(scores));
  return scores.map((score) => (deviation > 0 ? (score - mu) / deviation : 0));
}

/**
 * Units that stay, by their indices in ascending order: those of the highest scores, as many as bring their weights nearest to
 * a share of all. Every part keeps at least its best unit: a layer of none is no layer of the engine.
 * @param scores of every unit, comparable within what the structure lets compete
 * @param units of every layer
 * @param ratio of the weights of heads and channels that goes, from 0 to below 1
 */
export function chooseUnits(
  scores: ByUnit,
  units: readonly Readonly<Record<UnitPart, LayerUnits>>[],
  ratio: number,
  structure: Structure,
): ByUnit {
  const all = scores.flatMap((layer, l) =>
    UNIT_PARTS.flatMap((part) =>
      layer[part].map(
        (score, index): Candidate => ({layer: l, part, index, score, weights: units[l][part].weights}),
      ),
    ),
  );
  const stays = new Set(pools(all, structure).flatMap((pool) => [...best(pool, ratio), ...bestOfEach(pool)]));
  const indices = (l: number, part: UnitPart) =>
    all.filter((unit) => unit.layer === l && unit.part === part && stays.has(unit)).map(({index}) => index);
  return scores.map((_, l) => ({attention: indices(l, "attention"), network: indices(l, "network")}));
}

/** Units that compete with each other. */
function pools(all: readonly Candidate[], structure: Structure): readonly Candidate[][] {
  const key = ({layer, part}: Candidate) =>
    ({"UL-UM": `${layer} ${part}`, "AL-MM": part, "AL-AM": ""})[structure];
  const found = new Map<string, Candidate[]>();
  for (const unit of all) {
    const pool = found.get(key(unit)) ?? [];
    pool.push(unit);
    found.set(key(unit), pool);
  }
  return [...found.values()];
}

/** The first units by score whose weights together come nearest to what shall stay. */
function best(pool: readonly Candidate[], ratio: number): Candidate[] {
  const order = pool.toSorted((a, b) => b.score - a.score);
  const wanted = (1 - ratio) * pool.reduce((sum, {weights}) => sum + weights, 0);
  let [count, nearest, sum] = [0, wanted, 0];
  order.forEach(({weights}, i) => {
    sum += weights;
    if (Math.abs(sum - wanted) > nearest) return;
    nearest = Math.abs(sum - wanted);
    count = i + 1;
  });
  return order.slice(0, count);
}

/** The best unit of every part of every layer. */
function bestOfEach(pool: readonly Candidate[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const unit of pool) {
    const key = `${unit.layer} ${unit.part}`;
    const known = found.get(key);
    if (known === undefined || unit.score > known.score) found.set(key, unit);
  }
  return [...found.values()];
}
