import type {fusemax} from "../../../lib/experiments/reductions/fusemax.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

/** A row of the experiment. */
export type ArrayRow = RowOf<typeof fusemax>;

/** Names that fit beside the lines of a phone; points and findings say the whole. */
const NAMES: Readonly<Record<string, string>> = {
  unfused: "unfused",
  flat: "FLAT",
  serial: "one at a time",
  stalled: "waiting",
  fusemax: "FuseMax",
};

const nameOf = ({design, label}: ArrayRow) => NAMES[design] ?? label;
const isBaseline = ({design}: ArrayRow) => design === "flat" || design === "unfused";

const common = {
  experiment: "reductions/fusemax",
  key: ({design, tokens}: ArrayRow) => `${design} ${tokens}`,
  label: ({label, tokens}: ArrayRow) => `${label}, ${groupedDigits(String(tokens))} tokens`,
  series: seriesBy(nameOf, (each: ArrayRow) => (isBaseline(each) ? "baseline" : "machine")),
  x: {column: "tokens", label: "length", unit: "tokens", log: true},
} as const;

/** Speed over FLAT against the length. */
export const arraySpeedFigure = linesFigure<typeof fusemax>({
  ...common,
  question: "How much faster is one pass, and what does interleaving give?",
  y: {column: "speedup", provenance: "modelled", label: "times as fast as FLAT"},
  finding: ({rows}) => arraySpeedFinding(rows),
});

/** Bytes from and to memory against the length. */
export const arrayBytesFigure = linesFigure<typeof fusemax>({
  ...common,
  question: "How much must each query move from and to memory?",
  y: {column: "bytes", provenance: "modelled", label: "bytes a query", log: true},
  finding: ({rows}) => arrayBytesFinding(rows),
});

const longestOf = (rows: readonly ArrayRow[]): number =>
  rows.reduce((most, {tokens}) => Math.max(most, tokens), 0);

function arraySpeedFinding(rows: readonly ArrayRow[]): string {
  const longest = longestOf(rows);
  const at = (design: string) => rows.find((row) => row.design === design && row.tokens === longest);
  const [own, stalled, flat] = [at("fusemax"), at("stalled"), at("flat")];
  if (own === undefined) return "Modelled: no such array was run.";
  const speed = `At ${groupedDigits(String(longest))} tokens FuseMax is ${numberText(own.speedup, 3)} times as fast as FLAT, and its square works ${numberText(100 * own.used, 3)} % of the time`;
  const waiting =
    stalled && `; waiting for each tile's largest score leaves ${numberText(stalled.speedup, 3)} times`;
  const energy =
    flat && ` A score takes ${numberText((100 * own.energy) / flat.energy, 3)} % of FLAT's energy.`;
  return `${speed}${waiting ?? ""}.${energy ?? ""} Modelled: no such array was run.`;
}

function arrayBytesFinding(rows: readonly ArrayRow[]): string {
  const longest = longestOf(rows);
  const at = (design: string) => rows.find((row) => row.design === design && row.tokens === longest);
  const [own, flat] = [at("fusemax"), at("flat")];
  if (own === undefined || flat === undefined) return "FLAT or FuseMax is not among these designs.";
  const held = `A query of FuseMax holds ${groupedDigits(String(own.held))} bytes in the buffer at any length; FLAT's holds ${groupedDigits(String(flat.held))} at ${groupedDigits(String(longest))} tokens`;
  return `${held}, and from memory FLAT moves ${numberText(flat.bytes / own.bytes, 3)} times as much.`;
}
