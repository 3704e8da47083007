import {html} from "htl";
import type {Row, TableRows} from "../../../lib/experiment/columns.js";
import type {oneProblem} from "../../../lib/experiments/decoding/one-problem.js";
import type {splitReason} from "../../../lib/experiments/decoding/split-reason.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {player} from "../../kit/player.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {shareBars} from "../../plots/share-bars.js";

type PartRow = Row<(typeof oneProblem)["columns"]>;
type Tables = TableRows<(typeof oneProblem)["columns"], (typeof oneProblem)["tables"]>;
type StepRow = Tables["steps"][number];

/** The work on a problem part by part, with what the large model wrote marked, and the right steps beside it. */
export function splitTextView(
  rows: readonly PartRow[],
  _params: ParamValues<(typeof oneProblem)["params"]>,
  tables: object,
): HTMLElement {
  const {steps} = tables as Tables;
  const text = html`<p class="draft-text split-text"></p>`;
  const question = `Q:${steps[0]?.expression}=? `;
  let shown = rows.length;
  const show = (parts: number): void => {
    shown = parts;
    text.replaceChildren(
      html`<span class="muted">${question}</span>`,
      ...rows.slice(0, parts).flatMap(partMark),
    );
  };
  show(rows.length);
  const parts = {label: "parts of the text", first: 1, last: () => rows.length, at: () => shown, go: show};
  return captioned(
    "Who wrote what?",
    partsFinding(rows, steps),
    html`<div class="draft-round">
      ${player(parts)}
      ${text}
      <p class="block-facts"><span class="split-text"><span class="large">by the large model</span></span> <span>everything else by the small one, tags too</span></p>
      <table>
        <thead><tr><th>correct step</th><th>difficulty</th><th>as written</th></tr></thead>
        <tbody>${steps.map(stepRow)}</tbody>
      </table>
    </div>`,
  );
}

/** Tags are written by the small model even where they close a part of the large one. */
const partMark = ({writer, text}: PartRow): (HTMLElement | string)[] =>
  text
    .split(/(<\/?bigmodel>)/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      if (/^<\/?bigmodel>$/.test(piece)) return html`<span class="muted">${piece}</span>`;
      return writer === "large" ? html`<span class="large">${piece}</span>` : piece;
    });

const stepRow = ({step, difficulty, isWritten}: StepRow): HTMLElement =>
  html`<tr><td>${step.slice(0, -1)}</td><td>${difficulty}</td><td>${isWritten ? "right" : "missing or wrong"}</td></tr>`;

/** Who wrote how much, and whether the answer is right. */
export function partsFinding(rows: readonly PartRow[], steps: readonly StepRow[]): string {
  const lengths = {small: 0, large: 0};
  for (const {writer, text} of rows)
    lengths[writer === "large" ? "large" : "small"] += text.replaceAll(/<\/?bigmodel>/g, "").length;
  const share = lengths.large / Math.max(1, lengths.large + lengths.small);
  const wrong = steps.filter(({isWritten}) => !isWritten).length;
  const [first] = steps;
  const answer = first?.isSolved
    ? "The answer is right"
    : `The answer is wrong; it should be ${first?.answer}`;
  const slips =
    wrong === 0
      ? ""
      : `, and ${wrong} of ${steps.length} steps ${wrong === 1 ? "is" : "are"} missing or wrong`;
  return `${answer}${slips}. The large model wrote ${numberText(100 * share, 2)} % of the work.`;
}

type PlaceRow = TableRows<(typeof splitReason)["columns"], (typeof splitReason)["tables"]>["places"][number];

/** Where in the work the large model writes, tenth by tenth, with all requests of the learned tags granted. */
export function placesView(_rows: readonly unknown[], _params: unknown, tables: object): HTMLElement {
  const {places} = tables as {readonly places: readonly PlaceRow[]};
  const own = places.filter(({policy, share}) => policy === "learned" && share === 1);
  return captioned(
    "Where in the work does the large model write?",
    placesFinding(own),
    shareBars(
      own.map(({tenth, largeShare}) => ({
        name: `${10 * (tenth - 1)} to ${10 * tenth} % of the text`,
        value: largeShare,
        text: `${numberText(100 * largeShare, 2)} %`,
      })),
    ),
  );
}

/** The tenth of the work with most of its characters by the large model. */
export function placesFinding(places: readonly PlaceRow[]): string {
  const [most] = places.toSorted((a, b) => b.largeShare - a.largeShare);
  const [least] = places.toSorted((a, b) => a.largeShare - b.largeShare);
  if (most === undefined || least === undefined) return "No part was handed over.";
  return `Most between ${10 * (most.tenth - 1)} and ${10 * most.tenth} % of the text, ${numberText(100 * most.largeShare, 2)} % of its characters, and least between ${10 * (least.tenth - 1)} and ${10 * least.tenth} %, ${numberText(100 * least.largeShare, 2)} %.`;
}
