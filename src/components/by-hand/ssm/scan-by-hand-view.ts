import {html} from "htl";
import {largest} from "../../../lib/stats/extent.js";
import {formulaLines} from "../../kit/text/formula-lines.js";
import {numberText} from "../../kit/text/number-text.js";
import {unbroken} from "../../kit/text/unbroken.js";
import {lever} from "./lever.js";
import {
  type ByHand,
  type ByHandScan,
  byHandFinding,
  byHandScan,
  SCENES,
  type ScanStep,
  SERIES_NAMES,
  TOKEN_SERIES,
  TOKENS,
} from "./scan-by-hand.js";

type SetState = (next: Partial<ByHand>) => void;

/** Numbers of a token in the scan, and those that they are computed from. */
const COMPUTED = {
  decay: {label: "kept: exp(Δ A)", signed: false, digits: 2},
  input: {label: "added: Δ B x", signed: true, digits: 3},
  state: {label: "state h", signed: true, digits: 3},
  output: {label: "output C h", signed: true, digits: 3},
} as const;

/** One channel, token by token: levers for what a reader sets, bars for what follows, and who is remembered. */
export function scanByHandView(values: ByHand, set: SetState): HTMLElement {
  const scan = byHandScan(values);
  return html`<div>
    <p class="found">${unbroken(byHandFinding(values))}</p>
    ${scenes(set)}
    ${stepsTable(scan, values, set)}
    <div class="scan-pair">
      <div><p class="question">Token ${values.token}, number by number</p>${formulaLines(stepFormulas(scan.steps[values.token - 1], values.A))}</div>
      <div><p class="question">Which tokens are in the state at token ${values.token}?</p>${rememberedTable(scan)}</div>
    </div>
    <p class="question">How much of each input reaches each output?</p>
    ${weightsTable(scan.weights, values.token)}
  </div>`;
}

/** The state in words, told after every change. */
export function scanByHandText(values: ByHand): string {
  const {decay, state, output} = byHandScan(values).steps[values.token - 1];
  return `token ${values.token} keeps ${numberText(decay, 3)} of the state before; its state is ${numberText(state, 3)}, its output ${numberText(output, 3)}`;
}

function scenes(set: SetState): HTMLElement {
  return html`<div class="scan-scenes" role="group" aria-label="Examples">${Object.entries(SCENES).map(
    ([name, state]) => {
      const button = html`<button type="button" data-focus=${`scene ${name}`}>${name}</button>`;
      button.onclick = () => set(state);
      return button;
    },
  )}</div>`;
}

function stepsTable({steps}: ByHandScan, values: ByHand, set: SetState): HTMLElement {
  const present = (t: number) => (t === values.token - 1 ? "present" : null);
  const heads = steps.map((_, t) => {
    const button = html`<button type="button" aria-pressed=${String(t === values.token - 1)} aria-label=${`Look at token ${t + 1}`} data-focus=${`token-${t}`}>${t + 1}</button>`;
    button.onclick = () => set({token: t + 1});
    return html`<th scope="col" class=${present(t)}>${button}</th>`;
  });
  const settable = SERIES_NAMES.map((series) => {
    const {label, min, max, step} = TOKEN_SERIES[series];
    return html`<tr><th scope="row">${label}</th>${steps.map((each, t) => {
      const name = `${series}${t + 1}`;
      const handle = lever({
        label: `${label} of token ${t + 1}`,
        focus: name,
        value: each[series],
        min,
        max,
        step,
        set: (value) => set({[name]: value}),
      });
      return html`<td class=${present(t)}>${handle}${numberText(each[series], 3)}</td>`;
    })}</tr>`;
  });
  const computed = Object.entries(COMPUTED).map(([name, {label, signed, digits}]) => {
    const cells = steps.map((each) => each[name as keyof ScanStep]);
    const most = signed ? Math.max(1, largest(cells.map(Math.abs))) : 1;
    return html`<tr><th scope="row">${label}</th>${cells.map(
      (value, t) =>
        html`<td class=${present(t)}>${bar(value / most, signed)}${numberText(value, digits)}</td>`,
    )}</tr>`;
  });
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="The scan, token by token"><table class="scan-steps">
    <thead><tr><th scope="col">token</th>${heads}</tr></thead>
    <tbody><tr class="group"><th scope="rowgroup" colspan=${TOKENS + 1}>you set (drag, or arrow keys)</th></tr>${settable}</tbody>
    <tbody><tr class="group"><th scope="rowgroup" colspan=${TOKENS + 1}>the scan makes of it</th></tr>${computed}</tbody>
  </table></div>`;
}

/** A bar of a share from -1 to 1, from the middle if it has a sign. */
function bar(share: number, signed: boolean): HTMLElement {
  const size = signed ? 50 * Math.abs(share) : 100 * share;
  const from = signed ? 50 + Math.min(0, 50 * share) : 0;
  return html`<span class=${signed ? "bar bar-signed" : "bar"} style=${`--from: ${from}%; --size: ${size}%`}></span>`;
}

function stepFormulas({x, delta, b, c, decay, input, before, state, output}: ScanStep, A: number) {
  const line = (symbol: string, formula: string, values: Record<string, number>, result: number) => ({
    symbol,
    formula,
    values,
    result,
    unit: "",
  });
  const short = (value: number) => Number(value.toPrecision(5));
  return [
    line("kept", "exp(delta * A)", {delta, A}, decay),
    line("added", "delta * B * x", {delta, B: b, x}, input),
    line(
      "state",
      "kept * before + added",
      {kept: short(decay), before: short(before), added: short(input)},
      state,
    ),
    line("output", "C * state", {C: c, state: short(state)}, output),
  ];
}

function rememberedTable({remembered}: ByHandScan): HTMLElement {
  const total = remembered.reduce((sum, part) => sum + Math.abs(part), 0);
  const most = Math.max(1e-300, largest(remembered.map(Math.abs)));
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Parts of the state"><table class="scan-steps">
    <thead><tr><th scope="col">token</th>${remembered.map((_, j) => html`<th scope="col">${j + 1}</th>`)}</tr></thead>
    <tbody>
      <tr><th scope="row">its part</th>${remembered.map((part) => html`<td>${bar(part / most, true)}${numberText(part, 2)}</td>`)}</tr>
      <tr><th scope="row">share</th>${remembered.map((part) => html`<td>${total === 0 ? "–" : `${numberText((100 * Math.abs(part)) / total, 2)} %`}</td>`)}</tr>
    </tbody></table></div>`;
}

/** The scan as a matrix: nothing above the diagonal, and all below it of one number of state. */
function weightsTable(weights: Float64Array, token: number): HTMLElement {
  const most = weights.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-300);
  const row = (i: number) =>
    Array.from({length: TOKENS}, (_, j) => {
      if (j > i) return html`<td></td>`;
      const weight = weights[i * TOKENS + j];
      return html`<td class="shaded" style=${`--share: ${Math.round((100 * Math.abs(weight)) / most)}%`}>${numberText(weight, 2)}</td>`;
    });
  const columns = Array.from({length: TOKENS}, (_, j) => j);
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Weights of inputs in outputs"><table class="weights">
    <thead><tr><th scope="col">output</th>${columns.map((j) => html`<th scope="col">x ${j + 1}</th>`)}</tr></thead>
    <tbody>${columns.map((i) => html`<tr class=${i === token - 1 ? "present" : null}><th scope="row">y ${i + 1}</th>${row(i)}</tr>`)}</tbody>
  </table></div>`;
}
