import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {compose} from "../../../lib/experiments/accel/compose.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {numberText} from "../../kit/text/number-text.js";
import {colourOf, looksOf} from "../../plots/palette.js";

type ComposeRow = Row<(typeof compose)["columns"]>;
type Setting = ParamValues<(typeof compose)["params"]>;

const sum = (rows: readonly ComposeRow[], of: (row: ComposeRow) => number | null): number =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0);

/** Seconds as a person reads them. */
export function secondsText(seconds: number): string {
  if (seconds >= 1) return `${numberText(seconds, 3)} s`;
  return seconds >= 1e-3 ? `${numberText(seconds * 1e3, 3)} ms` : `${numberText(seconds * 1e6, 3)} µs`;
}

/** Bytes as a person reads them, in powers of ten. */
export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${numberText(bytes / 1e9, 3)} GB`;
  return bytes >= 1e6 ? `${numberText(bytes / 1e6, 3)} MB` : `${numberText(bytes / 1e3, 3)} kB`;
}

/** A composition's rows as its figures, the memory it fills, and each step's operators; or why it cannot be. */
export function compositionView(rows: readonly ComposeRow[], setting: Setting): HTMLElement {
  const refused = rows.find(({step}) => step === "refused");
  if (refused) {
    return html`<p class="problem" role="alert"><strong>This cannot be</strong> (${refused.part}): ${refused.note}</p>`;
  }
  const of = (step: string) => rows.filter((row) => row.step === step);
  const [memory, prefill, decode] = [of("memory"), of("prefill"), of("decode")];
  const [free] = of("free");
  return html`<div class="composition">
    ${headline(memory, prefill, decode, setting)}
    ${memoryBar(memory, free)}
    <div class="step-tables">
      ${stepTable("One token of every sequence", decode)}
      ${stepTable("Reading the prompts", prefill)}
    </div>
  </div>`;
}

function headline(
  memory: readonly ComposeRow[],
  prefill: readonly ComposeRow[],
  decode: readonly ComposeRow[],
  {batch, efficiency}: Setting,
): HTMLElement {
  const perToken = sum(decode, ({seconds}) => seconds);
  const least = efficiency === "bound" ? "at least" : "about";
  const most = efficiency === "bound" ? "at most" : "about";
  const figures = [
    ["memory", bytesText(sum(memory, ({bytes}) => bytes))],
    ["first token", `${least} ${secondsText(sum(prefill, ({seconds}) => seconds))}`],
    ["each further token", `${least} ${secondsText(perToken)}`],
    ["throughput", `${most} ${numberText(batch / perToken, 3)} tokens/s`],
    ["energy a token", `about ${numberText(sum(decode, ({joules}) => joules) / batch, 3)} J`],
  ];
  return html`<dl class="headline">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Parts of the memory, each a shade of the machine's. */
const MEMORY_LOOKS = looksOf(
  ["weights", "kv", "state", "activations"],
  (part) => part,
  () => "machine",
);

function memoryBar(memory: readonly ComposeRow[], free: ComposeRow): HTMLElement {
  const used = memory.filter(({bytes}) => bytes! > 0);
  const all = sum(used, ({bytes}) => bytes) + (free.bytes ?? 0);
  const parts = used.map(
    (row) =>
      [
        row.part === "kv" ? "KV cache" : row.part,
        row.bytes!,
        colourOf(MEMORY_LOOKS.get(row.part) ?? {family: "machine"}),
      ] as const,
  );
  return html`<div class="memory">
    <div class="memory-bar" aria-hidden="true">${parts.map(([, bytes, colour]) => html`<span style=${`width: ${(100 * bytes) / all}%; background: ${colour}`}></span>`)}</div>
    <ul class="legend">
      ${parts.map(([name, bytes, colour]) => html`<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" style=${`fill: ${colour}`} /></svg>${name} ${bytesText(bytes)}</li>`)}
      <li>${free.bytes === null ? "the system's memory" : `${bytesText(free.bytes)} free of ${free.part}`}</li>
    </ul>
    <p class="help">Fits ${free.note}.</p>
  </div>`;
}

function stepTable(title: string, rows: readonly ComposeRow[]): HTMLElement {
  const seconds = sum(rows, (row) => row.seconds);
  const shown = rows.filter((row) => row.seconds! / seconds >= 0.001);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${title}><table class="step">
    <caption>${title}: ${secondsText(seconds)}</caption>
    <thead><tr><th scope="col">operator</th><th scope="col">time</th><th scope="col">bytes</th><th scope="col">waits for</th></tr></thead>
    <tbody>${shown.map((row) => {
      const share = (100 * row.seconds!) / seconds;
      return html`<tr><td>${row.part}${row.runs! > 1 ? ` × ${row.runs}` : null}</td>
        <td class="share" style=${`--share: ${share}%`}>${secondsText(row.seconds!)}</td>
        <td>${bytesText(row.bytes!)}</td><td>${row.waits}</td></tr>`;
    })}</tbody>
  </table></div>`;
}
