import {html} from "htl";
import {captioned} from "../../kit/text/captioned.js";
import {apart, numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {type ContextRow, tokenText} from "../../plots/kv/context.js";
import {kindLook} from "../../plots/kv/kinds.js";
import {colourOf} from "../../plots/palette.js";

/** Every technique at the context that was asked for: what it is set to, what it takes, what fits. */
export function contextList(rows: readonly ContextRow[]): HTMLElement {
  const chosen = rows.filter(({isChosen}) => isChosen);
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Cache and largest context by technique"><table class="quality changes">
    <thead><tr><th scope="col">technique</th><th scope="col">${provenanceMark("modelled")} largest context</th><th scope="col">bytes per token</th><th scope="col">cache, GB</th><th scope="col">times smaller</th><th scope="col">set to</th></tr></thead>
    <tbody>${chosen.map(line)}</tbody>
  </table></div>`;
  const {model = "", context = 0} = chosen[0] ?? {};
  return captioned(
    "What does each technique take?",
    `${model} at ${tokenText(context)}, every number modelled from its sizes. All tokens are taken as a prompt that was read and then compressed; tokens that are written later are not counted.`,
    table,
  );
}

function line(row: ContextRow): HTMLElement {
  const {technique, kind, bytesPerToken, cacheBytes, ratio, largestContext, note, how} = row;
  return html`<tr style=${`--colour: ${colourOf(kindLook(kind))}`}>
    <th scope="row">${technique}</th>
    <td>${largestContext === null ? "–" : apart(largestContext)}</td>
    <td>${bytesPerToken === null ? "–" : apart(Math.round(bytesPerToken))}</td>
    <td>${cacheBytes === null ? "–" : numberText(cacheBytes / 1e9, 3)}</td>
    <td>${ratio === null ? "–" : ratio.toFixed(2)}</td>
    <td class="muted set-to">${note ?? how}</td>
  </tr>`;
}
