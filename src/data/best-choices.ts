/** Smallest forms of weights, caches and state-space models for a loss: what the home page advises, joined from the rows that are kept. */
import {from} from "arquero";
import {CHOOSING, REPORTING} from "../lib/experiments/kv/halves.js";
import type {Rows} from "./technique-cost.js";

/** Rises of perplexity that a reader may be ready to bear, as shares. */
export const BORNE = [0.01, 0.03, 0.1] as const;

/** What can be made smaller. */
export type Subject = "weights" | "KV cache" | "state-space model";

/** The smallest form of something whose loss ends within a limit. */
export interface BestChoice {
  readonly subject: Subject;
  /** The limit of the rise of perplexity, as a share. */
  readonly limit: number;
  readonly name: string;
  /** Times smaller than in 16 bits. */
  readonly smaller: number;
  readonly rise: number;
  readonly riseLow: number;
  readonly riseHigh: number;
  /** Whether the loss was measured on other documents than it was chosen on, and ends within the limit there too. */
  readonly standing: "confirmed" | "not confirmed" | "candidate";
}

/** A form that may be chosen: `chosenBy` is the end of the interval that the choice looks at. */
interface Candidate {
  readonly name: string;
  readonly size: number;
  readonly chosenBy: number;
  readonly rise: number;
  readonly riseLow: number;
  readonly riseHigh: number;
}

/** Rows that the choices are made from. */
export interface ChoiceRows {
  readonly caches: Rows;
  readonly methods: Rows;
  readonly scans: Rows;
}

/** The best choices of all subjects, for each limit that one keeps. */
export function bestChoices({caches, methods, scans}: ChoiceRows): BestChoice[] {
  return [
    ...smallestWithin("weights", formatCandidates(methods), 16),
    ...smallestWithin("KV cache", cacheCandidates(caches), sizeOfWhole(caches), true),
    ...smallestWithin("state-space model", scanCandidates(scans), floatBytes(scans)),
  ];
}

/** For each limit the smallest candidate whose interval ends within it; `isReported` where its loss is that of other documents. */
function smallestWithin(
  subject: Subject,
  candidates: readonly Candidate[],
  whole: number,
  isReported = false,
): BestChoice[] {
  const found = from(BORNE.map((limit) => ({limit})))
    .cross(from([...candidates]))
    .filter((row: {chosenBy: number; limit: number}) => row.chosenBy <= row.limit)
    .orderby("limit", "size")
    .groupby("limit")
    .slice(0, 1)
    .objects() as (Candidate & {limit: number})[];
  return found.map(({limit, name, size, rise, riseLow, riseHigh}) => ({
    subject,
    limit,
    name,
    smaller: whole / size,
    rise,
    riseLow,
    riseHigh,
    standing: !isReported ? "candidate" : riseHigh <= limit ? "confirmed" : "not confirmed",
  }));
}

const ofModel = (rows: Rows, model: string, seed: string) =>
  rows.filter((row) => row.model === model && row.seed === seed);

/** Caches, their loss on the documents to choose on joined to that on the documents to report on. */
function cacheCandidates(rows: Rows): Candidate[] {
  const half = (seed: string) => from(ofModel(rows, "decoder-small", seed).filter(({isBound}) => !isBound));
  return half(CHOOSING)
    .select({technique: "technique", riseHigh: "chosenBy"})
    .join(half(REPORTING).rename({label: "name", kept: "size"}), "technique")
    .filter(
      (row: {chosenBy: number | null; riseHigh: number | null}) =>
        row.chosenBy !== null && row.riseHigh !== null,
    )
    .objects() as Candidate[];
}

const sizeOfWhole = (rows: Rows): number =>
  Number(ofModel(rows, "decoder-small", "all").find(({family}) => family === "baseline")?.kept);

/** Formats of the weights alone, under every quantization method. */
function formatCandidates(rows: Rows): Candidate[] {
  const own = ofModel(rows, "decoder-small", "all").filter(
    ({activations, kv}) => activations === "float32" && kv === "float32",
  );
  return own.map((row) => ({
    ...rises(row),
    name: row.method === "rtn" ? String(row.format) : `${row.format}, ${row.method}`,
    size: Number(row.bitsPerWeight),
  }));
}

/** Quantization methods of Mamba2 and the bits of weights and activations. */
function scanCandidates(rows: Rows): Candidate[] {
  return ofModel(rows, "mamba2-small", "all").map((row) => ({
    ...rises(row),
    name: `${row.method}, ${String(row.bits).toUpperCase()}`,
    size: Number(row.bytes),
  }));
}

const floatBytes = (rows: Rows): number =>
  Number(ofModel(rows, "mamba2-small", "all").find(({method}) => method === "float16")?.bytes);

/** The rise of perplexity of a row and its interval, as shares of the unchanged model's. */
function rises({perplexity, difference, differenceLow, differenceHigh}: Rows[number]) {
  const before = Number(perplexity) - Number(difference);
  const [rise, riseLow, riseHigh] = [difference, differenceLow, differenceHigh].map(
    (value) => Number(value) / before,
  );
  return {rise, riseLow, riseHigh, chosenBy: riseHigh};
}
