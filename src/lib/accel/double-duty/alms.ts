import {requireInteger} from "../../tensor/require.js";

/** Number of elements of a circuit: bits of adders, small lookup tables (of at most five inputs), large ones (six). */
export interface ElementCounts {
  readonly adderBits: number;
  readonly lut5: number;
  readonly lut6: number;
}

/**
 * Adaptive logic modules (ALMs) that hold given elements if nothing but room limits them. Each holds two adder bits, two
 * small tables or one large table; `dd5` lets tables and adders stand in one module, `dd6` also large tables beside
 * adders, and `dd5in60` is `dd5` behind 60 inputs to ten modules, of which two adder bits take four and a pair of tables
 * three.
 */
export const ALM_RULES = {
  baseline: (pairs: number, tables: number, large: number) => pairs + tables + large,
  dd5: (pairs: number, tables: number, large: number) => Math.max(pairs, tables) + large,
  dd6: (pairs: number, tables: number, large: number) => Math.max(pairs, tables + large),
  dd5in60: (pairs: number, tables: number, large: number) =>
    Math.ceil(Math.max(pairs, tables, (4 * pairs + 3 * tables) / 6)) + large,
} as const;

/** Kinds of logic module. */
export type AlmRule = keyof typeof ALM_RULES;

/** All of them. */
export const ALM_RULE_IDS = Object.keys(ALM_RULES) as AlmRule[];

/**
 * Modules of `rule` that given elements take.
 * @throws RangeError unless counts are whole numbers from 0.
 */
export function almsOf({adderBits, lut5, lut6}: ElementCounts, rule: AlmRule): number {
  requireInteger("almsOf", "adderBits", adderBits, 0);
  requireInteger("almsOf", "lut5", lut5, 0);
  requireInteger("almsOf", "lut6", lut6, 0);
  return ALM_RULES[rule](Math.ceil(adderBits / 2), Math.ceil(lut5 / 2), lut6);
}

/** Modules of every kind that given elements take. */
export function almsByRule(counts: ElementCounts): Record<AlmRule, number> {
  const at = (rule: AlmRule) => almsOf(counts, rule);
  return {baseline: at("baseline"), dd5: at("dd5"), dd6: at("dd6"), dd5in60: at("dd5in60")};
}
