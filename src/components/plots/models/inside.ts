import type {CHANNEL_SITES, inside} from "../../../lib/experiments/models/inside.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import {KV_SITES} from "../row-names.js";

type InsideFigure = FigureOf<typeof inside>;
export type InsideRow = Parameters<InsideFigure["key"]>[0];

const keyOf = ({part, site, index}: InsideRow) => `${part} ${site} ${index}`;

/** What a reader calls the sites. */
export const SITE_NAMES: Readonly<
  Record<(typeof CHANNEL_SITES)[number] | (typeof KV_SITES)[number], string>
> = {
  "attention.input": "input of q, k, v",
  "attention.output": "input of o",
  "mlp.input": "input of gate and up",
  "mlp.hidden": "input of down",
  "layer.output": "stream after the layer",
  k: "keys before rotary",
  "k.rotated": "keys",
  v: "values",
};

/** Channels that stand this far above the typical value are named. */
const NAMED = 3;

/** The largest magnitude of every channel: who stands out. */
export const channelFigure: InsideFigure = {
  key: keyOf,
  draw(rows, {layer, site, model}) {
    const channels = rows.filter(({part}) => part === "channel");
    const points = channels.map((row) => ({
      key: keyOf(row),
      label: `channel ${row.index}`,
      x: row.index,
      y: row.value,
    }));
    const top = points.toSorted((a, b) => b.y - a.y).slice(0, NAMED);
    return {
      question: "Which channels stand out?",
      finding: `${SITE_NAMES[site]}, layer ${layer} of ${model}: the largest magnitudes are ${top.map(({label, y}) => `${numberText(y, 3)} (${label})`).join(", ")} times the rms of all channels. Every one of them sets the scale of its block.`,
      x: {label: "channel"},
      y: {label: "largest magnitude / rms of all channels"},
      series: [{name: "channels", family: "baseline", provenance: "measured", points}],
      labelled: new Set(top.map(({key}) => key)),
    };
  },
};

/** Singular values of keys and values: how many directions the cache uses. */
export const spectrumFigure: InsideFigure = {
  key: keyOf,
  draw(rows, {layer}) {
    const lines = KV_SITES.map(
      (site): Series => ({
        name: SITE_NAMES[site],
        family: "baseline",
        provenance: "measured",
        join: "line",
        points: rows
          .filter((row) => row.part === "spectrum" && row.site === site && row.value > 1e-6)
          .map((row) => ({
            key: keyOf(row),
            label: `${SITE_NAMES[site]}, ${row.index}`,
            x: row.index,
            y: row.value,
          })),
      }),
    );
    return {
      question: "How many directions do keys and values use?",
      finding: spectrumFinding(lines, layer),
      x: {label: "rank"},
      y: {label: "singular value / largest", log: true},
      series: lines,
    };
  },
};

function spectrumFinding(lines: readonly Series[], layer: number): string {
  const needed = lines.map(({name, points}) => {
    const energy = points.reduce((sum, {y}) => sum + y * y, 0);
    let kept = 0;
    const last = points.findIndex(({y}) => {
      kept += y * y;
      return kept >= 0.95 * energy;
    });
    return `${last + 1} for ${name}`;
  });
  return `Directions that hold 95 % of the squared length in layer ${layer}, of ${lines[0]?.points.length ?? 0}: ${needed.join(", ")}. Rotary embedding spreads what was concentrated: low-rank caches keep keys from before it.`;
}
