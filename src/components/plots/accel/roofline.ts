import type {roofline} from "../../../lib/experiments/accel/roofline.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import type {Series} from "../chart/chart-spec.js";
import {marksFigure} from "../figure.js";
import type {RowOf, SettingOf} from "../figure-spec.js";
import {grouped, guide, ofFamily} from "../series.js";

type RooflineRow = RowOf<typeof roofline>;

/** An operator in words: `q projection`, `ffn norm`. */
const operatorText = (operator: string): string =>
  operator.length === 1 ? `${operator} projection` : operator.replaceAll("_", " ");

const shared = {
  key: ({operator}: RooflineRow) => operator,
  label: ({operator}: RooflineRow) => operatorText(operator),
  series: ({family}: RooflineRow) => ofFamily(family),
  labelled: ({rows}: {readonly rows: readonly RooflineRow[]}) => labelledOperators(rows),
};

/** Operators on the roofline: where a mark lies under the slope, the machine waits for memory. */
export const rooflineFigure = marksFigure<typeof roofline>({
  experiment: "accel/roofline",
  ...shared,
  question: "Which operators are bound by memory?",
  // Operators that ride with a neighbour move no bytes and have no place on the roofline.
  drawn: (rows) => rows.filter(({intensity}) => Number.isFinite(intensity) && intensity > 0),
  x: {column: "intensity", provenance: "modelled", label: "intensity", unit: "FLOP per byte", log: true},
  y: {column: "reachedTops", provenance: "modelled", label: "rate at most", unit: "TFLOP/s", log: true},
  guides: ({rows}) => roofs(rows),
  finding: (_, setting, all) => rooflineFinding(all, setting),
});

const ridgeOf = ({peakTops, bandwidthGBs}: RooflineRow) => (peakTops * 1000) / bandwidthGBs;

function roofs(rows: readonly RooflineRow[]): Series[] {
  const places = rows.flatMap((row) => [row.intensity, ridgeOf(row)]);
  const extent = [smallest(places) / 3, largest(places) * 3] as const;
  const byFormat = new Map(rows.map((row) => [row.multipliedIn, row]));
  return Array.from(byFormat.values(), (row) => roof(row, extent));
}

/** The roof of a compute format: the bandwidth's slope up to the ridge, then flat. */
function roof(row: RooflineRow, [low, high]: readonly [number, number]): Series {
  const {multipliedIn, peakTops, bandwidthGBs} = row;
  const ridge = ridgeOf(row);
  const xs = [low, ...(ridge > low && ridge < high ? [ridge] : []), high];
  const ends = xs.map((x) => ({
    x,
    y: x === ridge ? peakTops : Math.min(peakTops, (x * bandwidthGBs) / 1000),
  }));
  return guide(`${multipliedIn}: ${numberText(peakTops, 3)} TFLOP/s`, "modelled", ends, {
    family: "baseline",
    shade: 0,
  });
}

/** The longest operator of every place: those that lie on one another are named once. */
function labelledOperators(rows: readonly RooflineRow[]): string[] {
  const places = grouped(rows, ({intensity}) => intensity.toPrecision(2));
  return Array.from(
    places.values(),
    (members) => members.reduce((a, b) => (b.seconds > a.seconds ? b : a)).operator,
  );
}

function rooflineFinding(
  rows: readonly RooflineRow[],
  {phase, batch, weights, machine}: SettingOf<typeof roofline>,
): string {
  const seconds = (of: readonly RooflineRow[]) => of.reduce((sum, row) => sum + row.seconds, 0);
  const waiting = seconds(rows.filter(({bound}) => bound === "memory")) / seconds(rows);
  const what = phase === "decode" ? `a token for each of ${batch} sequences` : `reading ${batch} prompts`;
  return `With ${weights} weights on ${machine}, ${what} takes at least ${numberText(1000 * seconds(rows), 3)} ms; ${numberText(100 * waiting, 3)} % of it is bound by memory.`;
}

// What takes less than a thousandth of the step would stretch the axes over decades of nothing.
const isSeen = ({share}: RooflineRow) => share > 0.1;

/** Least time of each operator: work against traffic, where the longer one counts. */
export const rooflineTimeFigure = marksFigure<typeof roofline>({
  experiment: "accel/roofline",
  ...shared,
  question: "Where does the time go?",
  drawn: (rows) => rows.filter((row) => isSeen(row) && row.bytes > 0),
  x: {
    column: "bytes",
    provenance: "modelled",
    of: ({runs, bytes}) => (runs * bytes) / 1e9,
    label: "bytes moved by all runs",
    unit: "GB",
    log: true,
  },
  y: {
    column: "seconds",
    provenance: "modelled",
    of: ({seconds}) => seconds * 1000,
    label: "time of all runs",
    unit: "ms",
    log: true,
  },
  guides({rows, points}) {
    const xs = points.map(({x}) => x);
    const ends = [smallest(xs), largest(xs)];
    const {bandwidthGBs} = rows[0];
    return [
      guide(
        "memory alone",
        "modelled",
        ends.map((x) => ({x, y: (x / bandwidthGBs) * 1000})),
      ),
    ];
  },
  finding(_, __, all) {
    const longest = all.filter(isSeen).reduce((a, b) => (b.seconds > a.seconds ? b : a));
    return `Most of the step, ${numberText(longest.share, 3)} %, goes to ${longest.operator}. On the grey line an operator takes as long as its bytes; above it arithmetic takes longer.`;
  },
});
