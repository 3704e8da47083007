/** The share of a range that changes the distribution least when it is quantized. */

/** Bins of the histogram, and of one of fewer values than that. */
const BINS = {many: 2048, few: 256};
/** Shares that are tried, in equal steps. */
const TRIED = 64;
/** Part of a value that stands for none, so that no divergence is infinite. */
const NONE = 1e-4;

/** A range of values. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A range times a share. */
export const shareOf = ({low, high}: Range, share: number): Range => ({low: low * share, high: high * share});

function histogram(values: Float32Array, {low, high}: Range): Float64Array {
  const bins = values.length < BINS.many ? BINS.few : BINS.many;
  const counts = new Float64Array(bins);
  const perUnit = bins / (high - low);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i] - low) * perUnit);
    counts[Math.min(Math.max(bin, 0), bins - 1)]++;
  }
  return counts;
}

/** Counts of the bins from `from` to `to`, what lies outside added to the outermost. */
function clipped(counts: Float64Array, from: number, to: number): Float64Array {
  const kept = counts.slice(from, to);
  for (let i = 0; i < from; i++) kept[0] += counts[i];
  for (let i = to; i < counts.length; i++) kept[kept.length - 1] += counts[i];
  return kept;
}

/** Counts after they are merged into so many levels and spread over those bins that had any. */
function merged(counts: Float64Array, levels: number): Float64Array {
  const spread = new Float64Array(counts.length);
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * counts.length) / levels);
    const to = Math.floor(((level + 1) * counts.length) / levels);
    let [sum, filled] = [0, 0];
    for (let i = from; i < to; i++) {
      sum += counts[i];
      if (counts[i] > 0) filled++;
    }
    for (let i = from; i < to; i++) if (counts[i] > 0) spread[i] = sum / filled;
  }
  return spread;
}

const sumOf = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

/** KL divergence of two histograms, in nats. */
function divergence(p: Float64Array, q: Float64Array): number {
  const [allP, allQ] = [sumOf(p), sumOf(q)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i] === 0) continue;
    sum += (p[i] / allP) * Math.log(p[i] / allP / (Math.max(q[i], NONE) / Math.max(allQ, NONE)));
  }
  return sum;
}

/**
 * The share of a range around zero whose clipped histogram is nearest, by KL divergence, to what so many equal levels leave
 * of it: of 2048 bins, or 256 where there are fewer values than that. The reference holds what is clipped in its outermost
 * bins, the other does not, which is the price of clipping. (Migacz, 8-bit inference with TensorRT, GTC 2017; arXiv 2103.13630, section 3.3)
 * @param levels number of equal parts
 * @returns 1 for a range of no width.
 */
export function entropyShare(values: Float32Array, range: Range, levels: number): number {
  if (!(range.high > range.low)) return 1;
  const counts = histogram(values, range);
  const bins = counts.length;
  const zero = (-range.low / (range.high - range.low)) * bins;
  let [best, least] = [1, Number.POSITIVE_INFINITY];
  for (let tried = TRIED; tried > 0; tried--) {
    const share = tried / TRIED;
    const from = Math.round(zero - share * zero);
    const to = Math.round(zero + share * (bins - zero));
    if (to - from < levels) break;
    const inside = counts.slice(from, to);
    const lost = divergence(clipped(counts, from, to), merged(inside, levels));
    if (lost < least) [best, least] = [share, lost];
  }
  return best;
}
