import {html} from "htl";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {chart} from "../../plots/chart/chart.js";
import type {ChartSpec, Series} from "../../plots/chart/chart-spec.js";
import type {Look} from "../../plots/palette.js";
import {type SpeedRecord, type SpeedRun, speedMachine} from "../site/speed-table.js";

/** Name of a contest over the density, and the density in percent. */
const CONTEST = /^sparse-gemv-(\d+)$/;

/** Our product that reads and multiplies every zero. */
const DENSE = "our dense product, float32";

/** Sides of the contests, by how the bench names them; none is ours, the bitmap in bfloat16. */
const SIDES = [
  {side: null, name: "bitmap, bfloat16", look: {family: "sparse", shade: 0}},
  {side: "our bitmap-int8", name: "bitmap, int8", look: {family: "sparse", shade: 1}},
  {side: "our listed-bf16", name: "listed entries, bfloat16", look: {family: "sparse", shade: 2}},
  {side: DENSE, name: "dense, float32", look: {family: "baseline", shade: 0}},
  {side: "onnxruntime-node", name: "dense, onnxruntime", look: {family: "baseline", shade: 1}},
] as const satisfies readonly {side: string | null; name: string; look: Look}[];

/** Speed of a side over the density: how many times as fast it is as our dense product in the same run of the bench. */
export interface SideSpeeds {
  readonly name: string;
  readonly look: Look;
  /** Densities in percent, the lowest first. */
  readonly speeds: readonly {readonly density: number; readonly times: number}[];
}

/** Milliseconds of every side of one contest, by the side's name in the bench; null is ours. */
function contestTimes(records: readonly SpeedRecord[], density: number): ReadonlyMap<string | null, number> {
  const own = records.filter(({name}) => CONTEST.exec(name)?.[1] === String(density));
  const found = new Map<string | null, number>();
  for (const {ours, peer, peerName} of own) {
    found.set(null, ours);
    if (peer !== null) found.set(peerName, peer);
  }
  return found;
}

/** Speeds of each side, those that were measured. */
export function sideSpeeds(records: readonly SpeedRecord[]): SideSpeeds[] {
  const named = records.map(({name}) => CONTEST.exec(name)?.[1]).filter((percent) => percent !== undefined);
  const densities = [...new Set(named)].map(Number).toSorted((a, b) => a - b);
  const contests = densities.map((density) => ({density, times: contestTimes(records, density)}));
  const speedsOf = (side: string | null) =>
    contests.flatMap(({density, times}) => {
      const [own, dense] = [times.get(side), times.get(DENSE)];
      return own === undefined || dense === undefined ? [] : [{density, times: dense / own}];
    });
  return SIDES.map(({side, name, look}) => ({name, look, speeds: speedsOf(side)})).filter(
    ({speeds}) => speeds.length > 0,
  );
}

/**
 * The density up to which the first is faster than the second, on straight lines between what was measured; the highest
 * density where it always is, 0 where it never is.
 */
export function crossing(first: SideSpeeds, second: SideSpeeds): number {
  const points = first.speeds.flatMap(({density, times}) => {
    const other = second.speeds.find((speed) => speed.density === density);
    return other === undefined ? [] : [{density, ahead: times - other.times}];
  });
  const lost = points.findIndex(({ahead}) => ahead <= 0);
  if (lost < 0) return points.at(-1)?.density ?? 0;
  if (lost === 0) return 0;
  const [a, b] = [points[lost - 1], points[lost]];
  return a.density + ((b.density - a.density) * a.ahead) / (a.ahead - b.ahead);
}

/** Where the sides cross, in a sentence or two. */
export function sparseTimesFinding(sides: readonly SideSpeeds[]): string {
  const of = (name: string) => sides.find((side) => side.name === name);
  const [bitmap, listed, dense] = [SIDES[0], SIDES[2], SIDES[3]].map(({name}) => of(name));
  if (bitmap === undefined || listed === undefined || dense === undefined) return "No product was measured.";
  const all = bitmap.speeds.map(({times}) => times);
  const until = (first: SideSpeeds, second: SideSpeeds) => numberText(crossing(first, second), 2);
  const {density, times} = listed.speeds[0];
  return `A bitmap of bfloat16 is ${numberText(smallest(all), 2)} to ${numberText(largest(all), 2)} times as fast as the dense float32 product, whatever the density; listed entries are ${numberText(times, 2)} times as fast at ${density} %, faster than a bitmap up to ${until(listed, bitmap)} % and faster than the dense product up to ${until(listed, dense)} %.`;
}

/** Speeds over the density as a figure. */
function timesChart(sides: readonly SideSpeeds[], finding: string): ChartSpec {
  const series = sides.map(
    ({name, look, speeds}): Series => ({
      ...look,
      name,
      provenance: "measured",
      join: "line",
      points: speeds.map(({density, times}) => ({
        key: `${name}, ${density} %`,
        label: `${name}, ${density} %`,
        x: density,
        y: times,
      })),
    }),
  );
  return {
    question: "How much faster is a product that leaves the zeros out?",
    finding,
    x: {label: "weights that are not zero", unit: "%"},
    y: {label: "times as fast as our dense float32 product", log: true},
    series,
  };
}

/** A warning where more ran on the machine than its cores could serve. */
function busyText(cores: number, records: readonly SpeedRecord[]): string {
  const isBusy = records.some(({load}) => load > cores);
  return isBusy ? " Other programs ran at the same time, so single points may be far off." : "";
}

/**
 * Speed of products over the density of the matrix, as the bench measured it on the build machine, each contest in a run of its own.
 * @param speed the committed run of the bench
 */
export function sparseTimesPanel(speed: SpeedRun): HTMLElement {
  const records = speed.records.filter(({name}) => CONTEST.test(name));
  const sides = sideSpeeds(records);
  const figure = chart({name: "sparse-times"});
  figure.show(timesChart(sides, sparseTimesFinding(sides)));
  const note = html`<p class="help">A matrix of 4,096 x 4,096 and one vector, one thread, measured on ${speedMachine({...speed, records})}.${busyText(speed.cores, records)}</p>`;
  return html`<div>${figure.element}${note}</div>`;
}
