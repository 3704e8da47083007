import type {CHANNEL_SITES, inside} from "../../../lib/experiments/models/inside.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure, marksFigure} from "../figure.js";
import type {RowOf, RowPoint} from "../figure-spec.js";
import {KV_SITES} from "../row-names.js";
import {grouped} from "../series.js";

export type InsideRow = RowOf<typeof inside>;

const keyOf = ({part, site, index}: InsideRow) => `${part} ${site} ${index}`;

/** Names of the sites in a reader's words. */
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

const siteName = (site: string | null) => SITE_NAMES[site as keyof typeof SITE_NAMES];

/** Channels that stand this far above the typical value are named. */
const NAMED = 3;

const largest = (points: readonly RowPoint<InsideRow>[]) =>
  points.toSorted((a, b) => b.y - a.y).slice(0, NAMED);

/** The largest magnitude of every channel: who stands out. */
export const channelFigure = marksFigure<typeof inside>({
  experiment: "models/inside",
  question: "Which channels stand out?",
  drawn: (rows) => rows.filter(({part}) => part === "channel"),
  key: keyOf,
  label: ({index}) => `channel ${index}`,
  series: () => ({name: "channels", family: "baseline"}),
  x: {column: "index", label: "channel"},
  y: {column: "value", label: "largest magnitude / rms of all channels"},
  labelled: ({points}) => largest(points).map(({key}) => key),
  finding({points}, {layer, site, model}) {
    const named = largest(points).map(({label, y}) => `${numberText(y, 3)} (${label})`);
    return `Layer ${layer} of ${model}, ${siteName(site)}: the largest magnitudes are ${named.join(", ")} times the rms of all channels. Each of them sets the scale of its block.`;
  },
});

/** Singular values of keys and values: how many directions the cache uses. */
export const spectrumFigure = linesFigure<typeof inside>({
  experiment: "models/inside",
  question: "How many directions do keys and values use?",
  drawn: (rows) =>
    KV_SITES.flatMap((site) =>
      rows.filter((row) => row.part === "spectrum" && row.site === site && row.value > 1e-6),
    ),
  key: keyOf,
  label: ({site, index}) => `${siteName(site)}, ${index}`,
  series: ({site}) => ({name: siteName(site), family: "baseline"}),
  x: {column: "index", label: "rank"},
  y: {column: "value", label: "singular value / largest", log: true},
  finding({rows}, {layer}) {
    const sites = [...grouped(rows, ({site}) => site ?? "")];
    const needed = sites.map(([site, own]) => `${directions(own)} for ${siteName(site)}`);
    return `Directions that hold 95 % of the squared length in layer ${layer}, of ${sites[0]?.[1].length ?? 0}: ${needed.join(", ")}. ${rotaryFinding(new Map(sites))}`;
  },
});

/** What the rotary embedding does to keys, as the rows at hand have it. */
function rotaryFinding(sites: ReadonlyMap<string, readonly InsideRow[]>): string {
  const [plain, rotated] = ["k", "k.rotated"].map((site) => directions(sites.get(site) ?? []));
  return rotated > plain
    ? "Rotary embedding spreads what was concentrated: low-rank caches keep keys from before it."
    : "Here the rotary embedding spreads nothing.";
}

function directions(rows: readonly InsideRow[]): number {
  const energy = rows.reduce((sum, {value}) => sum + value * value, 0);
  let kept = 0;
  const last = rows.findIndex(({value}) => {
    kept += value * value;
    return kept >= 0.95 * energy;
  });
  return last + 1;
}
