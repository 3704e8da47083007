import type {Family} from "../technique/families.js";
import {requireInteger} from "../tensor/require.js";
import {exactly, type Round} from "../tensor/softmax-part.js";
import type {AttentionRow} from "./attention-row.js";
import type {OrderCounts} from "./counts.js";

/** Range around a fixed number in which scores may lie. (FlashDecoding++, arXiv:2311.01282, section 3) */
export interface ScoreRange {
  /** The number that stands for every largest score. */
  readonly centre: number;
  /** Scores may exceed the centre by less than this. */
  readonly above: number;
  /** Scores may fall short of the centre by less than this. */
  readonly below: number;
}

/** Choices that an order is run with; each order takes those that it knows. */
export interface OrderSetting {
  /** Keys of a tile. */
  readonly tile: number;
  /** Workers that share the tiles. */
  readonly workers: number;
  readonly range: ScoreRange;
  readonly round: Round;
}

/** Small tiles, eight workers, the range that float32 allows, float64. */
export const DEFAULT_SETTING: OrderSetting = {
  tile: 16,
  workers: 8,
  range: {centre: 0, above: 80, below: 80},
  round: exactly,
};

/** Attention of several rows, and what it took. */
export interface OrderRun {
  /** The output of each row, [width]. */
  readonly outputs: readonly Float64Array[];
  readonly counts: OrderCounts;
}

/** An order in which the sums of softmax attention are taken: another order, the same result. */
export interface SoftmaxOrder {
  readonly id: string;
  readonly label: string;
  readonly family: Family;
  /** Paper and section. */
  readonly source: string;
  /**
   * Attention of each row. A row without a visible key gives zeros.
   * @throws RangeError for a tile or workers that are no positive integer, or an empty range.
   */
  run(rows: readonly AttentionRow[], setting?: Partial<OrderSetting>): OrderRun;
}

/** A whole setting; what is missing takes its default. @throws RangeError as {@link SoftmaxOrder.run}. */
export function settingOf(given: Partial<OrderSetting> = {}): OrderSetting {
  const setting = {...DEFAULT_SETTING, ...given};
  requireInteger("softmaxOrder", "tile", setting.tile, 1);
  requireInteger("softmaxOrder", "workers", setting.workers, 1);
  requireRange(setting.range);
  return setting;
}

/** Exponents beyond this leave float32. */
const FARTHEST = 80;

function requireRange({centre, above, below}: ScoreRange): void {
  const isReach = (reach: number) => reach > 0 && reach <= FARTHEST;
  if (Number.isFinite(centre) && isReach(above) && isReach(below)) return;
  throw new RangeError(
    `softmaxOrder: range must have a finite centre and reach at most ${FARTHEST} above and below it, got ${centre}, ${above} above, ${below} below`,
  );
}
