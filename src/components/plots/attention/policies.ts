import type {policies} from "../../../lib/experiments/attention/policies.js";
import {techniqueFacts, techniques} from "../../kit/techniques.js";
import {listed} from "../../kit/text/listed.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {policyLooks} from "../policy-family.js";
import {ALL_SEEDS} from "../row-names.js";
import {intervalOn, level, PICKED, perplexityInterval} from "../series.js";

export type PolicyRow = RowOf<typeof policies>;

/** Drawn as lines; the others are in the list below the figures. */
const DRAWN: ReadonlySet<string> = new Set(
  techniques
    .filter(({registry}) => registry === "policies")
    .filter(({isShownFirst, standing}) => isShownFirst || standing !== "method")
    .map(({id}) => id),
);

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

/** Policies that are drawn, where they keep less than everything: there all are one point, which the guide shows. */
const drawnRows = (rows: readonly PolicyRow[]) =>
  pooledPolicies(rows).filter(({policy, keepFraction}) => DRAWN.has(policy) && keepFraction < 1);

const keyOf = ({policy, keepFraction, seed}: PolicyRow) => `${policy} ${keepFraction} ${seed}`;
const percent = (share: number) => `${numberText(100 * share, 3)} %`;

const shared = {
  experiment: "attention/policies",
  key: keyOf,
  label: ({label, keepFraction}: PolicyRow) => `${label}, ${percent(keepFraction)} kept`,
  series: ({policy, label}: PolicyRow, all: readonly PolicyRow[]) => ({
    name: label.replace(/ as run by .*/, ", as released"),
    ...policyLooks(all).get(policy)!,
  }),
};

/** Perplexity of the full model. */
function fullPerplexity(rows: readonly PolicyRow[]): number | undefined {
  const [first] = pooledPolicies(rows);
  return first && first.perplexity - first.difference;
}

/** The share of answers that the full model gets right. */
function fullRetrieval(rows: readonly PolicyRow[]): number | undefined {
  const [first] = pooledPolicies(rows);
  return first && (first.retrieval ?? 0) - (first.retrievalDifference ?? 0);
}

/** Keys shown against perplexity; the interval is that of the paired difference to the full model. */
export const perplexityByKeys = linesFigure<typeof policies>({
  ...shared,
  question: "What does it cost in perplexity to read fewer keys?",
  drawn: drawnRows,
  x: {column: "keysShown", label: AXES.keysShown, log: true},
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: perplexityInterval,
  better: "bottom left",
  merits: "fewer keys, lower perplexity",
  guides: ({points}, _, all) => level("everything", "measured", fullPerplexity(all), points),
  finding: (_, __, all) => perplexityFinding(pooledPolicies(all), fullPerplexity(all)),
});

/** The same shares of keys against what the model still finds. */
export const retrievalByKeys = retrievalBy(
  "keysShown",
  "Does the model still retrieve facts from its context?",
);
/** Traffic of a token, the policy's own included, against the answers that the model still finds. */
export const retrievalByBytesRead = retrievalBy(
  "bytesReadShare",
  "How many bytes does a token read for its accuracy?",
);
/** Memory of a text against the answers that the model still finds. */
export const retrievalByBytesKept = retrievalBy("bytesKeptShare", "How many bytes must be kept for it?");

function retrievalBy(axis: Axis, question: string) {
  const isShown = ({kind}: PolicyRow) => axis !== "bytesKeptShare" || kind === "evicts";
  return linesFigure<typeof policies>({
    ...shared,
    question,
    drawn: (rows) => drawnRows(rows).filter(isShown),
    x: {column: axis, label: AXES[axis], log: true},
    y: {column: "retrieval", of: ({retrieval}) => retrieval ?? 0, label: "retrieval accuracy"},
    interval: ({retrievalLow, retrievalHigh}) => intervalOn(0, retrievalLow, retrievalHigh),
    better: "top left",
    merits: "less read or kept, more answers right",
    guides: ({points}, _, all) => level("everything", "measured", fullRetrieval(all), points),
    finding: (_, __, all) => FINDINGS[axis](pooledPolicies(all), fullRetrieval(all) ?? 0),
  });
}

/**
 * Whether a policy chooses without looking at every key: a bound does not, nor a policy that thins prompts where each word
 * counts as the end of one.
 */
function mayRun({policy, frame}: PolicyRow): boolean {
  const facts = techniqueFacts("policies", policy);
  return facts?.standing !== "bound" && !(facts?.masksLookAtAll && frame === "masks");
}

/** The rows of the share nearest a quarter: small enough to hurt, large enough to be of use. */
function atAQuarter(rows: readonly PolicyRow[]): PolicyRow[] {
  const keepFractions = rows
    .map(({keepFraction}) => keepFraction)
    .toSorted((a, b) => Math.abs(a - 0.25) - Math.abs(b - 0.25));
  return rows.filter(({keepFraction, policy}) => keepFraction === keepFractions[0] && DRAWN.has(policy));
}

function perplexityFinding(rows: readonly PolicyRow[], full: number | undefined): string {
  const shown = atAQuarter(rows).toSorted((a, b) => a.perplexity - b.perplexity);
  if (shown[0] === undefined || full === undefined) return "There is nothing to compare.";
  const named = shown.map(({label, perplexity}) => `${label} ${numberText(perplexity, 3)}`).join(", ");
  return `With ${percent(shown[0].keepFraction)} of the keys asked for: ${named}; with everything ${numberText(full, 3)}. Lines are 95 % intervals of the paired difference.`;
}

const FINDINGS: Readonly<Record<Axis, (rows: readonly PolicyRow[], full: number) => string>> = {
  keysShown(rows, full) {
    const names = (of: readonly PolicyRow[]) => listed(of.map(({label}) => label)) || "none";
    const shown = atAQuarter(rows);
    const whole = shown.filter(({retrievalDifferenceHigh}) => (retrievalDifferenceHigh ?? -1) >= 0);
    const half = shown.filter(({retrieval}) => (retrieval ?? 0) < full / 2);
    return `With ${percent(shown[0]?.keepFraction ?? 0)} of the keys, ${names(whole)} answer${whole.length === 1 ? "s" : ""} as well as the full model (${percent(full)} right), as far as these documents tell; ${names(half)} lose${half.length === 1 ? "s" : ""} more than half of the answers.`;
  },
  bytesReadShare(rows, full) {
    const good = rows.filter(
      (row) => DRAWN.has(row.policy) && mayRun(row) && (row.retrieval ?? 0) >= full - 0.05,
    );
    const cheapest = good.toSorted((a, b) => a.bytesReadShare - b.bytesReadShare)[0];
    const said = cheapest
      ? `Among policies that do not score every key first, the cheapest within five points of the full model's answers is ${cheapest.label}: it reads ${percent(cheapest.bytesReadShare)} of the bytes. ${PICKED}`
      : "Among policies that do not score every key first, none comes within five points of the full model's answers.";
    return `${said} What a policy reads to choose is counted: the oracle reads every key, Quest its page bounds, TokenButler its importance keys and the weights of its predictor.`;
  },
  bytesKeptShare(rows, full) {
    const freed = rows.filter((row) => row.kind === "evicts" && DRAWN.has(row.policy) && mayRun(row));
    const best = freed
      .filter(({bytesKeptShare}) => bytesKeptShare < 0.6)
      .toSorted((a, b) => (b.retrieval ?? 0) - (a.retrieval ?? 0))[0];
    return best
      ? `Only policies that evict are drawn: the others keep all keys and values, and the data they choose by. Below 60 % of the bytes the best is ${best.label} with ${percent(best.retrieval ?? 0)} of the answers; the whole cache gives ${percent(full)}. ${PICKED}`
      : "Only policies that evict are drawn: the others keep all keys and values, and the data they choose by.";
  },
};
