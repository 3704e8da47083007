import {html} from "htl";
import type {TableRows} from "../../../lib/experiment/columns.js";
import type {oneText} from "../../../lib/experiments/diffusion/one-text.js";
import {largest} from "../../../lib/stats/extent.js";
import {player} from "../../kit/player.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";

export type TextRow = RowOf<typeof oneText>;
type StepRow = TableRows<(typeof oneText)["columns"], (typeof oneText)["tables"]>["steps"][number];

const percent = (share: number) => `${numberText(100 * share, 2)} %`;

/** A text as it comes out of its masks, pass by pass: a drawing for a run that keeps its place when rows change. */
export function unmaskingView(): (rows: readonly TextRow[], params: {readonly order: string}) => HTMLElement {
  let step = 0;
  return (rows, {order}) => {
    const last = largest(rows.map((row) => row.step));
    step = Math.min(step, last);
    const place = html`<div></div>`;
    const draw = () => place.replaceChildren(passView(rows, step, last, order));
    const go = (to: number) => {
      step = to;
      draw();
    };
    const controls = player({label: "passes", first: 0, last: () => last, at: () => step, go});
    draw();
    return html`<div class="unmasking">${controls}${place}${orderStrip(rows, last)}</div>`;
  };
}

/** The text after a pass: new words marked, masks with the word that they would get. */
function passView(rows: readonly TextRow[], step: number, last: number, order: string): HTMLElement {
  const own = rows.filter((row) => row.step === step);
  const fresh = own.filter(({state}) => state === "new").map(({word}) => word);
  const left = own.filter(({state}) => state === "mask").length;
  const list = html`<ol class="words masks" aria-label=${`The text after pass ${step + 1}`}>${own.map(cell)}</ol>`;
  const rule = order === "low_confidence" || order === "guided" ? "" : " by this rule";
  return captioned(
    `Pass ${step + 1} of ${last + 1}: which words can it write?`,
    `It writes ${fresh.map((word) => `“${word}”`).join(", ")}${rule}; ${left === 0 ? "no mask is left" : `${left} ${left === 1 ? "mask is" : "masks are"} left, each with the word that it would get now`}.`,
    list,
  );
}

function cell({word, state, draft, confidence}: TextRow): HTMLElement {
  const isMask = state === "mask";
  const sure = confidence === null ? "" : confidence >= 0 ? percent(confidence) : numberText(confidence, 2);
  const share = confidence === null ? 0 : Math.round(100 * Math.min(1, Math.max(0, confidence)));
  const below =
    isMask || state === "new"
      ? html`<span class="muted">${isMask ? `${draft ?? ""} ` : ""}${sure}</span>`
      : "";
  return html`<li class=${`state-${state}`} style=${`--share: ${isMask || state === "new" ? share : 0}%`}><span>${isMask ? "▢" : word}</span> ${below}</li>`;
}

/** In which pass each word was written, for the whole text at once. */
function orderStrip(rows: readonly TextRow[], last: number): HTMLElement {
  const written = rows.filter(({state}) => state === "new");
  const byPlace = written.toSorted((a, b) => a.position - b.position);
  const list = html`<ol class="words" aria-label="Words and the pass that wrote each">${byPlace.map(
    ({word, step}) =>
      html`<li style=${`--share: ${Math.round((100 * (last + 1 - step)) / (last + 1))}%`}><span>${word}</span> <span class="muted">${step + 1}</span></li>`,
  )}</ol>`;
  return captioned(
    "In which pass was each word written?",
    `${byPlace.length} words in ${last + 1} passes; the stronger its colour, the earlier a word was written. ${orderFinding(byPlace)}`,
    list,
  );
}

function orderFinding(words: readonly TextRow[]): string {
  const pairs = words.slice(1).map(({step}, i) => step - words[i].step);
  const back = pairs.filter((change) => change < 0).length;
  return back === 0 ? "They came from left to right." : `${back} of them came before the word on their left.`;
}

/** What the guide let stand in each pass. */
export function agreementView(rows: readonly TextRow[], steps: readonly StepRow[]): HTMLElement {
  const most = largest(steps.map(({drafted}) => drafted));
  const words = (step: number) =>
    rows.filter((row) => row.step === step && row.state === "new").map(({word}) => word);
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Drafts and what stood, pass by pass"><table>
    <thead><tr><th scope="col">pass</th><th scope="col">drafts</th><th scope="col">agreed</th><th scope="col">written</th></tr></thead>
    <tbody>${steps.map(
      ({step, drafted, accepted}) =>
        html`<tr><th scope="row">${step + 1}</th><td>${drafted}</td><td class="shaded" style=${`--share: ${Math.round((100 * (accepted ?? 0)) / most)}%`}>${accepted ?? "–"}</td><td>${words(step).join(" ")}</td></tr>`,
    )}</tbody>
  </table></div>`;
  const agreed = steps.reduce((sum, {accepted}) => sum + (accepted ?? 0), 0);
  const tokens = steps.reduce((sum, {written}) => sum + written, 0);
  const refused = steps.filter(({accepted}) => accepted === 0).length;
  return captioned(
    "How many drafts does the guide let stand?",
    `${tokens} words in ${steps.length} passes: ${agreed} on which both models agree, and ${refused} that are written although the guide refused them, because a pass writes at least one.`,
    table,
  );
}
