/** A rule of eviction replayed over a whole text: what each query would find in a cache, without one. */

import {budgetOf} from "../../engine/key-budget.js";
import {requireFraction} from "../../tensor/require.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import {attentionLogits, softmaxRows} from "../logits.js";
import {
  emptyMask,
  filled,
  type Importance,
  type KeyMask,
  type Queries,
  requireWhole,
  rowStart,
} from "../selection.js";
import {windowVotes} from "../votes.js";
import {type EvictionRule, indices, survivors} from "./eviction.js";

/** Room of a head. */
export interface ReplayOptions {
  /** Share of the keys so far that a query sees, itself included. */
  readonly keepFraction: number;
  /** First keys of the text that stay on top of them. */
  readonly sinks?: number;
}

/** State of a key head when query i comes: the keys that it holds, the query's own among them, and their scores. */
interface Holding {
  readonly positions: readonly number[];
  readonly received: Float64Array;
}

/** Called for every query of every key head; `shown` are the keys that the query reads. */
type Visit = (g: number, i: number, holding: Holding, shown: readonly number[]) => void;

/**
 * The mask of a whole text under a rule, [heads, T, T]; query heads that share keys see the same. A rule of each token
 * is followed token by token, as by a cache without a prompt: a query sees what is held and itself,
 * ceil(keepFraction · keys so far) in all. A rule of the prompt treats each query as the first one decoded after a prompt
 * that ends with it.
 * @throws RangeError if the text is not whole, or keepFraction is not in (0, 1].
 */
export function evictionMask(rule: EvictionRule, queries: Queries, options: ReplayOptions): KeyMask {
  const logits = wholeLogits(queries);
  const mask = emptyMask(logits);
  replay(rule, queries, logits, options, (g, i, _holding, shown) => {
    forGroup(queries, g, (h) => {
      const start = rowStart(mask, h, i);
      for (const j of shown) mask.data[start + j] = 1;
    });
  });
  return mask;
}

/**
 * The scores by which a rule ranks the keys that a head holds at each query, [heads, T, T], 0 for what is gone; undefined
 * for a rule that asks nothing of a key.
 * @throws RangeError as {@link evictionMask}.
 */
export function evictionScores(
  rule: EvictionRule,
  queries: Queries,
  options: ReplayOptions,
): Importance | undefined {
  if (rule.scores === undefined) return undefined;
  const logits = wholeLogits(queries);
  const scores = filled(logits, 0);
  replay(rule, queries, logits, options, (g, i, {positions, received}) => {
    const row = rule.scores!(received);
    forGroup(queries, g, (h) => {
      const start = rowStart(scores, h, i);
      positions.forEach((j, at) => {
        scores.data[start + j] = row[at];
      });
    });
  });
  return scores;
}

function wholeLogits(queries: Queries): Importance {
  const logits = attentionLogits(queries);
  requireWhole("evictionMask", logits);
  return logits;
}

function forGroup({heads, kvHeads}: Queries, g: number, visit: (h: number) => void): void {
  const group = heads / kvHeads;
  for (let h = g * group; h < (g + 1) * group; h++) visit(h);
}

function replay(
  rule: EvictionRule,
  queries: Queries,
  logits: Importance,
  options: ReplayOptions,
  visit: Visit,
): void {
  requireFraction("evictionMask", "keepFraction", options.keepFraction);
  if (rule.evicts === "after the prompt") replayPrompts(rule, queries, logits, options, visit);
  else replayTokens(rule, queries, logits, options, visit);
}

/** Every prefix of the text is a prompt: its last queries' attention is counted and the rule applied to all its keys. */
function replayPrompts(
  rule: EvictionRule,
  queries: Queries,
  logits: Importance,
  {keepFraction, sinks = 0}: ReplayOptions,
  visit: Visit,
): void {
  const p = softmaxRows(logits);
  const all = indices(logits.keys);
  for (let g = 0; g < queries.kvHeads; g++) {
    for (let i = 0; i < logits.queries; i++) {
      const positions = all.slice(0, i + 1);
      const received = new Float64Array(i + 1);
      forGroup(queries, g, (h) => {
        const votes = windowVotes(p, h, i, rule.counted);
        for (let j = 0; j <= i; j++) received[j] = received[j] + votes[j];
      });
      const room = budgetOf(keepFraction, i + 1);
      visit(g, i, {positions, received}, survivors(rule, {positions, received, room}, sinks));
    }
  }
}

/** Token by token: each query reads what its head holds and itself, is counted, and the rule makes room for the next. */
function replayTokens(
  rule: EvictionRule,
  queries: Queries,
  logits: Importance,
  {keepFraction, sinks = 0}: ReplayOptions,
  visit: Visit,
): void {
  const {kvHeads} = queries;
  let held: Holding[] = Array.from({length: kvHeads}, () => ({positions: [], received: new Float64Array(0)}));
  for (let i = 0; i < logits.queries; i++) {
    held = held.map(({positions, received}) => ({
      positions: [...positions, i],
      received: grown(received),
    }));
    held.forEach((holding, g) => {
      visit(g, i, holding, holding.positions);
    });
    if (rule.counted > 0) countQuery(rule, queries, logits, held, i);
    // The next query's own key takes a place of its share.
    const room = budgetOf(keepFraction, i + 2) - 1;
    held = held.map((holding) => stayed(holding, survivors(rule, {...holding, room}, sinks)));
  }
}

function grown(received: Float64Array): Float64Array {
  const longer = new Float64Array(received.length + 1);
  longer.set(received);
  return longer;
}

function stayed({positions, received}: Holding, kept: readonly number[]): Holding {
  if (kept.length === positions.length) return {positions, received};
  return {
    positions: kept.map((at) => positions[at]),
    received: Float64Array.from(kept, (at) => received[at]),
  };
}

/** Adds the attention of query i over the held keys to their scores. */
function countQuery(
  {counted, countedHeads}: EvictionRule,
  queries: Queries,
  logits: Importance,
  held: readonly Holding[],
  i: number,
): void {
  if (counted === 1) for (const {received} of held) received.fill(0);
  held.forEach(({positions}, g) => {
    forGroup(queries, g, (h) => {
      const p = attentionOver(positions, logits.data, rowStart(logits, h, i));
      const counters = countedHeads === "all of the layer" ? held : [held[g]];
      const share = countedHeads === "all of the layer" ? 1 / queries.heads : 1;
      for (const {received} of counters) {
        for (let at = 0; at < p.length; at++) received[at] = received[at] + share * p[at];
      }
    });
  });
}

/** Softmax over the held keys of the row of logits that begins at `start`. */
function attentionOver(positions: readonly number[], logits: Float64Array, start: number): Float64Array {
  const p = Float64Array.from(positions, (j) => logits[start + j]);
  softmaxInPlace(p);
  return p;
}
