import {html, svg} from "htl";
import type {SelectiveScanInput} from "../../../lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../../lib/engine/scan/selective-scan.js";
import {selectiveScanMatrix} from "../../../lib/ssm/scan/scan-matrix.js";
import {selectiveScanAssociative} from "../../../lib/ssm/scan/selective-scan-associative.js";
import {selectiveScanChunked} from "../../../lib/ssm/scan/selective-scan-chunked.js";
import {largest} from "../../../lib/stats/extent.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

/** Tokens of the scan that is cut into chunks. */
const TOKENS = 12;
const STATE_SIZE = 2;

/** A scan of one channel with two numbers of state; every token keeps `keep` of it on average. */
function scanOf(keep: number, seed: number): SelectiveScanInput {
  const stream = randomStream(seed, "chunks by hand");
  const normal = (count: number) => Float64Array.from({length: count}, () => stream.normal());
  return {
    channels: 1,
    stateSize: STATE_SIZE,
    u: normal(TOKENS),
    delta: Float64Array.from({length: TOKENS}, () => 0.5 + stream.uniform()),
    A: Float64Array.of(Math.log(keep), Math.log(keep) / 2),
    B: normal(TOKENS * STATE_SIZE),
    C: normal(TOKENS * STATE_SIZE),
    deltaSoftplus: false,
  };
}

/** A scan cut into chunks: its matrix with what each chunk does alone and what comes through the state, and the numbers. */
export function scanChunks({
  chunkSize,
  keep,
  seed,
}: {
  readonly chunkSize: number;
  readonly keep: number;
  readonly seed: number;
}): HTMLElement {
  const input = scanOf(keep, seed);
  const count = Math.ceil(TOKENS / chunkSize);
  const finding =
    count === 1
      ? "One chunk: every weight of a pair is computed, and no state is carried."
      : `${count} chunks: inside each, outputs are a small matrix times inputs; everything earlier comes through the ${STATE_SIZE} numbers of state that the chunk before hands on, ${count - 1} times.`;
  return html`<div class="scan-pair">
    ${captioned("How does an input reach an output?", `Columns are inputs, rows outputs, the first at the top; a stronger colour is a larger weight. ${finding}`, html`<div><p class="step-name">inputs, from the first to the last →</p>${matrix(input, chunkSize)}${chunkLegend()}${carried(input, chunkSize)}</div>`)}
    ${formsTable(input, chunkSize)}
  </div>`;
}

function matrix(input: SelectiveScanInput, chunkSize: number): SVGElement {
  const weights = selectiveScanMatrix(input, 0);
  const most = weights.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-300);
  const cells = Array.from(weights, (weight, cell) => {
    const [i, j] = [Math.floor(cell / TOKENS), cell % TOKENS];
    if (j > i) return null;
    const own = Math.floor(i / chunkSize) === Math.floor(j / chunkSize);
    const opacity = 0.12 + (0.88 * Math.abs(weight)) / most;
    return svg`<rect class=${own ? "chunk-own" : "chunk-carried"} x=${j} y=${i} width="1" height="1" fill-opacity=${opacity.toFixed(3)} />`;
  });
  const outlines = chunkStarts(chunkSize).map((from) => {
    const size = Math.min(chunkSize, TOKENS - from);
    return svg`<rect class="chunk-outline" x=${from} y=${from} width=${size} height=${size} />`;
  });
  return svg`<svg class="chunk-matrix" viewBox="-0.1 -0.1 12.2 12.2" role="img"
    aria-label=${`The matrix of the scan: rows are outputs, columns inputs; chunks of ${chunkSize} along the diagonal`}>
    <path class="chunk-ground" d="M0,0L12,12H0Z" />${cells}${outlines}</svg>`;
}

const chunkStarts = (chunkSize: number) =>
  Array.from({length: Math.ceil(TOKENS / chunkSize)}, (_, chunk) => chunk * chunkSize);

function chunkLegend(): HTMLElement {
  return html`<ul class="chunk-legend"><li style="--colour: var(--family-state-space)">inside a chunk</li><li style="--colour: var(--accent)">through the state</li></ul>`;
}

/** The state after every chunk but the last. */
function carried(input: SelectiveScanInput, chunkSize: number): HTMLElement | null {
  const ends = chunkStarts(chunkSize).slice(1);
  if (ends.length === 0) return null;
  const shown = ends.map((end) => {
    const {state} = selectiveScan({
      ...input,
      u: input.u.subarray(0, end),
      delta: input.delta.subarray(0, end),
      B: input.B.subarray(0, end * STATE_SIZE),
      C: input.C.subarray(0, end * STATE_SIZE),
    });
    return html`<li>after token ${end}: ${Array.from(state, (value) => numberText(value, 3)).join(", ")}</li>`;
  });
  return html`<details><summary>The states handed on</summary><ol>${shown}</ol></details>`;
}

function formsTable(input: SelectiveScanInput, chunkSize: number): HTMLElement {
  const {y} = selectiveScan(input);
  const chunked = selectiveScanChunked(input, {chunkSize}).y;
  const tree = selectiveScanAssociative(input).y;
  const worst = largest(
    Array.from(y, (value, t) => Math.max(Math.abs(chunked[t] - value), Math.abs(tree[t] - value))),
  );
  const digits = (value: number) => numberText(value, 3);
  const row = (t: number) =>
    html`<tr><th scope="row">${t + 1}</th><td>${digits(y[t])}</td><td>${digits(chunked[t])}</td><td>${digits(tree[t])}</td></tr>`;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Outputs of three forms"><table class="numbers">
    <thead><tr><th scope="col">token</th><th scope="col">recurrent</th><th scope="col">in chunks</th><th scope="col">associative</th></tr></thead>
    <tbody>${Array.from(y, (_, t) => row(t))}</tbody>
  </table></div>`;
  return captioned(
    "Do they give the same numbers?",
    `The greatest difference of any two outputs is ${numberText(worst, 2)}: rounding in another order.`,
    table,
  );
}
