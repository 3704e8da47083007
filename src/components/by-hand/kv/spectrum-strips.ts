import {html, svg} from "htl";
import {explorable} from "../../kit/explorable.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {groupLooks, type SpectrumRow} from "../../plots/kv/spectra.js";
import {colourOf, type Look} from "../../plots/palette.js";
import {ORDERS} from "../../plots/row-names.js";
import {grouped} from "../../plots/series.js";

const [HEIGHT, GAP] = [64, 0.15];

/** The singular values of every group as bars, and where a rank cuts them: moved without another run. */
export function spectrumStrips(rows: readonly SpectrumRow[]): HTMLElement {
  const own = rows.filter(({order}) => order === ORDERS[0]);
  const sizes = [...new Set(own.map(({groupSize}) => groupSize))].sort((a, b) => a - b);
  const layers = new Set(own.filter(({groupSize}) => groupSize === 1).map(({first}) => first)).size;
  const width = own.filter(
    ({groupSize, side, first}) => groupSize === 1 && side === "keys" && first === 0,
  ).length;
  const looks = groupLooks(own);
  return explorable({
    label: "Groups and ranks",
    prefix: "cut.",
    params: {
      side: {
        kind: "choice",
        label: "Spectrum of",
        options: ["keys", "rotated keys", "values"],
        default: "keys",
      },
      groupSize: {kind: "choice", label: "Layers of a group", options: sizes, default: sizes.at(-1)!},
      rank: {
        kind: "integer",
        label: "Rank for each layer",
        min: 1,
        max: width,
        default: Math.min(width, 4),
      },
    },
    draw({side, groupSize, rank}) {
      // Keys after rotary are there for single layers.
      const size = side === "rotated keys" ? 1 : groupSize;
      const groups = grouped(
        own.filter((row) => row.side === side && row.groupSize === size),
        ({first}) => String(first),
      );
      const cut = rank * size;
      const strips = html`<div class="spectra">${Array.from(groups.values(), (group) => strip(group, cut, layers, looks.get(String(size))!))}</div>`;
      return captioned(
        `What do ${rank} components for each layer keep?`,
        `Each bar is the root of a component's share of the squared length, largest first: its singular value, relative to all of them. ${side === "rotated keys" ? "Rotated keys are decomposed layer by layer. " : ""}A group keeps its first ${cut}; in a very long text that makes its ${side} ${numberText(width / rank, 3)} times smaller.`,
        strips,
      );
    },
  });
}

function strip(group: readonly SpectrumRow[], cut: number, layers: number, look: Look): HTMLElement {
  const {first, groupSize} = group[0];
  const last = Math.min(layers, first + groupSize) - 1;
  const kept = group[Math.min(cut, group.length) - 1].kept;
  const shares = group.map(({kept: upTo}, i) => upTo - (group[i - 1]?.kept ?? 0));
  const n = group.length;
  const bars = (from: number, to: number) =>
    shares
      .slice(from, to)
      .map((share, i) => {
        const height = HEIGHT * Math.sqrt(Math.max(0, share) / shares[0]);
        return `M${from + i + GAP / 2},${HEIGHT}V${HEIGHT - height}h${1 - GAP}V${HEIGHT}z`;
      })
      .join("");
  const name = last === first ? `layer ${first}` : `layers ${first} to ${last}`;
  const text = `${numberText(100 * kept, 3)} % kept by ${Math.min(cut, n)} of ${n}`;
  return html`<div class="spectrum" style=${`--colour: ${colourOf(look)}`}>
    <p class="map-title">${name}: ${text}</p>
    ${svg`<svg viewBox="0 0 ${n} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${`${name}: ${text}`}>
      <path class="strip-kept" d=${bars(0, cut)} /><path class="strip-lost" d=${bars(cut, n)} /></svg>`}
  </div>`;
}
