/** Maps a value of a domain to a place in a range. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  /** The ends of the domain, as the logarithm to base 10 where the scale is logarithmic. */
  readonly ends: readonly [number, number];
}

/**
 * A linear or logarithmic scale from `domain` to `range`, with those of the given ticks that lie inside the domain, or
 * about `count` round ones.
 * A domain of no width is widened, so that a single value stands in the middle.
 */
export function makeScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  {log = false, count = 5, ticks: given}: {log?: boolean; count?: number; ticks?: readonly number[]} = {},
): Scale {
  const forward = log ? Math.log10 : (value: number) => value;
  let [low, high] = [forward(domain[0]), forward(domain[1])];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const place = (value: number) => range[0] + ((forward(value) - low) / (high - low)) * (range[1] - range[0]);
  const inside = given?.filter((tick) => forward(tick) >= low && forward(tick) <= high);
  const ticks = inside ?? (log ? logTicks(low, high) : linearTicks(low, high, count));
  return Object.assign(place, {ticks, ends: [low, high] as const});
}

/** The extent of finite values, with `padding` of its width on both sides; [0, 1] for none. */
export function paddedExtent(values: readonly number[], padding = 0.06, log = false): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (finite.length === 0) return log ? [1, 10] : [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (log) {
    const factor = (high / low) ** padding;
    return [low / factor, high * factor];
  }
  return [low - padding * (high - low), high + padding * (high - low)];
}

function linearTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= 0.7 * rough)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  // Multiples of the step, never sums of it: 0.1 added up is not 0.3.
  return Array.from({length: last - first + 1}, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten; where a domain has no two of them, their doubles and halves of the next as well. */
function logTicks(low: number, high: number): number[] {
  const first = Math.ceil(low - 1e-9);
  const last = Math.floor(high + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / 6));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += stride) ticks.push(Number(`1e${power}`));
  if (ticks.length > 1) return ticks;
  const between = Array.from({length: Math.ceil(high) - Math.floor(low)}, (_, i) => Math.floor(low) + i);
  return between
    .flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${power}`)))
    .filter((tick) => Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9);
}
