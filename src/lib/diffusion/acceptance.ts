import {argmax} from "../engine/generate.js";
import type {NumberParam} from "../technique/params.js";
import {registry} from "../technique/registry.js";
import type {RandomStream} from "../tensor/random.js";

/** Numbers of the tests of acceptance. */
export interface AcceptanceValues {
  /** Tokens of the guide among which a draft must be. */
  readonly topK: number;
  /** Share of the guide's largest probability that a draft must reach. */
  readonly relative: number;
  /** Probability that a draft must exceed. */
  readonly threshold: number;
}

/** The values of {@link AcceptanceValues} as parameters; defaults are those of the released driver. */
export const acceptanceParams = {
  topK: {kind: "integer", label: "Best tokens of the guide", min: 1, max: 32, default: 5},
  relative: {
    kind: "number",
    label: "Share of the guide's best",
    min: 0,
    max: 1,
    step: 0.05,
    default: 0.95,
  },
  threshold: {kind: "number", label: "Least probability", min: 0, max: 1, step: 0.05, default: 0.1},
} as const satisfies Record<keyof AcceptanceValues, NumberParam>;

/** A test by which the guide lets a draft of the diffusion model stand. */
export interface Acceptance {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  /** @param probabilities of the guide for the draft's place, [vocab]; a draft that is none of its tokens has 0 */
  readonly accepts: (
    probabilities: Float64Array,
    draft: number,
    values: AcceptanceValues,
    random: RandomStream,
  ) => boolean;
}

const RELEASED = "arXiv:2505.21467, released guided_diffusion/diff_spec_utils_assisted.py";

/** The guide's own choice. */
const deterministic: Acceptance = {
  id: "deterministic",
  label: "the guide's own choice",
  source: RELEASED,
  accepts: (p, draft) => argmax(p) === draft,
};

/** Among the guide's k best. */
const topK: Acceptance = {
  id: "topk",
  label: "among the guide's k best",
  source: RELEASED,
  accepts: (p, draft, values) => rank(p, draft) < values.topK,
};

/** Among the k best and near the best. */
const topKRelative: Acceptance = {
  id: "topk_relative",
  label: "among the k best, near the best",
  source: RELEASED,
  accepts: (p, draft, values) => rank(p, draft) < values.topK && p[draft] >= values.relative * p[argmax(p)],
};

/** Above a probability. */
const dynamicThreshold: Acceptance = {
  id: "dynamic_threshold",
  label: "above a probability",
  source: RELEASED,
  accepts: (p, draft, values) => probability(p, draft) > values.threshold,
};

/** By chance, as likely as the guide finds the draft. */
const original: Acceptance = {
  id: "original",
  label: "as likely as the guide says",
  source: RELEASED,
  accepts: (p, draft, _values, random) => random.uniform() < probability(p, draft),
};

/** Any of three: among 5, above 0.05, within the likeliest 0.95. */
const aggressive: Acceptance = {
  id: "aggressive",
  label: "any of three tests",
  source: RELEASED,
  accepts: (p, draft) => rank(p, draft) < 5 || probability(p, draft) > 0.05 || isInNucleus(p, draft, 0.95),
};

/** Tests of acceptance by id. */
export const acceptances = registry<Acceptance>("acceptances", [
  deterministic,
  topK,
  topKRelative,
  dynamicThreshold,
  original,
  aggressive,
]);

const probability = (p: Float64Array, token: number) => p[token] ?? 0;

/** Tokens before a token in the order of probability, of equal ones the lower id first; all for one that is none. */
function rank(p: Float64Array, token: number): number {
  if (token >= p.length) return p.length;
  let before = 0;
  for (let id = 0; id < p.length; id++) if (p[id] > p[token] || (p[id] === p[token] && id < token)) before++;
  return before;
}

/** Is a token among the likeliest whose probabilities, its own included, sum to at most `share`? */
function isInNucleus(p: Float64Array, token: number, share: number): boolean {
  if (token >= p.length) return false;
  let sum = 0;
  for (let id = 0; id < p.length; id++)
    if (p[id] > p[token] || (p[id] === p[token] && id <= token)) sum += p[id];
  return sum <= share;
}

/** Drafts, from the first, that a test lets stand before it refuses one. */
export function acceptedPrefix(
  rows: readonly Float64Array[],
  drafts: readonly number[],
  {accepts}: Acceptance,
  values: AcceptanceValues,
  random: RandomStream,
): number {
  const refused = rows.findIndex((p, i) => !accepts(p, drafts[i], values, random));
  return refused < 0 ? rows.length : refused;
}
