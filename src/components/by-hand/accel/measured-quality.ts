import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {formatsOnModel} from "../../../lib/experiments/models/formats-on-model.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";
import {ALL_SEEDS} from "../../plots/row-names.js";
import {differenceText, intervalText} from "../../plots/series.js";

type QualityRow = Row<(typeof formatsOnModel)["columns"]>;

/** The formats of a composition, as far as they can change what a model says. */
interface Chosen {
  readonly weights: string;
  readonly activations: string;
  readonly kv: string;
  readonly sparsity: string;
}

const WIDE = ["fp32", "fp16", "bf16"];

/** The activations of the measured table that stand for a choice: sixteen bits lose nothing that it would show. */
const stoodFor = (activations: string): string => (WIDE.includes(activations) ? "float32" : activations);

/**
 * Effect of a choice of formats on the predictions of the trained decoders: measured, and so kept apart from the
 * modelled costs beside it. Says so where the table that came with the site does not hold the choice.
 * @param table the shipped table of models/formats-on-model.
 */
export function measuredQuality(table: ArrayBuffer): (chosen: Chosen) => HTMLElement {
  const pooled = (readShippedTable(table) as unknown as QualityRow[]).filter(({seed}) => seed === ALL_SEEDS);
  return (chosen) => {
    const found = pooled.filter(
      ({format, method, activations, kv}) =>
        method === "rtn" &&
        format === chosen.weights &&
        activations === stoodFor(chosen.activations) &&
        kv === "float32",
    );
    return html`<section class="measured" aria-label="Measured on trained models">
      <h3>${provenanceMark("measured")} What these formats do to a trained model</h3>
      ${found.length > 0 ? qualityTable(found) : html`<p>Weights in ${chosen.weights} with activations in ${chosen.activations} are not in the table that came with this page.</p>`}
      <p class="help">${leftOut(chosen)} Measured on decoders of 200 thousand parameters, never on the model above: orders of formats carry over better than sizes of losses. <a href="../models/formats-on-a-working-model">How it was measured, and other combinations.</a></p>
    </section>`;
  };
}

function leftOut({kv, sparsity}: Chosen): string {
  const missing = [
    ...(WIDE.includes(kv) ? [] : [`a cache in ${kv}`]),
    ...(sparsity === "dense" ? [] : [`weights kept ${sparsity}`]),
  ];
  return missing.length > 0 ? `Without the effect of ${missing.join(" and of ")}.` : "";
}

function qualityTable(rows: readonly QualityRow[]): HTMLElement {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Measured quality"><table class="narrow">
    <thead><tr><th scope="col">trained model</th><th scope="col">perplexity</th><th scope="col">above its float32 self</th><th scope="col">KL divergence, mean</th><th scope="col">same likeliest word</th></tr></thead>
    <tbody>${rows.map(
      (row) => html`<tr><td>${row.model}</td><td>${numberText(row.perplexity)}</td>
      <td>${differenceText(row)}</td><td>${intervalText(row.klMean, row.klLow, row.klHigh)} nats</td>
      <td>${numberText(100 * row.sameTop, 3)} %</td></tr>`,
    )}</tbody>
  </table></div>`;
}
