/** Caches of policies as techniques: tokens that are let go, and tokens of which a part is read. */

import {cacheFormatById, cacheFormatParam, shareText, withFormat} from "../engine/cache/cache-format.js";
import {formatCache} from "../engine/cache/format-cache.js";
import {type CacheSession, wholeSession} from "../engine/cache/session.js";
import type {CacheSizes} from "../engine/cache/sizes.js";
import {
  type CacheBytes,
  type CacheKind,
  type CacheSetting,
  type CacheTechnique,
  cacheTechnique,
  readWhole,
} from "../engine/cache/technique.js";
import {budgetOf} from "../engine/key-budget.js";
import type {Params, ParamValue} from "../technique/params.js";
import {registry} from "../technique/registry.js";
import type {Policy, PolicySetting, PolicyValues} from "./policy.js";
import {policyStateBytes} from "./policy-bytes.js";
import {policyCache, policyReading} from "./policy-use.js";
import {policies} from "./registry.js";
import {isTokenButlerPredictor} from "./token-butler/token-butler-weights.js";

/** First layers of a cache that is read in part which are read whole, as in TokenButler's protocol. */
const DENSE_LAYERS = 1;

/** Values of a policy's own parameters, and the format of what is kept. */
type Values = PolicyValues & {readonly format: string};

/** Caches of all policies that have one. */
export const POLICY_CACHES = registry(
  "cacheById",
  policies.all.filter(({eviction, reading}) => eviction ?? reading).map(policyCacheTechnique),
);

/**
 * The cache of a policy: one that frees what the policy drops, or one that holds everything and is read in part. Every
 * layer of the former evicts; the sinks are none unless asked for.
 */
function policyCacheTechnique(policy: Policy): CacheTechnique {
  const {id, label, source, family, params, needs} = policy;
  const isBound = policy.standing === "bound";
  const form = policy.eviction ? evictedForm(policy) : partReadForm(policy);
  const ownParams: Params = {
    ...params,
    ...(params.sinks && {sinks: {...params.sinks, default: 0}}),
    format: cacheFormatParam,
  };
  return cacheTechnique({
    id,
    label,
    source,
    family,
    params: ownParams,
    needs,
    kindOf: (values) => kindOf(valuesOf(values), isBound ? "baseline" : form.kind),
    labelOf(values) {
      const {keepFraction, format} = valuesOf(values);
      return withFormat(`${label} ${shareText(keepFraction)}`, cacheFormatById(format).format);
    },
    sourceOf: () => `${label}, ${source}`,
    formulaOf: () => form.formula,
    comesBackOf: () => form.comesBack,
    ...(isBound && {isBound}),
    bytes: (sizes, tokens, values) => form.bytes(sizes, tokens, valuesOf(values)),
    ...(params.pageSize && {pageTokensOf: (values) => valuesOf(values).pageSize}),
    open: (setting, values) => form.open(setting, valuesOf(values)),
    lossless: {keepFraction: 1, format: "fp32"},
    parts: "agree",
    presets: policy.cachePresets,
  });
}

// All parameters of a policy are numbers; the format was added beside them.
const valuesOf = (values: Readonly<Record<string, ParamValue<Params[string]>>>) => values as Values;

const kindOf = ({format}: Values, kind: CacheKind): CacheKind =>
  format === cacheFormatParam.default || kind === "baseline" ? kind : "combined";

/** The two kinds of caches, those that let keys go and those read in part: all that differs between them. */
interface Form {
  readonly kind: CacheKind;
  readonly formula: string;
  readonly comesBack: string;
  bytes(sizes: CacheSizes, tokens: number, values: Values): CacheBytes;
  open(setting: CacheSetting, values: Values): (() => CacheSession) | null;
}

function evictedForm(policy: Policy): Form {
  const {note} = policy.costs;
  return {
    kind: "fewer-tokens",
    formula: `share · layers · kvHeads · (bytes of a key and a value + ${note} of notes)`,
    comesBack: "as it was, or gone with its token",
    bytes: (sizes, tokens, values) => {
      const {size} = cacheFormatById(values.format);
      const row = 2 * size(1, headDimOf(sizes)) + note;
      return readWhole(keyHeads(sizes) * heldKeys(policy, tokens, values) * row);
    },
    open:
      ({decoder}, {format: id, ...knobs}) =>
      () => {
        const {format} = cacheFormatById(id);
        const {cache, hooks} = policyCache(policy, decoder.config, knobs, {
          denseLayers: 0,
          format,
          unpackOnce: true,
        });
        return wholeSession(cache, hooks);
      },
  };
}

/** Keys that a head holds of a text: sinks that come on top of the share may be among those that the rule keeps. */
function heldKeys(policy: Policy, tokens: number, values: Values): number {
  const [room, sinks] = [budgetOf(values.keepFraction, tokens), Math.min(values.sinks ?? 0, tokens)];
  const isInRoom = policy.eviction?.(values).sinksInRoom === true;
  return Math.min(tokens, isInRoom ? Math.max(room, sinks) : room + sinks);
}

function partReadForm(policy: Policy): Form {
  const {stateInWords} = policy.costs;
  const beside = stateInWords ? `, and ${stateInWords}` : "";
  const free = policy.standing === "bound" ? ", as if choosing were free" : "";
  return {
    kind: "part-read",
    formula: `kept: all${beside}; read: ${stateInWords ? "those, and " : ""}share · heads / kvHeads of all at most${free}`,
    comesBack: "as it is kept, where a head asks for the token",
    bytes: (sizes, tokens, values) => partRead(policy, sizes, tokens, values),
    open(setting, {format: id, ...knobs}) {
      const {config} = setting.decoder;
      const own = {...predictorIn(setting), denseLayers: DENSE_LAYERS};
      if (policy.needs.includes("predictor") && own.predictor === undefined) return null;
      const {format} = cacheFormatById(id);
      return () =>
        policyReading(policy, config, formatCache(config, {keys: format, unpackOnce: true}), knobs, own);
    },
  };
}

/** Query heads that share keys choose on their own: a token reads at most what all of them chose. */
function partRead(policy: Policy, sizes: CacheSizes, tokens: number, values: Values): CacheBytes {
  const {widths, heads = keyHeads(sizes) / widths.length} = sizes;
  const headDim = headDimOf(sizes);
  const {size} = cacheFormatById(values.format);
  const layers = widths.map((width) => 2 * tokens * size(width / headDim, headDim));
  const shape = {layers: widths.length, kvHeads: widths[0] / headDim, headDim};
  const own = {...predictorIn(sizes), denseLayers: DENSE_LAYERS};
  const state = (policyStateBytes(policy, shape, tokens, values, own) * policy.costs.cachedBytes) / 4;
  const share = (width: number) => Math.min(1, (values.keepFraction * heads * headDim) / width);
  const read = layers.reduce((sum, bytes, n) => sum + bytes * (n < DENSE_LAYERS ? 1 : share(widths[n])), 0);
  return {kept: layers.reduce((sum, bytes) => sum + bytes, state), read: read + state};
}

const headDimOf = ({widths, headDim = widths[0]}: CacheSizes): number => headDim;

/** Key heads of all layers. */
const keyHeads = (sizes: CacheSizes): number =>
  sizes.widths.reduce((sum, width) => sum + width / headDimOf(sizes), 0);

function predictorIn({predictor}: {readonly predictor?: object}): Pick<PolicySetting, "predictor"> {
  return predictor !== undefined && isTokenButlerPredictor(predictor) ? {predictor} : {};
}
