import type {attambaExperiment} from "../../../lib/experiments/mixers/attamba.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";

/** A row of the experiment's main table. */
export type ChunkRow = RowOf<typeof attambaExperiment>;

/** Names of the transformers beside the model that keeps chunks. */
const RIVALS: Readonly<Record<string, string>> = {
  "decoder-iso-kv": "transformer of equal cache",
  "decoder-iso-flop": "transformer of equal operations in attention",
};
/** Names of the series of the model that keeps chunks, by what was changed. */
const VARIED: Readonly<Record<string, Look & {readonly name: string}>> = {
  nothing: {name: "Attamba, as trained", family: "state-space", shade: 0},
  "chunk length": {name: "other chunk lengths", family: "state-space", shade: 1},
  "leading tokens": {name: "other numbers of last tokens", family: "state-space", shade: 2},
  "ends of chunks": {name: "other ends of chunks", family: "state-space", shade: 3},
};

function seriesOf({model, varied}: Pick<ChunkRow, "model" | "varied">): Look & {readonly name: string} {
  const rival = RIVALS[model];
  if (rival === undefined) return VARIED[varied];
  return {name: rival, family: "baseline", shade: Object.keys(RIVALS).indexOf(model)};
}

/** Name of a way of reading. */
export function readingName({
  model,
  varied,
  rule,
  tokenChunk,
  leading,
}: Omit<ReadingKey, "distance">): string {
  if (model in RIVALS) return RIVALS[model];
  if (varied === "leading tokens") return `last ${leading} tokens one by one`;
  if (varied === "ends of chunks") return `${rule} ends`;
  return `chunks of ${tokenChunk}`;
}

/** The cells that name a way of reading. */
export type ReadingKey = Pick<ChunkRow, "model" | "varied" | "rule" | "tokenChunk" | "leading">;

const keyOf = (row: ChunkRow) => `${row.model} ${row.varied} ${row.rule} ${row.tokenChunk} ${row.leading}`;

const pooled = (rows: readonly ChunkRow[]) => rows.filter(({seed}) => seed === ALL_SEEDS);

const common = {
  experiment: "mixers/attamba",
  drawn: pooled,
  key: keyOf,
  label: readingName,
  series: seriesOf,
  x: {column: "cacheBytes", label: "keys and values of a document", unit: "bytes", log: true},
} as const;

/** Perplexity against the bytes of keys and values. */
export const perplexityFigure = linesFigure<typeof attambaExperiment>({
  ...common,
  question: "What does a smaller cache cost?",
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: ({perplexityLow: low, perplexityHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  finding: ({rows}) => perplexityFinding(rows),
});

/** Answers against the bytes of keys and values. */
export const answersFigure = linesFigure<typeof attambaExperiment>({
  ...common,
  question: "How many answers are still right?",
  y: {column: "answers", label: "share of answer tokens right"},
  interval: ({answersLow: low, answersHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  finding: ({rows}) => answersFinding(rows),
});

const ofModel = (rows: readonly ChunkRow[], model: string) =>
  rows.find((row) => row.model === model && row.varied === "nothing");

function perplexityFinding(rows: readonly ChunkRow[]): string {
  const [own, small, large] = ["attamba-small", "decoder-iso-kv", "decoder-iso-flop"].map((model) =>
    ofModel(rows, model),
  );
  if (!own || !small || !large) return "Lines are 95 % intervals over documents.";
  const bytes = (row: ChunkRow) => numberText(row.cacheBytes / own.cacheBytes, 2);
  return `As trained it reads with a perplexity of ${numberText(own.perplexity, 3)}: a transformer with ${bytes(small)} times its keys and values has ${numberText(small.perplexity, 3)}, one with ${bytes(large)} times as many ${numberText(large.perplexity, 3)}. Lines are 95 % intervals over ${own.documents} documents.`;
}

function answersFinding(rows: readonly ChunkRow[]): string {
  const [own, small] = ["attamba-small", "decoder-iso-kv"].map((model) => ofModel(rows, model));
  if (!own || !small) return "Lines are 95 % intervals over documents.";
  const percent = ({answers}: ChunkRow) => `${numberText(100 * answers, 3)} %`;
  const others = rows.filter(({varied}) => varied === "chunk length");
  const best = others.length > 0 ? others.reduce((a, b) => (b.answers > a.answers ? b : a)) : undefined;
  const untrained = best
    ? ` Of chunk lengths that it was not trained with, ${best.tokenChunk} gives most: ${percent(best)}.`
    : "";
  return `As trained it answers ${percent(own)} of what a document determines, the transformer of equal cache ${percent(small)}.${untrained}`;
}
