/** Costs of techniques as they are measured here, a sentence a technique: what the map of the home page says of each. */
import {desc, from, op} from "arquero";
import type {TechniqueFacts} from "../lib/technique/facts.js";
import {type AcceleratorRows, acceleratorCosts} from "./accelerator-costs.js";
import {type Rows, type TechniqueCost, three} from "./technique-cost.js";

/** Rows that costs are read from. */
export interface CostRows extends AcceleratorRows {
  readonly caches: Rows;
  readonly policies: Rows;
  readonly methods: Rows;
  readonly scans: Rows;
  readonly drafts: Rows;
  readonly pruning: Rows;
  readonly structured: Rows;
}

type Facts = Pick<TechniqueFacts, "registry" | "id" | "choices">;

const percent = (share: number): string => `${three(100 * share)} %`;

/** Perplexity that a cache may lose to be named, as a share. */
const BEARABLE = 0.1;

/** The costs of all techniques that an experiment measured, in the order of the registries. */
export function techniqueCosts(techniques: readonly Facts[], rows: CostRows): TechniqueCost[] {
  return [
    ...cacheCosts(techniques, rows.caches),
    ...policyCosts(rows.policies),
    ...methodCosts(rows.methods),
    ...scanCosts(rows.scans),
    ...draftCosts(rows.drafts),
    ...prunedCosts(
      "pruning methods",
      rows.pruning,
      ({pattern}) => pattern === "0.5",
      "Half of the weights go",
    ),
    ...prunedCosts(
      "structured pruning",
      rows.structured,
      ({ratio}) => ratio === 0.2,
      "A fifth of heads and channels goes",
    ),
    ...acceleratorCosts(rows),
  ];
}

/** The smallest setting of each cache that loses little, or the one that loses least. */
function cacheCosts(techniques: readonly Facts[], rows: Rows): TechniqueCost[] {
  const own = rows.filter(({model, seed}) => model === "decoder-small" && seed === "all");
  const whole = own.find(({family}) => family === "baseline")?.kept as number | undefined;
  if (whole === undefined) return [];
  const records = techniques
    .filter(({registry}) => registry === "caches")
    .flatMap(({id, choices}) => choices.map((technique) => ({id, technique})));
  const best = from(records)
    .join(from([...own]), "technique")
    .params({bearable: BEARABLE})
    .derive({isBearable: (row: {rise: number}, p: {bearable: number}) => (row.rise <= p.bearable ? 1 : 0)})
    .derive({
      order: (row: {isBearable: number; kept: number; rise: number}) =>
        row.isBearable ? row.kept : row.rise,
    })
    .orderby(desc("isBearable"), "order")
    .groupby("id")
    .slice(0, 1)
    .objects() as {id: string; label: string; kept: number; read: number; rise: number}[];
  return best.map(({id, label, kept, read, rise}) => ({
    registry: "caches",
    id,
    text: `${label}: ${three(whole / kept)} times fewer bytes kept${read === kept ? "" : `, ${three(whole / read)} times fewer read`}; perplexity ${rise >= 0 ? "+" : ""}${percent(rise)}.`,
  }));
}

/** Retrieval accuracy of each policy with a quarter of the keys. */
function policyCosts(rows: Rows): TechniqueCost[] {
  if (rows.length === 0) return [];
  const counted = from(
    rows.filter(({model, frame, seed}) => model === "decoder-small" && frame === "masks" && seed === "all"),
  )
    .filter((row: {keepFraction: number}) => row.keepFraction === 0.25)
    .groupby("policy")
    .rollup({right: op.mean("retrieval"), kind: op.any("kind")})
    .objects() as {policy: string; right: number; kind: string}[];
  return counted.map(({policy, right, kind}) => ({
    registry: "policies",
    id: policy,
    text: `${kind === "evicts" ? "Keeps" : "Reads"} a quarter of the keys; ${percent(right)} of the answers right.`,
  }));
}

/** Rise of perplexity of each quantization method with int4 weights. */
function methodCosts(rows: Rows): TechniqueCost[] {
  const own = rows.filter(
    ({model, seed, activations, kv, format}) =>
      model === "decoder-small" &&
      seed === "all" &&
      activations === "float32" &&
      kv === "float32" &&
      format === "int4",
  );
  return own.map(({method, bitsPerWeight, perplexity, difference}) => ({
    registry: "quantization methods",
    id: String(method),
    text: `int4 weights, ${three(bitsPerWeight as number)} bits; perplexity +${percent((difference as number) / ((perplexity as number) - (difference as number)))}.`,
  }));
}

/** Rise of perplexity of the small decoder where a method lets something go. */
function prunedCosts(
  registry: TechniqueCost["registry"],
  rows: Rows,
  isChosen: (row: Rows[number]) => boolean,
  goes: string,
): TechniqueCost[] {
  const own = rows.filter(
    (row) => row.model === "decoder-small" && (row.calibrationSeed === null || row.calibrationSeed === 0),
  );
  return own.filter(isChosen).map(({method, perplexity, difference}) => ({
    registry,
    id: String(method),
    text: `${goes}; perplexity +${percent((difference as number) / ((perplexity as number) - (difference as number)))}.`,
  }));
}

/** KL divergence of each way to quantize a state-space model, with weights and activations in eight bits. */
function scanCosts(rows: Rows): TechniqueCost[] {
  const own = rows.filter(
    ({model, seed, bits}) =>
      model === "mamba2-small" && seed === "all" && String(bits).toLowerCase() === "w8a8",
  );
  const whole = rows.find(
    ({model, seed, method}) => model === "mamba2-small" && seed === "all" && method === "float16",
  );
  return own.map(({method, bytes, klMean}) => ({
    registry: "scan quantizers",
    id: String(method),
    text: `${whole ? `W8A8, ${three((whole.bytes as number) / (bytes as number))} times fewer bytes than float16; ` : "W8A8; "}KL divergence ${three(klMean as number)} nats.`,
  }));
}

/** Tokens of a pass with each way to draft, greedy, on the mix of all tasks. */
function draftCosts(rows: Rows): TechniqueCost[] {
  const own = rows.filter(({temperature, mix}) => temperature === 0 && mix === "tasks");
  return own.map(({method, tokensPerPass, draftPassesPerToken, same, documents}) => ({
    registry: "decoding methods",
    id: String(method),
    text: `${three(tokensPerPass as number)} tokens for each pass of the model, ${passesText(draftPassesPerToken as number)}; ${same === documents ? "the same text" : `the same text for ${same} of ${documents} documents`}.`,
  }));
}

const passesText = (passes: number): string =>
  passes === 0 ? "no pass of a draft" : `${three(passes)} passes of the draft for each`;
