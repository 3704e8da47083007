import type {sharing} from "../../../lib/experiments/kv/sharing.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {ChartSpec, Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";
import {grouped} from "../series.js";
import {groupFamily} from "./spectra.js";

type SharingFigure = FigureOf<typeof sharing>;
export type SharingRow = Parameters<SharingFigure["key"]>[0];

/** Standard errors on each side of a 95 % interval. */
const Z95 = 1.96;

export const UNCOMPRESSED = "uncompressed";

/** The rows that pool all seeds, one a setting. */
export const pooledSharing = (rows: readonly SharingRow[]): SharingRow[] =>
  rows.filter(({seed}) => seed === ALL_SEEDS);

/** The colour of a technique and its group size. */
export function sharingFamily({technique, groupSize}: SharingRow): Family {
  if (technique === UNCOMPRESSED) return "baseline";
  if (technique === "MiniCache") return "minicache";
  return technique.startsWith("MiniCache") ? "minicache-released" : groupFamily(groupSize);
}

/** Against the bytes that were really kept of these texts. */
export const countedFigure: SharingFigure = {
  key: ({name}) => name,
  draw(rows, {mode}) {
    const pooled = pooledSharing(rows);
    return {
      question: "What does a smaller cache cost in perplexity?",
      finding: `${bestFinding(pooled)} ${mode === "every token" ? "Every token reads what is kept of the whole text." : "Only what follows a prompt of half the text reads what is kept of it, and only that counts."} Lines are 95 % intervals of the paired difference.`,
      x: {label: "cache, counted", unit: "bytes per token", log: true},
      ...shared(pooled, ({bytesPerToken}) => bytesPerToken),
    };
  },
};

/** Against what it would be in a text so long that factors weigh nothing: the ratio the papers print. */
export const limitFigure: SharingFigure = {
  key: ({name}) => name,
  draw(rows) {
    const pooled = pooledSharing(rows);
    const whole = pooled.find(({technique}) => technique === UNCOMPRESSED)?.bytesPerToken ?? 0;
    return {
      question: "And in a text without end?",
      finding: `${limitFinding(pooled)} The horizontal axis is modelled: there a layer's components alone cost bytes, and its factors, which do not grow with the text, none. The vertical one is measured.`,
      x: {label: "cache in a text without end, modelled", unit: "bytes per token", log: true},
      ...shared(pooled, ({limitRatio}) => whole / limitRatio),
    };
  },
};

function shared(
  rows: readonly SharingRow[],
  xOf: (row: SharingRow) => number,
): Pick<ChartSpec, "y" | "better" | "series"> {
  const families = grouped(rows, (row) => `${sharingFamily(row)}`);
  const lines = Array.from(families, ([family, members]): Series => {
    const points = members.map((row) => pointOf(row, xOf(row))).sort((a, b) => a.x - b.x);
    const name = members[0].technique === "xKV" ? `xKV-${members[0].groupSize}` : members[0].technique;
    const isLine = members.length > 1;
    return {name, family: family as Family, provenance: "measured", points, ...(isLine && {join: "line"})};
  });
  return {y: {label: "perplexity", log: true}, better: "bottom left", series: lines};
}

function pointOf(row: SharingRow, x: number) {
  const half = Z95 * (row.differenceError ?? 0);
  const y = row.perplexity;
  return {key: row.name, label: row.name, x, y, interval: [Math.max(y - half, y / 10), y + half] as const};
}

/** What each row loses, against the plain cache. */
const lossText = ({difference, differenceError}: SharingRow) =>
  `${numberText(difference, 2)} ± ${numberText(Z95 * (differenceError ?? 0), 2)}`;

/** A loss that a reader may call small: a tenth of the perplexity. */
const BEARABLE = 0.1;

function bestFinding(rows: readonly SharingRow[]): string {
  const bearable = rows.filter(
    ({perplexity, difference}) => difference < BEARABLE * (perplexity - difference),
  );
  const best = bearable.toSorted((a, b) => a.bytesPerToken - b.bytesPerToken)[0];
  if (best === undefined || best.technique === UNCOMPRESSED)
    return "Nothing here is smaller and costs less than a tenth of the perplexity.";
  return `The smallest cache that costs less than a tenth of the perplexity is ${best.name} (components of keys and values for each layer): ${numberText(best.ratio, 3)} times smaller, ${lossText(best)}.`;
}

/** The same components for each layer, alone and in the largest groups. */
function limitFinding(rows: readonly SharingRow[]): string {
  const xkv = rows.filter(({rankK}) => rankK !== null);
  const largest = Math.max(...xkv.map(({groupSize}) => groupSize));
  const ratios = [...new Set(xkv.map(({limitRatio}) => limitRatio))].sort((a, b) => b - a);
  const smallest = ratios[0];
  if (smallest === undefined) return "";
  const at = (groupSize: number) =>
    xkv.find((row) => row.groupSize === groupSize && Math.abs(row.limitRatio - smallest) < 1e-9);
  const [alone, together] = [at(Math.min(...xkv.map(({groupSize}) => groupSize))), at(largest)];
  if (!alone || !together || alone === together) return "";
  return `At ${numberText(smallest, 3)} times smaller, ${alone.name} loses ${lossText(alone)} in perplexity and ${together.name} ${lossText(together)}.`;
}
