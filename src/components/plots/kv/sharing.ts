import type {sharing} from "../../../lib/experiments/kv/sharing.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {type Look, looksOf} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";
import {differenceText, PICKED, perplexityInterval} from "../series.js";

export type SharingRow = RowOf<typeof sharing>;

export const UNCOMPRESSED = "uncompressed";

/** The rows that pool all seeds, one a setting. */
export const pooledSharing = (rows: readonly SharingRow[]): SharingRow[] =>
  rows.filter(({seed}) => seed === ALL_SEEDS);

/** The name of a technique and its group size. */
export const sharingName = ({technique, groupSize}: SharingRow): string =>
  technique === "xKV" ? `xKV-${groupSize}` : technique;

/** The colours of techniques and their group sizes. */
export const sharingLooks = (rows: readonly SharingRow[]): ReadonlyMap<string, Look> =>
  looksOf(rows, sharingName, ({technique}) => (technique === UNCOMPRESSED ? "baseline" : "layers"));

const shared = {
  drawn: pooledSharing,
  key: ({name}: SharingRow) => name,
  series: (row: SharingRow) =>
    ({name: sharingName(row), family: row.technique === UNCOMPRESSED ? "baseline" : "layers"}) as const,
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: perplexityInterval,
  better: "bottom left",
  merits: "fewer bytes, lower perplexity",
} as const;

/** Against the bytes that were really kept of these texts. */
export const countedFigure = linesFigure<typeof sharing>({
  experiment: "kv/sharing",
  ...shared,
  question: "What does a smaller cache cost in perplexity?",
  x: {column: "bytesPerToken", label: "cache, counted", unit: "bytes per token", log: true},
  finding: ({rows}, {mode}) =>
    `${bestFinding(rows)} ${mode === "every token" ? "Every token reads what is kept of the whole text." : "Only what follows a prompt of half the text reads what is kept of it, and only that counts."} Lines are 95 % intervals of the paired difference.`,
});

/** Against what it would be in a text so long that factors weigh nothing: the ratio the papers print. */
export const limitFigure = linesFigure<typeof sharing>({
  experiment: "kv/sharing",
  ...shared,
  question: "What does a smaller cache cost in perplexity, in a very long text?",
  x: (rows) => {
    const whole = pooledSharing(rows).find(({technique}) => technique === UNCOMPRESSED)?.bytesPerToken ?? 0;
    return {
      column: "limitRatio",
      of: ({limitRatio}) => whole / limitRatio,
      provenance: "modelled",
      label: "cache of a very long text, modelled",
      unit: "bytes per token",
      log: true,
    };
  },
  finding: ({rows}) =>
    `${limitFinding(rows)} Bytes are modelled, without the factors, which do not grow with the text; perplexity is measured.`,
});

/** A loss that a reader may call small: a tenth of the perplexity. */
const BEARABLE = 0.1;

function bestFinding(rows: readonly SharingRow[]): string {
  const bearable = rows.filter(
    ({perplexity, difference}) => difference < BEARABLE * (perplexity - difference),
  );
  const best = bearable.toSorted((a, b) => a.bytesPerToken - b.bytesPerToken)[0];
  if (best === undefined || best.technique === UNCOMPRESSED)
    return "Nothing here is smaller and costs less than a tenth of the perplexity.";
  return `The smallest cache that costs less than a tenth of the perplexity is ${best.name} (rank of keys and of values for each layer): ${numberText(best.ratio, 3)} times smaller; perplexity changes by ${differenceText(best)}. ${PICKED}`;
}

/** The same components for each layer, alone and in the largest groups. */
function limitFinding(rows: readonly SharingRow[]): string {
  const xkv = rows.filter(({rankK}) => rankK !== null);
  const widest = largest(xkv.map(({groupSize}) => groupSize));
  const ratios = [...new Set(xkv.map(({limitRatio}) => limitRatio))].sort((a, b) => b - a);
  const least = ratios[0];
  if (least === undefined) return "";
  const at = (groupSize: number) =>
    xkv.find((row) => row.groupSize === groupSize && Math.abs(row.limitRatio - least) < 1e-9);
  const [alone, together] = [at(smallest(xkv.map(({groupSize}) => groupSize))), at(widest)];
  if (!alone || !together || alone === together) return "";
  return `With a cache ${numberText(least, 3)} times smaller, layers decomposed alone lose ${differenceText(alone)} in perplexity, groups of ${together.groupSize} layers ${differenceText(together)}.`;
}
