import type {Json} from "../io/strict-json.js";
import type {ConfigReader} from "./config-reader.js";
import type {Rope, RopeScaling} from "./record/rope.js";

/** Properties of the rotary positions that the family fixes, not the file. */
export interface RopeRules {
  /** Numbers of a head. */
  readonly headDim: number;
  /** Base of the frequencies where the file names none. */
  readonly theta?: number;
  /** Share of a head that is rotated where the file says nothing. */
  readonly fraction?: number;
  readonly pairs?: Rope["pairs"];
  /** Key of the base (Gemma 3 has another for layers with a window). */
  readonly thetaKey?: string;
  /** Key below `rope_parameters` where kinds of layers differ (`full_attention`). */
  readonly layerType?: string;
  /** The scaling of the file does not hold for these layers. */
  readonly unscaled?: boolean;
}

const FRACTION = ["partial_rotary_factor", "rotary_pct", "rope_pct"] as const;
const THETA = ["rope_theta", "rotary_emb_base", "theta"] as const;

/** Rotary positions of a file, in the older spelling (`rope_theta`, `rope_scaling`) and the newer (`rope_parameters`). */
export function ropeOf(c: ConfigReader, rules: RopeRules): Rope {
  const {headDim, pairs = "halves", thetaKey, unscaled = false} = rules;
  const parameters = parametersOf(c, rules.layerType);
  const ownTheta = parameters?.positiveOrNull("rope_theta");
  const theta = ownTheta ?? c.positive(thetaKey ?? THETA, rules.theta ?? 10_000);
  const fraction = fractionOf(c, parameters, rules.fraction ?? 1);
  const dim = Math.trunc(headDim * fraction);
  if (dim % 2 !== 0 || dim < 2) {
    throw c.problem("bad-value", "head_dim", headDim, `even where it is rotated, since rotary rotates pairs`);
  }
  const scaling = parameters ?? c.inner("rope_scaling");
  return {theta, dim, pairs, scaling: scaling && !unscaled ? scalingOf(c, scaling, dim) : null};
}

function parametersOf(c: ConfigReader, layerType: string | undefined): ConfigReader | undefined {
  const parameters = c.inner("rope_parameters");
  const own = layerType === undefined ? undefined : parameters?.inner(layerType);
  return own ?? parameters;
}

function fractionOf(c: ConfigReader, parameters: ConfigReader | undefined, byDefault: number): number {
  const outside = c.positiveOrNull(FRACTION);
  const fraction = parameters?.positiveOrNull("partial_rotary_factor") ?? outside ?? byDefault;
  // Newer files hold the share in both places.
  if (outside !== null && outside !== fraction)
    throw c.problem("bad-value", FRACTION, outside, `${fraction}, as in rope_parameters`);
  if (fraction <= 1) return fraction;
  throw c.problem("bad-value", FRACTION, fraction, "at most 1");
}

const KINDS = ["default", "linear", "dynamic", "llama3", "yarn", "longrope", "su"] as const;

function scalingOf(c: ConfigReader, s: ConfigReader, dim: number): RopeScaling | null {
  const kind = s.choice(["rope_type", "type"], KINDS, "default");
  switch (kind) {
    case "default":
      return null;
    case "linear":
      return {kind, factor: s.positive("factor")};
    case "dynamic":
      // The reference grows the base from the longest text of the file on, whatever stands beside the factor.
      return {kind, factor: s.positive("factor"), originalMaxPositions: maxPositions(c)};
    case "llama3":
      return llama3(s);
    case "yarn":
      return yarn(c, s);
    default:
      return longrope(c, s, dim);
  }
}

const maxPositions = (c: ConfigReader) => c.count("max_position_embeddings", 2048);
const ORIGINAL = "original_max_position_embeddings";

function originalOf(c: ConfigReader, s: ConfigReader): number {
  if (s.has(ORIGINAL)) return s.count(ORIGINAL);
  return c.has(ORIGINAL) ? c.count(ORIGINAL) : maxPositions(c);
}

function llama3(s: ConfigReader): RopeScaling {
  const scaling = {
    kind: "llama3" as const,
    factor: s.positive("factor"),
    lowFreqFactor: s.positive("low_freq_factor"),
    highFreqFactor: s.positive("high_freq_factor"),
    originalMaxPositions: s.count(ORIGINAL),
  };
  if (scaling.highFreqFactor > scaling.lowFreqFactor) return scaling;
  throw s.problem("bad-value", "high_freq_factor", scaling.highFreqFactor, "above low_freq_factor");
}

/** The usual growth of attention with the stretch. (YaRN, arXiv:2309.00071, equation 22) */
const mscaleOf = (factor: number, weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);

function yarn(c: ConfigReader, s: ConfigReader): RopeScaling {
  const originalMaxPositions = originalOf(c, s);
  const factor = s.has("factor") ? s.positive("factor") : maxPositions(c) / originalMaxPositions;
  const [mscale, all] = [s.positiveOrNull("mscale"), s.positiveOrNull("mscale_all_dim")];
  const usual =
    mscale !== null && all !== null ? mscaleOf(factor, mscale) / mscaleOf(factor, all) : mscaleOf(factor, 1);
  return {
    kind: "yarn",
    factor,
    originalMaxPositions,
    betaFast: s.positive("beta_fast", 32),
    betaSlow: s.positive("beta_slow", 1),
    truncate: s.flag("truncate", true),
    attentionFactor: s.positive("attention_factor", usual),
  };
}

/** Factor of the softmax scale that DeepSeek takes from its yarn: the square of its `mscale_all_dim`'s growth. */
export function yarnSoftmaxFactor(c: ConfigReader): number {
  const s = c.inner("rope_parameters") ?? c.inner("rope_scaling");
  const weight = s?.positiveOrNull("mscale_all_dim") ?? null;
  if (s === undefined || weight === null) return 1;
  return mscaleOf(s.positive("factor"), weight) ** 2;
}

function longrope(c: ConfigReader, s: ConfigReader, dim: number): RopeScaling {
  const originalMaxPositions = originalOf(c, s);
  // A file that says beside its scaling what it was trained for means the quotient of both, whatever factor stands there.
  const hasFactor = s.has("factor") && !c.has(ORIGINAL);
  const stretch = Math.max(1, hasFactor ? s.positive("factor") : maxPositions(c) / originalMaxPositions);
  const usual = Math.sqrt(1 + Math.log(stretch) / Math.log(originalMaxPositions));
  return {
    kind: "longrope",
    shortFactor: factorsOf(s, "short_factor", dim / 2),
    longFactor: factorsOf(s, "long_factor", dim / 2),
    originalMaxPositions,
    attentionFactor: s.positive("attention_factor", usual),
  };
}

function factorsOf(s: ConfigReader, key: string, length: number): readonly number[] {
  const value = s.raw(key);
  const isFactor = (each: Json): each is number =>
    typeof each === "number" && each > 0 && Number.isFinite(each);
  if (Array.isArray(value) && value.length === length && value.every(isFactor)) return value;
  throw s.problem("bad-value", key, value, `${length} positive numbers`);
}
