import type {context} from "../../../lib/experiments/kv/context.js";
import {apart, numberText} from "../../kit/text/number-text.js";
import {linesFigure, marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {level} from "../series.js";
import {kindLook, kindName} from "./kinds.js";

export type ContextRow = RowOf<typeof context>;

/** Lines that part: one or two of every kind. */
const DRAWN = ["without latents", "fp16", "KIVI-2", "xKV-4", "MiniCache", "CSKV", "eviction", "CSKV in int4"];

const key = ({technique, context: tokens}: ContextRow) => `${technique} ${tokens}`;

/** Size of the cache over the context. */
export const growthFigure = linesFigure<typeof context>({
  experiment: "kv/context",
  question: "How does the cache grow?",
  drawn: (rows) => rows.filter(({technique}) => DRAWN.includes(technique)),
  key,
  label: ({technique, context: tokens}) => `${technique}, ${tokenText(tokens)}`,
  series: ({technique, kind}) => ({name: technique, family: kindLook(kind).family}),
  x: {
    column: "context",
    label: "context",
    unit: "tokens",
    log: true,
    ticks: [1024, 8192, 65_536, 524_288],
  },
  y: {
    column: "cacheBytes",
    provenance: "modelled",
    of: ({cacheBytes}) => cacheBytes && cacheBytes / 1e9,
    label: "cache",
    unit: "GB",
    log: true,
  },
  guides: ({rows, points}, {memory}) => {
    const room = roomOf(rows, memory);
    return level("room left by the weights", "modelled", room > 0 ? room : undefined, points);
  },
  finding: (_, {memory, batch}, rows) =>
    `${roomFinding(rows, memory)} ${batch > 1 ? `Caches of ${batch} sequences together. ` : ""}A line is flat once a sliding window is full; one that bends at its start has factors that do not grow with the text.`,
});

const weightsOf = (rows: readonly ContextRow[]) => (rows[0]?.weightBytes ?? 0) / 1e9;
const roomOf = (rows: readonly ContextRow[], memory: number) => memory - weightsOf(rows);

function roomFinding(rows: readonly ContextRow[], memory: number): string {
  const [weights, room] = [weightsOf(rows), roomOf(rows, memory)];
  if (weights === 0) return `All ${numberText(memory, 3)} GB are for the cache.`;
  if (room <= 0)
    return `The weights alone take ${numberText(weights, 3)} GB and do not fit into ${numberText(memory, 3)} GB: choose fewer bits for them, or more memory.`;
  return `The weights take ${numberText(weights, 3)} of ${numberText(memory, 3)} GB and leave ${numberText(room, 3)} GB for the cache.`;
}

/** Bytes of a token against the number of tokens that fit. */
export const fitFigure = marksFigure<typeof context>({
  experiment: "kv/context",
  question: "How long a context fits?",
  drawn: (rows) => rows.filter(({isChosen, largestContext}) => isChosen && (largestContext ?? 0) > 0),
  key,
  label: ({technique}) => technique,
  series: ({kind}) => ({name: kindName(kind), ...kindLook(kind)}),
  x: (_, {context: chosen}) => ({
    column: "bytesPerToken",
    provenance: "modelled",
    label: `cache at ${tokenText(chosen)}`,
    unit: "bytes per token",
    log: true,
  }),
  y: {
    column: "largestContext",
    provenance: "modelled",
    label: "largest context that fits",
    unit: "tokens",
    log: true,
  },
  better: "top left",
  merits: "smaller cache, longer context",
  labelled: ({rows}) => rows.map(key),
  finding: ({rows}) => fitFinding(rows),
});

function fitFinding(rows: readonly ContextRow[]): string {
  const plain = rows.find(({technique}) => technique === "fp16");
  const best = rows.toSorted((a, b) => b.largestContext! - a.largestContext!)[0];
  if (best === undefined) return "Nothing fits, or any context does: see the table below.";
  const from = plain ? `In fp16 ${tokenText(plain.largestContext!)} fit; ` : "";
  return `${from}${best.technique} has room for ${tokenText(best.largestContext!)}. This says nothing of what a model then still finds in them, nor whether it was trained for so many.`;
}

/** Tokens with their thousands apart; millions in words. */
export function tokenText(tokens: number): string {
  if (tokens >= 10e6) return `${numberText(tokens / 1e6, 3)} million tokens`;
  return `${apart(tokens)} tokens`;
}
