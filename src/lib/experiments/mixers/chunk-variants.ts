/** Ways to read with the model that keeps states of chunks: as it was trained, and with one thing changed. */

import type {ChunkRule} from "../../engine/attamba/attamba-cache.js";
import {type ChunkEnds, cyclicEnds, uniformEnds} from "../../engine/attamba/chunk-ends.js";
import {randomEnds} from "../../mixers/attamba/random-ends.js";
import {ATTAMBA_CONFIG} from "./models.js";

/** Tokens of the documents. */
export const CONTEXT = 128;
/** The seed of chunks of random length. */
const ENDS_SEED = 1;

const {layers, tokenChunk: TRAINED_CHUNK, leading: TRAINED_LEADING} = ATTAMBA_CONFIG;

/** Where chunks end, by the rule's name. */
const RULES = {
  cyclic: (tokenChunk: number) => cyclicEnds({tokenChunk, layers}),
  uniform: (tokenChunk: number) => uniformEnds({tokenChunk}),
  random: (tokenChunk: number) => randomEnds({tokenChunk, layers}, CONTEXT, ENDS_SEED),
} as const satisfies Readonly<Record<string, (tokenChunk: number) => ChunkEnds>>;

/** Names of the rules that say where chunks end. */
export const RULE_IDS = Object.keys(RULES) as (keyof typeof RULES)[];

/** A way to read: {@link varied} names what differs from training. */
export interface ChunkVariant {
  readonly varied: "nothing" | "chunk length" | "leading tokens" | "ends of chunks";
  readonly rule: keyof typeof RULES;
  readonly tokenChunk: number;
  readonly leading: number;
}

/** Changes of reading that are tried, one at a time. */
export interface Variations {
  readonly chunks: readonly number[];
  readonly leading: readonly number[];
  readonly rules: readonly ChunkVariant["rule"][];
}

/** The way of training first, then every other one once. */
export function chunkVariants({chunks, leading, rules}: Variations): ChunkVariant[] {
  const trained: ChunkVariant = {
    varied: "nothing",
    rule: "cyclic",
    tokenChunk: TRAINED_CHUNK,
    leading: TRAINED_LEADING,
  };
  const others: ChunkVariant[] = [
    ...chunks.map((tokenChunk) => ({...trained, varied: "chunk length", tokenChunk}) as const),
    ...leading.map((tokens) => ({...trained, varied: "leading tokens", leading: tokens}) as const),
    ...rules.map((rule) => ({...trained, varied: "ends of chunks", rule}) as const),
  ];
  const differs = ({rule, tokenChunk, leading: tokens}: ChunkVariant) =>
    rule !== trained.rule || tokenChunk !== trained.tokenChunk || tokens !== trained.leading;
  return [trained, ...others.filter(differs)];
}

/** The rule that a cache is opened with. */
export const ruleOf = ({rule, tokenChunk, leading}: ChunkVariant): ChunkRule => ({
  ends: RULES[rule](tokenChunk),
  leading,
});
