import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {decodingTimes} from "../../../lib/experiments/accel/decoding-times.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {type SpeedRecord, type SpeedRun, speedMachine} from "../site/speed-table.js";

export type DecodingTimesRow = Row<(typeof decodingTimes)["columns"]>;

/** Name of a contest of a decoding method, and its method. */
const CONTEST = /^decoding-(.*)$/;

/** A method's time on the machine of the bench, the modelled one of a large model with the same counts, and what its paper prints. */
export interface MethodTimes {
  readonly title: string;
  /** Measured: milliseconds of a token, and times as fast as plain decoding in the same run. */
  readonly milliseconds: number;
  readonly times: number;
  /** Row of the cost model; undefined where a method changes the text. */
  readonly large: DecodingTimesRow | undefined;
}

/** Times of every method that the bench measured, the fastest first. */
export function methodTimes(
  records: readonly SpeedRecord[],
  large: readonly DecodingTimesRow[],
): MethodTimes[] {
  return records
    .flatMap(({name, title, ours, ratio}) => {
      const method = CONTEST.exec(name)?.[1];
      if (method === undefined || ratio === null) return [];
      const row = large.find((row) => row.method === method);
      return [{title: title.split(":")[0], milliseconds: ours, times: ratio, large: row}];
    })
    .toSorted((a, b) => b.times - a.times);
}

/** The fastest method here, and the one that the model has as the fastest. */
export function timesFinding(times: readonly MethodTimes[]): string {
  const [best] = times;
  if (best === undefined) return "No method was measured.";
  const faster = times.filter(({times}) => times > 1).length;
  const here =
    faster === 0
      ? `Here no method writes a token sooner than plain decoding; ${best.title} comes nearest, ${numberText(best.times, 2)} times as fast.`
      : `Here ${faster} of ${times.length} methods write a token sooner than plain decoding, ${best.title} ${numberText(best.times, 2)} times as fast.`;
  const modelled = ({large}: MethodTimes) => large?.times ?? 0;
  const first = times.toSorted((a, b) => modelled(b) - modelled(a))[0];
  if (modelled(first) === 0) return here;
  return `${here} For the large model ${first.title} comes first, with ${numberText(modelled(first), 2)} times.`;
}

const cell = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : numberText(value, 3);

/**
 * Time of this code on the build machine, measured, beside the modelled time of a large model on published hardware with
 * the same tokens of a pass, and beside what papers print: three kinds, in columns of their own.
 * @param speed the committed run of the bench
 * @param table the shipped table of accel/decoding-times
 */
export function timesPanel(speed: SpeedRun, table: ArrayBuffer): HTMLElement {
  const rows = (
    readShippedTable(table) as unknown as (DecodingTimesRow & {readonly setting: number})[]
  ).filter(({setting}) => setting === 0);
  const times = methodTimes(speed.records, rows);
  const [{model, machine}] = rows;
  const measured = speed.records.filter(({name}) => CONTEST.test(name));
  const printed = rows.filter(({reportedOn}) => reportedOn !== null);
  const list = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Time of each method"><table class="narrow" style="min-width: min(46rem, 160vw)">
    <thead>
      <tr><th scope="col" rowspan="2">method</th><th scope="colgroup" colspan="3">${provenanceMark("measured")} this JavaScript code, decoder-large</th><th scope="colgroup">${provenanceMark("modelled")} ${model}, fp16, on ${machine}</th><th scope="colgroup" colspan="2">${provenanceMark("reported")} the paper prints</th></tr>
      <tr><th scope="col">milliseconds a token</th><th scope="col">times as fast as plain</th><th scope="col">tokens of a pass</th><th scope="col">times as fast as plain</th><th scope="col">tokens of a pass</th><th scope="col">times as fast</th></tr>
    </thead>
    <tbody>${times.map(({title, milliseconds, times, large}) => html`<tr><th scope="row">${title}</th><td>${cell(milliseconds)}</td><td>${cell(times)}</td><td>${cell(large?.tokensPerPass)}</td><td>${cell(large?.times)}</td><td>${cell(large?.reportedTokens)}</td><td>${cell(large?.reportedTimes)}</td></tr>`)}</tbody>
  </table></div>
  <details class="notes"><summary>What the papers measured</summary>
    <ul>${printed.map(({label, reportedOn}) => html`<li>${label}: ${reportedOn}.</li>`)}</ul>
  </details>
  <p class="help">Measured on ${speedMachine({...speed, records: measured})}.</p>`;
  const panel = captioned(
    "Time of this JavaScript code on the build machine",
    timesFinding(times),
    html`<div>${list}</div>`,
  );
  panel.dataset.figure = "times";
  return panel;
}
