import type {MethodKind} from "../../../lib/experiments/kv/cache-methods.js";
import type {context} from "../../../lib/experiments/kv/context.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {grouped} from "../series.js";

type ContextFigure = FigureOf<typeof context>;
export type ContextRow = Parameters<ContextFigure["key"]>[0];

const FAMILIES: Readonly<Record<MethodKind, Family>> = {
  "as it is": "baseline",
  "fewer bits": "fewer-bits",
  "shared layers": "shared-layers",
  "fewer channels": "fewer-channels",
  "fewer tokens": "fewer-tokens",
  "two at once": "combined",
};

/** The colour of what a technique saves at. */
export const kindFamily = (kind: string): Family => FAMILIES[kind as MethodKind];

/** Lines that part: one or two of every kind. */
const DRAWN = ["without latents", "fp16", "KIVI-2", "xKV-4", "MiniCache", "CSKV", "eviction", "CSKV in int4"];

/** How the cache grows with the context. */
export const growthFigure: ContextFigure = {
  key: ({technique, context: tokens}) => `${technique} ${tokens}`,
  draw(rows, {memory, batch}) {
    const known = rows.filter(({technique, cacheBytes}) => DRAWN.includes(technique) && cacheBytes !== null);
    const lines = Array.from(
      grouped(known, ({technique}) => technique),
      ([name, members]): Series => ({
        name,
        family: kindFamily(members[0].kind),
        provenance: "modelled",
        join: "line",
        points: members.map((row) => ({
          key: `${name} ${row.context}`,
          label: `${name}, ${tokenText(row.context)}`,
          x: row.context,
          y: row.cacheBytes! / 1e9,
        })),
      }),
    );
    const room = memory - (rows[0]?.weightBytes ?? 0) / 1e9;
    return {
      question: "How does the cache grow?",
      finding: `${roomFinding(rows, memory, room)} ${batch > 1 ? `Caches of ${batch} sequences together. ` : ""}A window flattens a line, factors that do not grow with the text bend one at its start.`,
      x: {label: "context", unit: "tokens", log: true, ticks: [1024, 8192, 65_536, 524_288]},
      y: {label: "cache", unit: "GB", log: true},
      series: room > 0 ? [...lines, guide(known, room)] : lines,
    };
  },
};

function guide(rows: readonly ContextRow[], room: number): Series {
  const contexts = rows.map((row) => row.context);
  const ends = [Math.min(...contexts), Math.max(...contexts)];
  return {
    name: "room left by the weights",
    family: "baseline",
    provenance: "modelled",
    join: "guide",
    points: ends.map((x) => ({key: `room at ${x}`, label: "room left by the weights", x, y: room})),
  };
}

function roomFinding(rows: readonly ContextRow[], memory: number, room: number): string {
  const weights = (rows[0]?.weightBytes ?? 0) / 1e9;
  if (weights === 0) return `All ${numberText(memory, 3)} GB are for the cache.`;
  if (room <= 0)
    return `The weights alone take ${numberText(weights, 3)} GB and do not fit into ${numberText(memory, 3)} GB: choose fewer bits for them, or more memory.`;
  return `The weights take ${numberText(weights, 3)} of ${numberText(memory, 3)} GB and leave ${numberText(room, 3)} GB for the cache.`;
}

/** What a token costs against how many fit. */
export const fitFigure: ContextFigure = {
  key: ({technique, context: tokens}) => `${technique} ${tokens}`,
  draw(rows, {context: chosen}) {
    const fitting = rows.filter(({isChosen, largestContext}) => isChosen && (largestContext ?? 0) > 0);
    const series = Array.from(
      grouped(fitting, ({kind}) => kind),
      ([kind, members]): Series => ({
        name: kind,
        family: kindFamily(kind),
        provenance: "modelled",
        points: members.map((row) => ({
          key: `${row.technique} ${row.context}`,
          label: row.technique,
          x: row.bytesPerToken!,
          y: row.largestContext!,
        })),
      }),
    );
    return {
      question: "How long a context fits?",
      finding: fitFinding(fitting),
      x: {label: `cache at ${tokenText(chosen)}`, unit: "bytes per token", log: true},
      y: {label: "largest context that fits", unit: "tokens", log: true},
      better: "top left",
      series,
      labelled: new Set(fitting.map(({technique, context: tokens}) => `${technique} ${tokens}`)),
    };
  },
};

function fitFinding(rows: readonly ContextRow[]): string {
  const plain = rows.find(({technique}) => technique === "fp16");
  const best = rows.toSorted((a, b) => b.largestContext! - a.largestContext!)[0];
  if (best === undefined) return "Nothing fits, or any context does: the table below says which.";
  const from = plain ? `In fp16 ${tokenText(plain.largestContext!)} fit; ` : "";
  return `${from}${best.technique} has room for ${tokenText(best.largestContext!)}. This says nothing of what a model then still finds in them, nor whether it was trained for so many.`;
}

/** Tokens with their thousands apart; millions in words. */
export function tokenText(tokens: number): string {
  if (tokens >= 10e6) return `${numberText(tokens / 1e6, 3)} million tokens`;
  return `${apart(tokens)} tokens`;
}

/** A whole number with a narrow gap before every three digits. */
export const apart = (n: number): string => n.toLocaleString("en").replaceAll(",", "\u202f");
