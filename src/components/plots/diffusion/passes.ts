import type {passes} from "../../../lib/experiments/diffusion/passes.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure, marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";
import {intervalOn} from "../series.js";

export type PassRow = RowOf<typeof passes>;

/** Rows that pool all seeds, one a way. */
export const pooledWays = (rows: readonly PassRow[]): PassRow[] =>
  rows.filter(({seed}) => seed === ALL_SEEDS);

const GROUP_NAMES: Readonly<Record<string, string>> = {
  orders: "diffusion, by order",
  blocks: "diffusion, in blocks",
  reuse: "diffusion, keys reused",
  guided: "diffusion, guided",
  decoder: "decoder",
};

const SHADE_OF = Object.keys(GROUP_NAMES);

const groupLook = ({group}: PassRow): Look & {readonly name: string} => ({
  name: GROUP_NAMES[group],
  family: group === "decoder" ? "baseline" : "decoding",
  shade: group === "decoder" ? 0 : SHADE_OF.indexOf(group),
});

const LOSS = {column: "loss", label: "loss under the decoder", unit: "nats/token"} as const;
const lossInterval = ({loss, lossLow, lossHigh}: PassRow) => intervalOn(loss, lossLow, lossHigh);
const named = ({label, tokensPerPass}: PassRow) => `${label}, ${numberText(tokensPerPass, 2)} a pass`;
const sample = (rows: readonly PassRow[]) =>
  `Vertical lines are 95 % intervals over ${rows[0]?.documents ?? 0} documents, each of one text of ${rows[0]?.tokens ?? 0} tokens.`;

/** Loss against tokens a pass, a line for each order. */
export const orderFigure = linesFigure<typeof passes>({
  experiment: "diffusion/passes",
  question: "How many tokens may a pass write, and in which order?",
  drawn: (rows) => pooledWays(rows).filter(({group}) => group === "orders" || group === "blocks"),
  key: ({way}) => way,
  label: named,
  series: (row, all) => ({
    name: row.label,
    family: "decoding",
    shade: [...new Set(pooledWays(all).map(({label}) => label))].indexOf(row.label),
  }),
  x: {column: "tokensPerPass", label: "tokens a pass", log: true},
  y: LOSS,
  interval: lossInterval,
  finding: ({rows}) => orderFinding(rows),
});

function orderFinding(rows: readonly PassRow[]): string {
  const of = (way: string) => rows.find((row) => row.way === way);
  const [one, two, eight] = ["low_confidence-1", "low_confidence-2", "low_confidence-8"].map(of);
  if (!one || !two || !eight) return sample(rows);
  const blocks = of("blocks-2");
  const inBlocks = blocks ? `, in blocks of 8 to ${numberText(blocks.loss, 3)}` : "";
  return `The most probable words first: from one to two words a pass the loss goes from ${numberText(one.loss, 3)} to ${numberText(two.loss, 3)} nats a token${inBlocks}; with eight it is ${numberText(eight.loss, 3)}. Words that are written in one pass do not see each other. ${sample(rows)}`;
}

/** Operations against loss, every way a mark. */
export const waysFigure = marksFigure<typeof passes>({
  experiment: "diffusion/passes",
  question: "What does a text cost, and how good is it?",
  drawn: pooledWays,
  key: ({way}) => way,
  label: named,
  series: groupLook,
  x: {column: "operations", label: "operations, counted", unit: "MFLOP per token", log: true},
  y: LOSS,
  interval: lossInterval,
  better: "bottom left",
  merits: "fewer operations, likelier text",
  front: ({writer}) => writer === "diffusion",
  labelled: ({front, points}) => [
    ...front.map(({key}) => key),
    ...points.filter(({row}) => row.writer === "decoder").map(({key}) => key),
  ],
  finding: ({rows, front}) => waysFinding(rows, front.length),
});

/** Bytes read against loss, every way a mark. */
export const bytesFigure = marksFigure<typeof passes>({
  experiment: "diffusion/passes",
  question: "What does a text read, at equal quality?",
  drawn: pooledWays,
  key: ({way}) => way,
  label: named,
  series: groupLook,
  x: {column: "bytes", label: "weights, keys and values read", unit: "MB per token", log: true},
  y: LOSS,
  interval: lossInterval,
  better: "bottom left",
  merits: "fewer bytes, likelier text",
  labelled: ({points}) => points.filter(({row}) => row.writer === "decoder").map(({key}) => key),
  finding: ({rows}) => equalFinding(rows),
});

/** The decoder in few bits that is as good as the diffusion model, beside it. */
export function equalFinding(rows: readonly PassRow[]): string {
  const best = bestDiffusion(rows);
  const equal = best && decoderAsGood(rows, best);
  if (best === undefined || equal === undefined) return sample(rows);
  const cost = ({operations, bytes}: PassRow) =>
    `${numberText(operations, 3)} MFLOP and ${numberText(bytes, 2)} MB a token`;
  return `No way of the diffusion model is as good as the decoder. The ${equal.label}, rounded until it is nearly as bad, has a loss of ${numberText(equal.loss, 3)} for ${cost(equal)}; ${named(best)}, the best of the diffusion model, has ${numberText(best.loss, 3)} for ${cost(best)}. Reuse saves operations and no bytes: each pass reads all weights. ${sample(rows)}`;
}

const bestDiffusion = (rows: readonly PassRow[]): PassRow | undefined =>
  rows.filter(({writer}) => writer === "diffusion").toSorted((a, b) => a.loss - b.loss)[0];

/** The decoder that reads least of those whose texts are at least as good. */
const decoderAsGood = (rows: readonly PassRow[], {loss}: PassRow): PassRow | undefined =>
  rows.filter((row) => row.writer === "decoder" && row.loss <= loss).toSorted((a, b) => a.bytes - b.bytes)[0];

function waysFinding(rows: readonly PassRow[], unbeaten: number): string {
  const decoder = rows.find(({way}) => way === "decoder");
  const best = bestDiffusion(rows);
  const beside =
    decoder && best
      ? `The decoder with its cache writes a token for ${numberText(decoder.operations, 2)} MFLOP at a loss of ${numberText(decoder.loss, 3)}; the best of the diffusion model, ${named(best)}, takes ${numberText(best.operations, 3)} at ${numberText(best.loss, 3)}. `
      : "";
  return `${beside}The steps join the ${unbeaten} ways of the diffusion model that none of its others beats, chosen and measured on the same documents. ${sample(rows)}`;
}
