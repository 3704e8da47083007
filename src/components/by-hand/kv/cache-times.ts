import {html} from "htl";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {type CacheRow, pooledCaches} from "../../plots/kv/cache-front.js";
import {type SpeedRecord, type SpeedRun, speedMachine} from "../site/speed-table.js";

/** Name of a contest of a cache, and the cache. */
const CONTEST = /^cache-(.*)$/;
/** Model that the bench decodes with. */
const MODEL = "decoder-large";

/** Columns of times after each text. */
const TIMED = ["milliseconds a token", "times as fast as float32"] as const;

/** Time of a token under a cache after a long text and a short one, with what else is measured of the cache. */
export interface CacheTime {
  readonly label: string;
  /** Bytes per token, and nats. */
  readonly kept: number;
  readonly klMean: number;
  readonly longMs: number;
  readonly shortMs: number;
  /** Times as fast as a float32 cache in the same run. */
  readonly longTimes: number;
  readonly shortTimes: number;
}

/** Every cache that the bench timed, the fastest after a long text first. */
export function cacheTimes(records: readonly SpeedRecord[], rows: readonly CacheRow[]): CacheTime[] {
  const known = pooledCaches(rows).filter(({model}) => model === MODEL);
  return known
    .flatMap(({technique, label, kept, klMean}) => {
      const own = records.filter(({name}) => CONTEST.exec(name)?.[1] === technique);
      const peer = (start: string) => own.find(({peerName}) => peerName?.startsWith(start))?.peer ?? null;
      const long = own.find(({peerName}) => peerName === "plain cache");
      const [shortMs, shortPlain] = [peer("the same after"), peer("plain cache after")];
      if (long === undefined || long.ratio === null || shortMs === null || shortPlain === null) return [];
      const times = {longMs: long.ours, longTimes: long.ratio, shortMs, shortTimes: shortPlain / shortMs};
      return [{label, kept, klMean, ...times}];
    })
    .toSorted((a, b) => b.longTimes - a.longTimes);
}

/** Caches under which a token takes less time than with one of float32, and where most of them stand. */
export function cacheTimesFinding(times: readonly CacheTime[]): string {
  const [best] = times;
  if (best === undefined) return "No cache was timed.";
  const faster = (of: (time: CacheTime) => number) => times.filter((time) => of(time) > 1).length;
  const long = faster(({longTimes}) => longTimes);
  const short = faster(({shortTimes}) => shortTimes);
  const first = `${best.label} comes first, ${numberText(best.longTimes, 2)} times as fast as float32`;
  return `After the long text ${long} of ${times.length} caches decode a token sooner than a float32 cache does, after the short one ${short}: ${first}.`;
}

/**
 * Bytes, quality and time of each cache in one table: times of this code on the build machine.
 * @param speed the committed run of the bench
 * @param table the shipped table of kv/small-caches
 */
export function cacheTimesPanel(speed: SpeedRun, table: ArrayBuffer): HTMLElement {
  const records = speed.records.filter(({name}) => CONTEST.test(name));
  const times = cacheTimes(records, readShippedTable(table) as unknown as CacheRow[]);
  if (times.length === 0) return html`<p class="muted">No cache was timed.</p>`;
  const element = html`<div><div class="table-scroll" tabindex="0" role="group" aria-label="Bytes, quality and time of each cache"><table>
    <thead>
      <tr><th scope="col" rowspan="2">cache</th><th scope="col" rowspan="2">bytes per token</th><th scope="col" rowspan="2">KL divergence, nats</th><th scope="colgroup" colspan="2">${provenanceMark("measured")} after 2,048 tokens</th><th scope="colgroup" colspan="2">${provenanceMark("measured")} after 256 tokens</th></tr>
      <tr>${[...TIMED, ...TIMED].map((title) => html`<th scope="col">${title}</th>`)}</tr>
    </thead>
    <tbody>${times.map(timeRow)}</tbody>
  </table></div>
  <p class="help">Times measured with ${MODEL} on ${speedMachine({...speed, records})}.</p></div>`;
  const panel = captioned("Bytes, quality and time of each cache", cacheTimesFinding(times), element);
  panel.dataset.figure = "cache-times";
  return panel;
}

function timeRow({label, kept, klMean, longMs, longTimes, shortMs, shortTimes}: CacheTime): HTMLElement {
  const cells = [kept, klMean, longMs, longTimes, shortMs, shortTimes];
  return html`<tr><th scope="row">${label}</th>${cells.map((value) => html`<td>${numberText(value, 3)}</td>`)}</tr>`;
}

/** Times of a run on the reader's machine, the fastest first; undefined where none were taken. */
export function ownTimes(rows: readonly CacheRow[]): HTMLElement | undefined {
  const timed = pooledCaches(rows)
    .flatMap(({label, time}) => (typeof time === "number" ? [{label, time}] : []))
    .toSorted((a, b) => a.time - b.time);
  const [first] = timed;
  if (first === undefined) return undefined;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Time of a token on this machine"><table>
    <thead><tr><th scope="col">cache</th><th scope="col">${provenanceMark("measured")} milliseconds a token</th></tr></thead>
    <tbody>${timed.map(({label, time}) => html`<tr><th scope="row">${label}</th><td>${numberText(time, 3)}</td></tr>`)}</tbody>
  </table></div>`;
  const finding = `Here ${first.label} takes the least time, ${numberText(first.time, 3)} milliseconds: the middle of the texts, each the mean over its decoded tokens.`;
  return captioned("Time of a token on this machine", finding, table);
}
