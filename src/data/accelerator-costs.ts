/** Gains of accelerators by their cost models, a sentence each: what the map of the home page says of them. */
import {desc, from} from "arquero";
import {type Rows, type TechniqueCost, three} from "./technique-cost.js";

/** Rows of the cost models. */
export interface AcceleratorRows {
  readonly systolic: Rows;
  readonly hsa: Rows;
  readonly slices: Rows;
  readonly kinetics: Rows;
}

/** Tokens of the answer by which sparse attention is told. */
const LONG_ANSWER = 8192;

/** The rows with which a page opens. */
const opening = (rows: Rows) => rows.filter(({setting}) => setting === 0);

/** What each accelerator gains; nothing is said of one without rows. */
export function acceleratorCosts({systolic, hsa, slices, kinetics}: AcceleratorRows): TechniqueCost[] {
  const texts = {
    "systolic-array": arrayText(opening(systolic)),
    "edge-accelerator": hybridText(opening(hsa)),
    "sparse-slices": sparseText(slices),
    "test-time-compute": answerText(opening(kinetics)),
  };
  return Object.entries(texts).flatMap(([id, text]) =>
    text === undefined ? [] : [{registry: "accelerators" as const, id, text: `${text} (modelled).`}],
  );
}

function arrayText(rows: Rows): string | undefined {
  const oneToken = rows.filter((row) => row.rows === 1);
  if (oneToken.length === 0) return undefined;
  const [best] = from(oneToken).orderby(desc("utilization")).objects() as {
    side: number;
    utilization: number;
  }[];
  return best && `One token keeps ${three(best.utilization)} % of ${best.side} x ${best.side} elements busy`;
}

function hybridText(rows: Rows): string | undefined {
  const decoding = rows.filter(({kind}) => kind === "decode");
  if (decoding.length === 0) return undefined;
  const largest = from(decoding).orderby(desc("side")).objects() as {
    what: string;
    side: number;
    tokensPerSecond: number;
  }[];
  const [hybrid, plain] = ["hybrid", "systolic"].map((what) => largest.find((row) => row.what === what));
  if (!hybrid || !plain) return undefined;
  return `Decodes ${three(hybrid.tokensPerSecond / plain.tokensPerSecond)} times as fast as ${hybrid.side} x ${hybrid.side} elements without these links`;
}

function sparseText(rows: Rows): string | undefined {
  const patterns = rows.filter(({kind}) => kind === "uniform");
  if (patterns.length === 0) return undefined;
  const [fastest] = from(patterns).orderby(desc("speedup")).objects() as {
    pattern: string;
    speedup: number;
    energyKept: number;
  }[];
  return (
    fastest &&
    `${fastest.pattern}: up to ${three(fastest.speedup)} times as fast, with ${three(fastest.energyKept)} % of the weights' energy`
  );
}

function answerText(rows: Rows): string | undefined {
  const costOf = (kind: string) =>
    rows.find(
      ({attention, trials, generated}) => attention === kind && trials === 1 && generated === LONG_ANSWER,
    )?.cost as number | undefined;
  const [dense, sparse] = [costOf("dense"), costOf("top-k")];
  if (dense === undefined || sparse === undefined) return undefined;
  return `${LONG_ANSWER} tokens cost ${three(dense / sparse)} times less with top-k attention`;
}
