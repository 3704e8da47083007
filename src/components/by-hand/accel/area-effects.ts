import {html} from "htl";
import type {logicBlocks} from "../../../lib/experiments/accel/logic-blocks.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";

type BlockRow = RowOf<typeof logicBlocks>;

/** Three effects on the area of a set, in percent of its area in ordinary blocks. */
interface Effects {
  readonly set: string;
  readonly ideal: number;
  readonly inputs: number;
  readonly growth: number;
  readonly area: number;
  readonly reported: number | undefined;
}

function effectsOf(rows: readonly BlockRow[]): Effects[] {
  return rows
    .filter(({kind}) => kind === "set")
    .map(({set, idealRatio, limitedRatio, areaRatio}) => {
      const [ideal, limited] = [idealRatio ?? 0, limitedRatio ?? 0];
      return {
        set,
        ideal: 100 * (1 - ideal),
        inputs: 100 * (limited - ideal),
        growth: 100 * (areaRatio - limited),
        area: 100 * (1 - areaRatio),
        reported: savedOf(rows.find((row) => row.kind === "reported" && row.set === set)),
      };
    });
}

const savedOf = (row: BlockRow | undefined) => (row === undefined ? undefined : 100 * (1 - row.areaRatio));
const percent = (value: number) => `${numberText(value, 3)} %`;

/** Which set saves most, and what its tile and inputs cost, in a sentence. */
function effectsFinding(rows: readonly BlockRow[]): string {
  return effectsOf(rows)
    .map(
      ({set, area, reported}) =>
        `${set}: ${percent(area)} less area, modelled, beside ${percent(reported ?? 0)} reported for the suite`,
    )
    .join("; ");
}

function bar({ideal, inputs, growth}: Effects): HTMLElement {
  const part = (name: string, share: number) =>
    html`<i class=${name} style=${`width: ${Math.max(0, share)}%`}></i>`;
  return html`<span class="effect-bar" aria-hidden="true">${part("left", 100 - ideal)}${part("inputs", inputs)}${part("growth", growth)}</span>`;
}

/** Savings of each set: by adders and tables at once, less what the limit of inputs and the larger tile take back. */
export function areaEffects(rows: readonly BlockRow[]): HTMLElement {
  const body = effectsOf(rows).map(
    (effects) => html`<tr><th scope="row">${effects.set}</th>
      <td>${percent(effects.ideal)}</td><td>${percent(effects.inputs)}</td><td>${percent(effects.growth)}</td>
      <td><strong>${percent(effects.area)}</strong></td><td>${percent(effects.reported ?? 0)}</td>
      <td>${bar(effects)}</td></tr>`,
  );
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Three effects on the area of each set"><table>
    <thead><tr><th scope="col">set</th><th scope="col">saved by working at once</th><th scope="col">lost to limited inputs</th>
      <th scope="col">lost to the larger tile</th><th scope="col">area saved, modelled</th><th scope="col">of the suite, reported</th><th scope="col">area, of the ordinary block's</th></tr></thead>
    <tbody>${body}</tbody></table></div>`;
  return captioned("What is left of the saving?", `${effectsFinding(rows)}.`, table);
}
