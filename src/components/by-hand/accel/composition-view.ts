import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {compose} from "../../../lib/experiments/accel/compose.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {captioned} from "../../kit/text/captioned.js";
import {groupedDigits, numberText, quantityText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {colourOf, looksOf} from "../../plots/palette.js";

type ComposeRow = Row<(typeof compose)["columns"]>;
type Setting = ParamValues<(typeof compose)["params"]>;

const sum = (rows: readonly ComposeRow[], of: (row: ComposeRow) => number | null): number =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0);

/** A composition's rows as its figures, the memory it fills, and each step's operators; or why it cannot be. */
export function compositionView(rows: readonly ComposeRow[], setting: Setting): HTMLElement {
  const refused = rows.find(({step}) => step === "refused");
  if (refused) {
    return html`<p class="problem" role="alert"><strong>This cannot be</strong> (${refused.part}): ${refused.note}</p>`;
  }
  const of = (step: string) => rows.filter((row) => row.step === step);
  const [memory, prefill] = [of("memory"), of("prefill")];
  const decode = [...of("decode"), ...of("draft").map((row) => ({...row, part: `draft: ${row.part}`}))];
  const [free] = of("free");
  const [measured] = of("measured");
  const drawn = html`<div class="composition">
    ${headline(memory, prefill, decode, setting)}
    ${measured ? html`<p class="help">${provenanceMark("measured")} ${measured.part}: ${measured.note}.</p>` : null}
    ${memoryBar(memory, free)}
    ${stepTables(prefill, decode)}
  </div>`;
  return captioned("What does it cost?", compositionFinding(prefill, decode, setting), drawn);
}

/** What a step is bound by for most of its time. */
function boundOf(rows: readonly ComposeRow[]): string {
  const all = sum(rows, ({seconds}) => seconds);
  const memory = sum(
    rows.filter(({waits}) => waits === "memory"),
    ({seconds}) => seconds,
  );
  return memory >= all / 2
    ? `memory for ${numberText((100 * memory) / all, 3)} % of it`
    : `compute for ${numberText(100 - (100 * memory) / all, 3)} % of it`;
}

function compositionFinding(
  prefill: readonly ComposeRow[],
  decode: readonly ComposeRow[],
  {model, machine, weights}: Setting,
): string {
  const [read, write] = [prefill, decode].map((rows) =>
    quantityText(
      sum(rows, ({seconds}) => seconds),
      "s",
    ),
  );
  return `${model} with ${weights} weights on ${machine}: reading the prompt takes ${read}, bound by ${boundOf(prefill)}; a token takes ${write}, bound by ${boundOf(decode)}. All numbers are modelled bounds.`;
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
    [
      "memory",
      quantityText(
        sum(memory, ({bytes}) => bytes),
        "B",
      ),
    ],
    [
      "TTFT, time to first token",
      `${least} ${quantityText(
        sum(prefill, ({seconds}) => seconds),
        "s",
      )}`,
    ],
    ["TPOT, time per output token", `${least} ${quantityText(perToken, "s")}`],
    ["throughput", `${most} ${numberText(batch / perToken, 3)} tokens/s`],
    ["energy per token", `about ${numberText(sum(decode, ({joules}) => joules) / batch, 3)} J`],
  ];
  return html`<dl class="headline">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Parts of the memory, each a shade of the machine's. */
const MEMORY_LOOKS = looksOf(
  ["weights", "kv", "state", "activations", "draft"],
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
      ${parts.map(([name, bytes, colour]) => html`<li><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" style=${`fill: ${colour}`} /></svg>${name} ${quantityText(bytes, "B")}</li>`)}
      <li>${free.bytes === null ? "the system's memory" : `${quantityText(free.bytes, "B")} free of ${free.part}`}</li>
    </ul>
    <p class="help">Fits ${groupedDigits(free.note ?? "")}.</p>
  </div>`;
}

/** The operators of both steps, folded away; made when unfolded, for they follow every move of a control. */
function stepTables(prefill: readonly ComposeRow[], decode: readonly ComposeRow[]): HTMLElement {
  const folded: HTMLElement = html`<details><summary>Operator by operator</summary></details>`;
  const fill = () =>
    folded.append(html`<div class="step-tables">
      ${stepTable("Decode: one token of every sequence", decode)}
      ${stepTable("Prefill: reading the prompts", prefill)}
    </div>`);
  folded.addEventListener("toggle", fill, {once: true});
  return folded;
}

function stepTable(title: string, rows: readonly ComposeRow[]): HTMLElement {
  const seconds = sum(rows, (row) => row.seconds);
  const shown = rows.filter((row) => row.seconds! / seconds >= 0.001);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label=${title}><table class="step">
    <caption>${title}: ${quantityText(seconds, "s")}</caption>
    <thead><tr><th scope="col">operator</th><th scope="col">time</th><th scope="col">bytes</th><th scope="col">bound by</th></tr></thead>
    <tbody>${shown.map((row) => {
      const share = (100 * row.seconds!) / seconds;
      return html`<tr><td>${row.part}${row.runs! > 1 ? ` × ${numberText(row.runs!, 3)}` : null}</td>
        <td class="share" style=${`--share: ${share}%`}>${quantityText(row.seconds!, "s")}</td>
        <td>${quantityText(row.bytes!, "B")}</td><td>${row.waits === "arithmetic" ? "compute" : row.waits}</td></tr>`;
    })}</tbody>
  </table></div>`;
}
