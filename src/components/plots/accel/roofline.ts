import type {roofline} from "../../../lib/experiments/accel/roofline.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {grouped} from "../series.js";

type RooflineFigure = FigureOf<typeof roofline>;
type RooflineRow = Parameters<RooflineFigure["key"]>[0];
type Setting = Parameters<RooflineFigure["draw"]>[1];

/** What moves bytes: operators that ride with a neighbour have no place on the roofline. */
const isDrawn = ({intensity}: RooflineRow): boolean => Number.isFinite(intensity) && intensity > 0;

/** The roof of a compute format: the bandwidth's slope up to the ridge, then flat. */
function roof(name: string, peak: number, bandwidth: number, [low, high]: readonly [number, number]): Series {
  const ridge = (peak * 1000) / bandwidth;
  const at = (x: number, y: number): Point => ({key: `${name} at ${x}`, label: name, x, y});
  const points = [
    at(low, Math.min(peak, (low * bandwidth) / 1000)),
    ...(ridge > low && ridge < high ? [at(ridge, peak)] : []),
    at(high, Math.min(peak, (high * bandwidth) / 1000)),
  ];
  return {name, family: "baseline", provenance: "modelled", join: "guide", points};
}

function roofs(rows: readonly RooflineRow[], extent: readonly [number, number]): Series[] {
  const byFormat = new Map(rows.map((row) => [row.multipliedIn, row]));
  return Array.from(byFormat.values(), ({multipliedIn, peakTops, bandwidthGBs}) =>
    roof(`${multipliedIn}: ${numberText(peakTops, 3)} TFLOP/s`, peakTops, bandwidthGBs, extent),
  );
}

/** Operators on the roofline: where a mark lies under the slope, the machine waits for memory. */
export const rooflineFigure: RooflineFigure = {
  key: ({operator}) => operator,
  draw(rows, setting) {
    const drawn = rows.filter(isDrawn);
    const intensities = drawn.map(({intensity}) => intensity);
    const ridges = drawn.map(({peakTops, bandwidthGBs}) => (peakTops * 1000) / bandwidthGBs);
    const extent = [
      Math.min(...intensities, ...ridges) / 3,
      Math.max(...intensities, ...ridges) * 3,
    ] as const;
    const marks = grouped(drawn, ({family}) => family);
    return {
      question: "Which operators wait for memory?",
      finding: rooflineFinding(rows, setting),
      x: {label: "intensity", unit: "FLOP per byte", log: true},
      y: {label: "rate at most", unit: "TFLOP/s", log: true},
      series: [
        ...roofs(drawn, extent),
        ...Array.from(
          marks,
          ([family, members]): Series => ({
            name: family,
            family: family as Family,
            provenance: "modelled",
            points: members.map(({operator, intensity, reachedTops}) => ({
              key: operator,
              label: operator,
              x: intensity,
              y: reachedTops,
            })),
          }),
        ),
      ],
      labelled: labelledOperators(drawn),
    };
  },
};

/** The longest operator of every place: those that lie on one another are named once. */
function labelledOperators(rows: readonly RooflineRow[]): Set<string> {
  const places = grouped(rows, ({intensity}) => intensity.toPrecision(2));
  return new Set(
    Array.from(
      places.values(),
      (members) => members.reduce((a, b) => (b.seconds > a.seconds ? b : a)).operator,
    ),
  );
}

function rooflineFinding(rows: readonly RooflineRow[], {phase, batch, weights, machine}: Setting): string {
  const seconds = (of: readonly RooflineRow[]) => of.reduce((sum, row) => sum + row.seconds, 0);
  const waiting = seconds(rows.filter(({bound}) => bound === "memory")) / seconds(rows);
  const what = phase === "decode" ? `a token for each of ${batch} sequences` : `reading ${batch} prompts`;
  return `With ${weights} weights on ${machine}, ${what} takes at least ${numberText(1000 * seconds(rows), 3)} ms; ${numberText(100 * waiting, 3)} % of it waits for memory.`;
}

/** How long each operator takes at least: work against traffic, where the longer one counts. */
export const rooflineTimeFigure: RooflineFigure = {
  key: ({operator}) => operator,
  draw(rows) {
    // What takes less than a thousandth of the step would stretch the axes over decades of nothing.
    const drawn = rows.filter(({share}) => share > 0.1);
    const longest = drawn.reduce((a, b) => (b.seconds > a.seconds ? b : a));
    const point = (row: RooflineRow): Point => ({
      key: row.operator,
      label: row.operator,
      x: (row.runs * row.bytes) / 1e9,
      y: row.seconds * 1000,
    });
    const moved = drawn.filter(({bytes}) => bytes > 0);
    const slope = (x: number): Point => ({
      key: `memory at ${x}`,
      label: "memory alone",
      x,
      y: (x / longest.bandwidthGBs) * 1000,
    });
    const xs = moved.map((row) => point(row).x);
    return {
      question: "Where does the time go?",
      finding: `${longest.operator} takes most, ${numberText(longest.share, 3)} % of the step. On the grey line an operator takes as long as its bytes; above it arithmetic takes longer.`,
      x: {label: "bytes moved by all runs", unit: "GB", log: true},
      y: {label: "time of all runs", unit: "ms", log: true},
      series: [
        {
          name: "memory alone",
          family: "baseline",
          provenance: "modelled",
          join: "guide",
          points: [slope(Math.min(...xs)), slope(Math.max(...xs))],
        },
        ...Array.from(
          grouped(moved, ({family}) => family),
          ([family, members]): Series => ({
            name: family,
            family: family as Family,
            provenance: "modelled",
            points: members.map(point),
          }),
        ),
      ],
      labelled: labelledOperators(moved),
    };
  },
};
