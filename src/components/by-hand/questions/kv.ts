import type {context} from "../../../lib/experiments/kv/context.js";
import {apart, numberText} from "../../kit/text/number-text.js";
import {type PolicyRow, pooledPolicies} from "../../plots/attention/policies.js";
import type {RowOf} from "../../plots/figure-spec.js";
import type {CacheRow} from "../../plots/kv/cache-front.js";
import {pooledCaches} from "../../plots/kv/cache-front.js";
import {pooledSharing, type SharingRow} from "../../plots/kv/sharing.js";
import {advised} from "../kv/cache-advice.js";
import {type BarQuestion, rangeOf} from "./question.js";

const times = (factor: number) => `${numberText(factor, 2)} times`;

/** Share by which perplexity may rise. */
const LIMITS = [0.03, 0.1, 0.3];

/** Smallest cache for a tenth of perplexity. */
export function smallestCacheQuestion(rows: readonly CacheRow[]): BarQuestion {
  const own = rows;
  const whole = pooledCaches(own).find(({family}) => family === "baseline")?.kept ?? 0;
  const found = LIMITS.flatMap((limit) => {
    const best = advised(own, limit, "kept");
    return best ? [{limit, label: best.row.label, factor: whole / best.row.kept}] : [];
  });
  const [, tenth] = found;
  const factor = tenth?.factor ?? 0;
  return {
    question:
      "Perplexity may rise by a tenth. How many times smaller than in 16 bits can the cache of this model get?",
    options: ["twice", "three to four times", "more than five times"],
    right: rangeOf(factor, [2.5, 5]),
    because: `${times(factor)}, with ${tenth?.label}; the loss is confirmed on documents on which it was not chosen.`,
    shown: "Times smaller than 16 bits, by what perplexity may lose",
    bars: found.map((each) => ({
      name: `at most ${numberText(100 * each.limit)} %: ${each.label}`,
      value: each.factor,
      text: times(each.factor),
    })),
  };
}

/** Layers alone or together, at one size of a long text. */
export function togetherQuestion(rows: readonly SharingRow[]): BarQuestion {
  const own = pooledSharing(rows).filter(
    ({limitRatio, technique, retrieval}) =>
      Math.abs(limitRatio - 6.4) < 0.05 && technique !== "minicache" && retrieval !== null,
  );
  const sorted = own.toSorted((a, b) => a.groupSize - b.groupSize);
  const share = ({retrieval}: SharingRow) => 100 * (retrieval ?? 0);
  const name = ({groupSize}: SharingRow) =>
    groupSize === 1 ? "each layer alone" : `${groupSize} layers together`;
  const best = sorted.reduce((a, b) => (share(b) > share(a) ? b : a));
  return {
    question:
      "Keys and values are decomposed to the same rank per layer, so that a long text takes 6.4 times less. Which keeps more answers right?",
    options: sorted.map(name),
    right: sorted.indexOf(best),
    because: `${name(best)}: ${numberText(share(best), 3)} % of the answers are right, with ${name(sorted[0])} ${numberText(share(sorted[0]), 3)} %.`,
    shown: "Retrieval accuracy at the same rank per layer (%)",
    bars: sorted.map((row) => ({name: name(row), value: share(row), text: `${numberText(share(row), 3)} %`})),
  };
}

/** Share of keys of the question on policies, and the policies that it offers. */
const [KEEP, OFFERED] = [0.25, ["token-butler", "quest", "h2o", "streaming-llm"]] as const;

/** The policy that loses least with a quarter of the keys. */
export function policyQuestion(rows: readonly PolicyRow[]): BarQuestion {
  const own = pooledPolicies(rows).filter(
    ({policy, keepFraction}) => keepFraction === KEEP && (OFFERED as readonly string[]).includes(policy),
  );
  const share = ({retrieval}: PolicyRow) => 100 * (retrieval ?? 0);
  const best = own.reduce((a, b) => (share(b) > share(a) ? b : a));
  const worst = own.reduce((a, b) => (share(b) < share(a) ? b : a));
  return {
    question:
      "Each token may attend to a quarter of the keys before it. Which policy still finds the answers?",
    options: own.map(({label}) => label),
    right: own.indexOf(best),
    because: `${best.label} ${best.kind} and has ${numberText(share(best), 3)} % of the answers right; ${worst.label} ${worst.kind} before the question is asked and has ${numberText(share(worst), 3)} %.`,
    shown: "Retrieval accuracy with a quarter of the keys (%)",
    bars: own.map((row) => ({name: row.label, value: share(row), text: `${numberText(share(row), 3)} %`})),
  };
}

/** Contexts of a published model, technique by technique. */
export function contextQuestion(rows: readonly RowOf<typeof context>[]): BarQuestion {
  const own = rows.filter(({isChosen, largestContext}) => isChosen && largestContext !== null);
  const at = (technique: string) => own.find((row) => row.technique === technique)?.largestContext ?? 0;
  const factor = at("KIVI-2") / at("fp16");
  const model = own[0]?.model ?? "";
  return {
    question: `${model} with a cache of 2-bit codes (KIVI-2) in place of 16 bits: how many times longer a context fits into the same memory?`,
    options: ["twice", "five times", "eight times"],
    right: rangeOf(factor, [3, 7]),
    because: `${times(factor)}, not 8: two bits with their scale and minimum are 3 bits a number, and the newest tokens stay in 16 bits.`,
    shown: "Largest context (tokens)",
    bars: own
      .toSorted((a, b) => (a.largestContext ?? 0) - (b.largestContext ?? 0))
      .map(({technique, largestContext}) => ({
        name: technique,
        value: largestContext ?? 0,
        text: apart(largestContext ?? 0),
      })),
  };
}
