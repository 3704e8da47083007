import type {policies} from "../../../lib/experiments/attention/policies.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import {policyFamily} from "../policy-family.js";
import {ALL_SEEDS} from "../row-names.js";
import {grouped} from "../series.js";

type PolicyFigure = FigureOf<typeof policies>;
export type PolicyRow = Parameters<PolicyFigure["key"]>[0];

/** Standard errors on each side of a 95 % interval. */
const Z95 = 1.96;
/** Drawn as lines; the others are in the list below the figures. */
const DRAWN: ReadonlySet<string> = new Set([
  "oracle",
  "token-butler",
  "quest",
  "quest-released",
  "h2o",
  "snapkv",
  "streaming-llm",
  "random",
]);

const keyOf = ({policy, budget, seed}: PolicyRow) => `${policy} ${budget} ${seed}`;
const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** The rows that pool all seeds. */
export function pooledPolicies(rows: readonly PolicyRow[]): PolicyRow[] {
  return rows.filter(({seed}) => seed === ALL_SEEDS);
}

type Axis = "keysShown" | "bytesReadShare" | "bytesKeptShare";

const AXES: Readonly<Record<Axis, string>> = {
  keysShown: "keys that a query is shown, share of all",
  bytesReadShare: "bytes read for a token, share of all keys and values",
  bytesKeptShare: "bytes kept, share of all keys and values",
};

function pointOf(row: PolicyRow, x: number, y: number, interval: readonly [number, number]): Point {
  return {key: keyOf(row), label: `${row.label}, ${percent(row.budget)} kept`, x, y, interval};
}

/** A line for every policy, and what the model does with everything. */
function policySeries(
  rows: readonly PolicyRow[],
  pointFor: (row: PolicyRow) => Point,
  everything: number | undefined,
): Series[] {
  // Where everything is kept all are one point, which the guide shows.
  const drawn = rows.filter(({policy, budget}) => DRAWN.has(policy) && budget < 1);
  const lines = Array.from(
    grouped(drawn, ({policy}) => policy),
    ([policy, own]): Series => ({
      name: own[0].label.replace(/ as run by .*/, ", as released"),
      family: policyFamily(policy),
      provenance: "measured",
      join: "line",
      points: own.map(pointFor).toSorted((a, b) => a.x - b.x),
    }),
  );
  if (everything === undefined) return lines;
  const xs = lines.flatMap(({points}) => points.map(({x}) => x));
  const points = [Math.min(...xs), Math.max(...xs)].map((x) => ({
    key: `everything ${x}`,
    label: "",
    x,
    y: everything,
  }));
  return [{name: "everything", family: "baseline", provenance: "measured", join: "guide", points}, ...lines];
}

/** Keys shown against perplexity; the interval is that of the paired difference to the full model. */
export const perplexityByKeys: PolicyFigure = {
  key: keyOf,
  draw(rows) {
    const pooled = pooledPolicies(rows);
    const full = pooled[0] && pooled[0].perplexity - pooled[0].difference;
    return {
      question: "What does it cost in perplexity to read fewer keys?",
      finding: perplexityFinding(pooled, full),
      x: {label: AXES.keysShown, log: true},
      y: {label: "perplexity", log: true},
      better: "bottom left",
      series: policySeries(
        pooled,
        (row) => {
          const half = Z95 * (row.differenceError ?? 0);
          return pointOf(row, row.keysShown, row.perplexity, [
            Math.max(row.perplexity - half, row.perplexity / 10),
            row.perplexity + half,
          ]);
        },
        full,
      ),
    };
  },
};

/** The same budgets against what the model still finds. */
export const retrievalByKeys = retrievalBy("keysShown", "Does it still find what it was told?");
/** What a token costs in traffic, the policy's own included, against what the model still finds. */
export const retrievalByBytesRead = retrievalBy("bytesReadShare", "What does a token read for that?");
/** What a text costs in memory against what the model still finds. */
export const retrievalByBytesKept = retrievalBy("bytesKeptShare", "And what must be kept?");

function retrievalBy(axis: Axis, question: string): PolicyFigure {
  return {
    key: keyOf,
    draw(rows) {
      const pooled = pooledPolicies(rows);
      const full = pooled[0] && (pooled[0].retrieval ?? 0) - (pooled[0].retrievalDifference ?? 0);
      return {
        question,
        finding: FINDINGS[axis](pooled, full ?? 0),
        x: {label: AXES[axis], log: true},
        y: {label: "answers right, share"},
        better: "top left",
        series: policySeries(
          axis === "bytesKeptShare" ? pooled.filter(({kind}) => kind === "evicts") : pooled,
          (row) =>
            pointOf(row, row[axis], row.retrieval ?? 0, [
              row.retrievalLow ?? row.retrieval ?? 0,
              row.retrievalHigh ?? row.retrieval ?? 0,
            ]),
          full,
        ),
      };
    },
  };
}

/**
 * Whether a policy chooses without looking at every key: the oracle does not, nor SnapKV where each word counts as the end
 * of a prompt.
 */
function mayRun({policy, frame}: PolicyRow): boolean {
  return policy !== "oracle" && !(policy.startsWith("snapkv") && frame === "masks");
}

/** The rows of the budget nearest a quarter: small enough to hurt, large enough to be of use. */
function atAQuarter(rows: readonly PolicyRow[]): PolicyRow[] {
  const budgets = rows.map(({budget}) => budget).toSorted((a, b) => Math.abs(a - 0.25) - Math.abs(b - 0.25));
  return rows.filter(({budget, policy}) => budget === budgets[0] && DRAWN.has(policy));
}

function perplexityFinding(rows: readonly PolicyRow[], full: number | undefined): string {
  const shown = atAQuarter(rows).toSorted((a, b) => a.perplexity - b.perplexity);
  if (shown[0] === undefined || full === undefined) return "There is nothing to compare.";
  const named = shown.map(({label, perplexity}) => `${label} ${numberText(perplexity, 3)}`).join(", ");
  return `With ${percent(shown[0].budget)} of the keys asked for: ${named}; with everything ${numberText(full, 3)}. Lines are 95 % intervals of the paired difference.`;
}

const FINDINGS: Readonly<Record<Axis, (rows: readonly PolicyRow[], full: number) => string>> = {
  keysShown(rows, full) {
    const names = (of: readonly PolicyRow[]) => of.map(({label}) => label).join(", ") || "none";
    const shown = atAQuarter(rows);
    const whole = shown.filter(({retrievalDifferenceHigh}) => (retrievalDifferenceHigh ?? -1) >= 0);
    const half = shown.filter(({retrieval}) => (retrieval ?? 0) < full / 2);
    return `With ${percent(shown[0]?.budget ?? 0)} of the keys, ${names(whole)} cannot be told from the full model by its answers (${percent(full)} right); ${names(half)} lose${half.length === 1 ? "s" : ""} more than half of them.`;
  },
  bytesReadShare(rows, full) {
    const good = rows.filter(
      (row) => DRAWN.has(row.policy) && mayRun(row) && (row.retrieval ?? 0) >= full - 0.05,
    );
    const cheapest = good.toSorted((a, b) => a.bytesReadShare - b.bytesReadShare)[0];
    const said = cheapest
      ? `Of those that have not looked at every key first, nearly all answers (within five points of the full model's) cost at least ${percent(cheapest.bytesReadShare)} of the bytes, with ${cheapest.label}.`
      : "Of those that have not looked at every key first, none keeps nearly all answers.";
    return `${said} What a policy reads to choose is counted: the oracle reads every key, Quest its page bounds, TokenButler its importance keys and the weights of its predictor.`;
  },
  bytesKeptShare(rows, full) {
    const freed = rows.filter((row) => row.kind === "evicts" && DRAWN.has(row.policy) && mayRun(row));
    const best = freed
      .filter(({bytesKeptShare}) => bytesKeptShare < 0.6)
      .toSorted((a, b) => (b.retrieval ?? 0) - (a.retrieval ?? 0))[0];
    return best
      ? `Only policies that evict are drawn: one that selects keeps everything, and what it chooses by besides. Below 60 % of the bytes the best is ${best.label} with ${percent(best.retrieval ?? 0)} of the answers; everything gives ${percent(full)}.`
      : "Only policies that evict are drawn: one that selects keeps everything, and what it chooses by besides.";
  },
};
