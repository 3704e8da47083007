import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {compose} from "../../../lib/experiments/accel/compose.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {type SpeedRecord, type SpeedRun, speedMachine} from "../site/speed-table.js";

type FiguresRow = Row<(typeof compose)["tables"]["figures"]>;

/** Name of a contest of a decoding method, and its method. */
const CONTEST = /^decoding-(.*)$/;

/** A method's time on the machine of the bench, and the modelled one of a large model with the same counts. */
export interface MethodTimes {
  readonly title: string;
  /** Measured: milliseconds of a token, and times as fast as plain decoding in the same run. */
  readonly milliseconds: number;
  readonly times: number;
  /** Modelled: times as fast as plain decoding; null where the composition has no counts of it. */
  readonly modelledTimes: number | null;
}

/** Times of every method that the bench measured, the fastest first. */
export function methodTimes(records: readonly SpeedRecord[], figures: readonly FiguresRow[]): MethodTimes[] {
  const wide = figures.filter(({weights}) => weights === "fp16");
  const modelled = (method: string) => wide.find(({decoding}) => decoding === method)?.perTokenMs ?? null;
  const plain = modelled("plain");
  return records
    .flatMap(({name, title, ours, ratio}) => {
      const method = CONTEST.exec(name)?.[1];
      if (method === undefined || ratio === null) return [];
      const own = modelled(method);
      const modelledTimes = own === null || plain === null ? null : plain / own;
      return [{title: title.split(":")[0], milliseconds: ours, times: ratio, modelledTimes}];
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
  const large = times.toSorted((a, b) => (b.modelledTimes ?? 0) - (a.modelledTimes ?? 0))[0];
  if (large.modelledTimes === null) return here;
  return `${here} For the large model ${large.title} comes first, with ${numberText(large.modelledTimes, 2)} times.`;
}

/**
 * Time of this code on the build machine, measured, beside the modelled time of a large model on published hardware with
 * the same tokens of a pass: two kinds, in columns of their own.
 * @param speed the committed run of the bench
 * @param figures the shipped table of figures of accel/compose
 */
export function timesPanel(speed: SpeedRun, figures: ArrayBuffer): HTMLElement {
  const rows = readShippedTable(figures) as unknown as FiguresRow[];
  const times = methodTimes(speed.records, rows);
  const [{model, machine}] = rows;
  const measured = speed.records.filter(({name}) => CONTEST.test(name));
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Time of each method"><table>
    <thead>
      <tr><th scope="col" rowspan="2">method</th><th scope="colgroup" colspan="2">${provenanceMark("measured")} this JavaScript code, decoder-large</th><th scope="colgroup">${provenanceMark("modelled")} ${model}, fp16, on ${machine}</th></tr>
      <tr><th scope="col">milliseconds a token</th><th scope="col">times as fast as plain</th><th scope="col">times as fast as plain</th></tr>
    </thead>
    <tbody>${times.map(({title, milliseconds, times, modelledTimes}) => html`<tr><th scope="row">${title}</th><td>${numberText(milliseconds, 3)}</td><td>${numberText(times, 3)}</td><td>${modelledTimes === null ? "–" : numberText(modelledTimes, 3)}</td></tr>`)}</tbody>
  </table></div>
  <p class="help">Measured on ${speedMachine({...speed, records: measured})}.</p>`;
  const panel = captioned(
    "Time of this JavaScript code on the build machine",
    timesFinding(times),
    html`<div>${table}</div>`,
  );
  panel.dataset.figure = "times";
  return panel;
}
