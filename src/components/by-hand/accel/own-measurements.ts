import {html} from "htl";
import {type Comparison, compareMeasurements, measurementsFromText} from "../../../lib/accel/measurements.js";
import {explorable} from "../../kit/explorable.js";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";

/** A box for measurements of one's own, each beside the bound of its machine; the text stands in the address. */
export function ownMeasurements(): HTMLElement {
  return explorable({
    label: "Your measurements beside the bound",
    prefix: "mine.",
    params: {
      lines: {
        kind: "text",
        label: "Yours, one a line: machine, model, bits per weight, tokens per second",
        maxLength: 2000,
        default: "",
      },
    },
    draw({lines}) {
      try {
        const found = compareMeasurements(measurementsFromText(lines));
        return found.length === 0
          ? html`<p>For example <code>rtx-4090, llama-3.1-8b, 4.25, 100</code>.</p>`
          : table(found);
      } catch (error) {
        return html`<p class="problem" role="alert">${(error as Error).message.replace("measurementsFromText: ", "")}</p>`;
      }
    },
  });
}

function table(found: readonly Comparison[]): HTMLElement {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Your speeds beside the bound"><table>
    <thead><tr><th scope="col">machine</th><th scope="col">model</th><th scope="col">weights</th><th scope="col">yours, tokens/s</th><th scope="col">${provenanceMark("modelled")} bound, tokens/s</th><th scope="col">reached</th></tr></thead>
    <tbody>${found.map(({measurement: m, bound, ratio}) => html`<tr><td>${m.machine}</td><td>${m.model}</td><td>${m.weightBits} bits</td><td>${numberText(m.tokensPerSecond)}</td><td>${numberText(bound, 3)}</td><td>${numberText(100 * ratio, 3)} %</td></tr>`)}</tbody>
  </table></div>`;
}
