import {smallest} from "../stats/extent.js";
import {cheapestChoice, type KnapsackChoice} from "./knapsack.js";

/** A way to store a part of a model. */
export interface PartOption {
  /** Id of a format or of a cache technique. */
  readonly id: string;
  readonly bytes: number;
  /** Damage that it does alone, at least 0. */
  readonly damage: number;
}

/** A part of a model that takes one option: a tensor, tensors that share their format, or the cache. */
export interface Part {
  readonly names: readonly string[];
  readonly options: readonly PartOption[];
}

/** A plan to be made. */
export interface PlanRequest {
  readonly parts: readonly Part[];
  /** Bytes of all that no option changes. */
  readonly fixedBytes: number;
  /** Bytes that there are; Infinity without a limit. */
  readonly memory: number;
  /** Damage that is allowed: then the plan is the smallest that keeps to it, else the least damage that fits. */
  readonly mostDamage?: number;
}

/** An option for each part. */
export interface Plan {
  readonly chosen: readonly PartOption[];
  /** Bytes of everything, those that no option changes included. */
  readonly bytes: number;
  /** Sum of the parts' damages. */
  readonly damage: number;
  /** The sum that was to be least: damage, or bytes where a damage is allowed. No plan has less than `bound` of it. */
  readonly aim: "damage" | "bytes";
  readonly bound: number;
  /** What was reached less the bound; 0 where the plan is proven to be the best. */
  readonly gap: number;
}

/**
 * The plan of least damage that fits the memory, or of least memory that keeps to a damage, over damages that are added up.
 * @throws RangeError naming what would be the smallest that fits, or the least damage.
 */
export function makePlan(request: PlanRequest): Plan {
  const {parts, mostDamage} = request;
  requireRoom(request);
  const found = mostDamage === undefined ? leastDamage(request) : fewestBytes(request, mostDamage);
  const chosen = parts.map(({options}, part) => options[found.chosen[part]]);
  const bytes = request.fixedBytes + sum(chosen, "bytes");
  const aim = mostDamage === undefined ? "damage" : "bytes";
  const bound = aim === "damage" ? found.bound : found.bound + request.fixedBytes;
  return {chosen, bytes, damage: sum(chosen, "damage"), aim, bound, gap: found.gap};
}

function leastDamage({parts, fixedBytes, memory}: PlanRequest): KnapsackChoice {
  const groups = parts.map(({options}) => options.map(({bytes, damage}) => ({cost: damage, weight: bytes})));
  return cheapestChoice(groups, memory - fixedBytes)!;
}

function fewestBytes(request: PlanRequest, mostDamage: number): KnapsackChoice {
  const {parts, fixedBytes, memory} = request;
  const groups = parts.map(({options}) => options.map(({bytes, damage}) => ({cost: bytes, weight: damage})));
  const found = cheapestChoice(groups, mostDamage);
  if (found !== null && found.cost + fixedBytes <= memory) return found;
  const {damage} = makePlan({parts, fixedBytes, memory});
  throw new RangeError(
    `makePlan: mostDamage must be at least ${Number(damage.toPrecision(4))}, the least that fits ${gigabytes(memory)}, got ${mostDamage}`,
  );
}

function requireRoom({parts, fixedBytes, memory}: PlanRequest): void {
  const least = parts.map(({options}) => smallest(options.map(({bytes}) => bytes)));
  const needed = fixedBytes + least.reduce((total, bytes) => total + bytes, 0);
  if (needed <= memory) return;
  throw new RangeError(
    `makePlan: memory must be at least ${gigabytes(needed)}, got ${gigabytes(memory)}. The smallest that these options give is ${inWords(parts, least)}${fixedBytes > 0 ? `, beside ${gigabytes(fixedBytes)} that no option changes` : ""}.`,
  );
}

/** Counts of parts by the option that is the smallest of each. */
function inWords(parts: readonly Part[], least: readonly number[]): string {
  const counts = new Map<string, number>();
  parts.forEach(({options}, part) => {
    const id = options.find(({bytes}) => bytes === least[part])?.id ?? "";
    counts.set(id, (counts.get(id) ?? 0) + 1);
  });
  return Array.from(counts, ([id, count]) => `${count} ${count === 1 ? "part" : "parts"} in ${id}`).join(
    ", ",
  );
}

const sum = (options: readonly PartOption[], of: "bytes" | "damage"): number =>
  options.reduce((total, option) => total + option[of], 0);

/** Bytes in the unit of their size, with four digits, never fewer than there are: `1.25 GB`. */
function gigabytes(bytes: number): string {
  const unit = UNITS.find(([size]) => bytes >= size) ?? ([1, "bytes"] as const);
  const digits = 10 ** (3 - Math.floor(Math.log10(Math.max(1, bytes / unit[0]))));
  return `${Number((Math.ceil((bytes / unit[0]) * digits - 1e-9) / digits).toFixed(3))} ${unit[1]}`;
}

const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
] as const;
