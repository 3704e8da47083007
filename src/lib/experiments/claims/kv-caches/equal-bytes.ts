/** Components of groups of layers at which their counted bytes are the same. */

import {bitsSize, wholeTokenBytes} from "../../../engine/cache/packed-size.js";
import type {CacheSizes} from "../../../engine/cache/sizes.js";
import {type XkvRanks, xkvBytes} from "../../../kv/xkv/xkv-bytes.js";
import {largest} from "../../../stats/extent.js";

/** Share by which sizes that count as equal may differ. */
export const SAME_SIZE = 0.01;

/** Of all components of a group, those of its keys: xKV's authors keep 2 : 3. (arXiv:2503.18893, section 5.1) */
const KEYS_SHARE = 0.4;

function ranksOf(groupSize: number, components: number): XkvRanks {
  const rankK = Math.max(1, Math.round(KEYS_SHARE * components));
  return {groupSize, rankK, rankV: components - rankK};
}

/**
 * Ranks for each group size at which a text's cache takes the same bytes to within {@link SAME_SIZE}, basis and factors
 * counted, as near as possible to `times` smaller than the whole cache.
 * @throws RangeError if no ranks are so near each other.
 */
export function equalRanks(
  sizes: CacheSizes,
  tokens: number,
  {groupSizes, times}: {readonly groupSizes: readonly number[]; readonly times: number},
): XkvRanks[] {
  const plain = wholeTokenBytes(sizes, tokens, bitsSize(16));
  const bytes = (ranks: XkvRanks) => xkvBytes(sizes, tokens, ranks);
  const perComponent = (groupSize: number) => bytes({groupSize, rankK: 1, rankV: 1}) / 2;
  const [first, ...others] = [...groupSizes].sort((a, b) => b - a);
  const most = Math.floor(plain / perComponent(first) / 2);
  const candidates = Array.from({length: most - 1}, (_, i) => {
    const target = bytes(ranksOf(first, i + 2));
    const all = [first, ...others].map((groupSize) =>
      ranksOf(groupSize, Math.max(2, Math.round(target / perComponent(groupSize)))),
    );
    const spread = largest(all.map((ranks) => Math.abs(bytes(ranks) / target - 1)));
    return {all, spread, off: Math.abs(Math.log(plain / target / times))};
  });
  const [best] = candidates.filter(({spread}) => spread <= SAME_SIZE).sort((a, b) => a.off - b.off);
  if (best === undefined) {
    throw new RangeError(
      `equalRanks: tokens must allow equal sizes of groups of ${groupSizes.join(", ")}, got ${tokens}`,
    );
  }
  return groupSizes.map((size) => best.all.find(({groupSize}) => groupSize === size) as XkvRanks);
}
