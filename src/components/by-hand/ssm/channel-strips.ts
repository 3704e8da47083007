import {html, svg} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {outliers} from "../../../lib/experiments/ssm/outliers.js";
import type {MambaTensor} from "../../../lib/ssm/quantize/mamba-tensors.js";
import {largest} from "../../../lib/stats/extent.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {grouped} from "../../plots/series.js";

type ChannelRow = Row<(typeof outliers)["columns"]>;

/** Names of the tensors of a mixer, for readers. */
export const TENSOR_NAMES: Readonly<Record<MambaTensor, string>> = {
  input: "normed input",
  x: "x, the scan's input",
  B: "B",
  C: "C",
  delta: "Δ, as projected",
  output: "gated output",
  state: "state",
};

const SHADES = 8;
const WIDTH = 512;
const HEIGHT = 14;

/** A strip a layer and tensor, a column a channel: the stronger its colour, the further its largest value stands out. */
export function channelStrips(rows: readonly ChannelRow[]): HTMLElement {
  const most = largest(rows.map(({absMaxOverRms}) => absMaxOverRms));
  const tensors = grouped(rows, ({tensor}) => tensor);
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Largest magnitude of every channel"><table class="channel-strips">
    <thead><tr><th scope="col">tensor</th><th scope="col">layer</th><th scope="col">channels, each by its largest magnitude</th><th scope="col">largest / rms, at channel</th></tr></thead>
    ${Array.from(tensors, ([tensor, members]) => tensorBody(tensor as MambaTensor, members, most))}
  </table></div>`;
  return captioned("Which channels have outliers?", stripsFinding(rows), table);
}

function tensorBody(tensor: MambaTensor, rows: readonly ChannelRow[], most: number): HTMLElement {
  const layers = [...grouped(rows, ({layer}) => String(layer)).values()];
  return html`<tbody>${layers.map((channels, i) => {
    const top = worstOf(channels);
    return html`<tr>${i === 0 ? html`<th scope="rowgroup" rowspan=${layers.length}>${TENSOR_NAMES[tensor]}</th>` : null}
      <td>${top.layer}</td><td>${strip(channels, most)}</td><td>${numberText(top.absMaxOverRms, 3)} <span class="muted">at ${top.channel}</span></td></tr>`;
  })}</tbody>`;
}

/** One path a shade: a few hundred channels would else be as many elements. */
function strip(channels: readonly ChannelRow[], most: number): SVGElement {
  const width = WIDTH / channels.length;
  const shades = grouped(channels, ({absMaxOverRms}) => String(Math.ceil((SHADES * absMaxOverRms) / most)));
  return svg`<svg class="strip" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${`${channels.length} channels`}>
    <rect class="strip-ground" width=${WIDTH} height=${HEIGHT} />
    ${Array.from(shades, ([shade, members]) => {
      const path = members.map(({channel}) => `M${channel * width},0h${width}v${HEIGHT}h${-width}Z`);
      return svg`<path d=${path.join("")} opacity=${Number(shade) / SHADES} />`;
    })}
  </svg>`;
}

function worstOf(rows: readonly ChannelRow[]): ChannelRow {
  return rows.reduce((a, b) => (b.absMaxOverRms > a.absMaxOverRms ? b : a));
}

function stripsFinding(rows: readonly ChannelRow[]): string {
  const told = Array.from(
    grouped(rows, ({tensor}) => tensor),
    ([tensor, members]) => ({
      name: TENSOR_NAMES[tensor as MambaTensor],
      value: worstOf(members).absMaxOverRms,
    }),
  ).toSorted((a, b) => b.value - a.value);
  return `Largest magnitudes over the rms of their tensor, in the worst layer: ${told.map(({name, value}) => `${name} ${numberText(value, 3)}`).join("; ")}. One scale for a whole tensor is set by its largest channel.`;
}
