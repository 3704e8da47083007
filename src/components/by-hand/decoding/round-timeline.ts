import {html, svg} from "htl";
import type {Row, TableRows} from "../../../lib/experiment/columns.js";
import type {offload} from "../../../lib/experiments/decoding/offload.js";
import type {ParamValues} from "../../../lib/technique/params.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";

type OffloadRow = Row<(typeof offload)["columns"]>;
type Tables = TableRows<(typeof offload)["columns"], (typeof offload)["tables"]>;
type Setting = ParamValues<(typeof offload)["params"]>;

/** Width of the drawing in its own units. */
const WIDTH = 1000;
const LANE = 26;

/** One round on a line of time: the draft, the copies over the link, and the computation that waits for them. */
export function roundTimeline(rows: readonly OffloadRow[], {depth}: Setting, tables: object): HTMLElement {
  const {spans} = tables as Tables;
  const drafted = rows.find((row) => row.depth === depth);
  const plain = rows.find((row) => row.depth === 0);
  if (drafted === undefined || plain === undefined) return html`<p>There is no round to draw.</p>`;
  const draft = drafted.draftSeconds * drafted.tokens;
  const total = drafted.secondsPerToken * drafted.tokens;
  return captioned(
    "Where does the time of a round go?",
    `A round of ${numberText(total, 3)} s: ${numberText(draft, 2)} s of drafting, then one pass whose ${drafted.copiedLayers} copied layers take ${numberText(drafted.transferSeconds * drafted.tokens, 3)} s on the link. It gives ${numberText(drafted.tokens, 3)} tokens; plain offloading needs ${numberText(plain.secondsPerToken * drafted.tokens, 3)} s for as many.`,
    html`<div class="timeline-pair">
      ${lanes(
        "A round with drafts",
        spans.filter(({method}) => method === drafted.method),
        draft,
        total,
      )}
      ${lanes(
        "Plain offloading: one token",
        spans.filter(({method}) => method === plain.method),
        0,
        total,
      )}
    </div>`,
  );
}

/** Link and computation of a pass, after a draft. */
function lanes(name: string, spans: Tables["spans"], draft: number, total: number): HTMLElement {
  const x = (seconds: number) => (WIDTH * seconds) / total;
  const bar = (lane: number, from: number, to: number, kind: string) =>
    svg`<rect class=${kind} x=${x(from)} y=${lane * LANE + 4} width=${Math.max(0.8, x(to - from) - 0.6)} height=${LANE - 8} />`;
  const copies = spans.flatMap(({copyFrom, copyTo}) =>
    copyFrom === null || copyTo === null ? [] : [bar(0, draft + copyFrom, draft + copyTo, "copy")],
  );
  const computed = spans.map(({computeFrom, computeTo}) =>
    bar(1, draft + computeFrom, draft + computeTo, "compute"),
  );
  const end = draft + (spans.at(-1)?.computeTo ?? 0);
  return html`<div class="timeline">
    <p class="block-facts"><span>${name}</span> <span class="muted">${numberText(end, 3)} s</span></p>
    <div class="timeline-lanes"><p class="muted">link</p><p class="muted">computing</p>
    ${svg`<svg viewBox=${`0 0 ${WIDTH} ${2 * LANE}`} preserveAspectRatio="none" role="img" aria-label=${`${name}: copies over the link and computation, ${numberText(end, 3)} seconds`}>
      <path class="axis" d=${`M0,${LANE}H${WIDTH}`} />${draft > 0 ? bar(1, 0, draft, "draft") : null}${copies}${computed}</svg>`}</div>
  </div>`;
}
