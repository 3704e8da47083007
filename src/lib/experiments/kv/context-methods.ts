import {percentText} from "../../engine/cache/cache-format.js";
import type {CacheSizes} from "../../engine/cache/sizes.js";
import {CACHE_KINDS, type CacheTechnique, type GivenParams} from "../../engine/cache/technique.js";
import type {KvMethod} from "../../kv/calculator.js";
import {inFormat} from "../../kv/in-format.js";
import {kivi} from "../../kv/kivi/kivi-technique.js";
import {KV_CACHES} from "../../kv/registry.js";

/** Knobs of a reader: techniques that have a parameter of the name take it. */
interface Knobs {
  readonly keptKeys: number;
  readonly density: number;
  readonly keepFraction: number;
}

/** A technique under the name that a reader sees. */
interface NamedMethod {
  readonly technique: string;
  /** The quantity that it reduces. */
  readonly kind: string;
  /** Its setting, in words. */
  readonly how: string;
  readonly method: KvMethod;
}

/** First tokens that every policy keeps besides. */
const SINKS = 4;

/** Every setting that papers run, then what is left of a text by a policy of a reader's choice. */
export function methodsFor(sizes: CacheSizes, knobs: Knobs): NamedMethod[] {
  const published = KV_CACHES.all
    .filter((technique) => technique.appliesTo(sizes))
    .flatMap((technique) =>
      technique.published.map(({label, params: own}): NamedMethod => {
        const params = {...own, ...knobsOf(technique, knobs)};
        return {
          technique: label,
          kind: CACHE_KINDS[technique.kindOf(params)],
          how: technique.inWords(params, sizes),
          method: {technique, params},
        };
      }),
    );
  const evicted = {keepFraction: knobs.keepFraction, sinks: SINKS};
  const how = `${percentText(knobs.keepFraction)} of the tokens and ${SINKS} sinks, policy of your choice`;
  return [
    ...published,
    {
      technique: "eviction",
      kind: CACHE_KINDS["fewer-tokens"],
      how,
      method: {technique: inFormat, params: {format: "fp16"}, evicted},
    },
    {
      technique: "eviction and KIVI-4",
      kind: CACHE_KINDS.combined,
      how,
      method: {technique: kivi, params: {bits: 4, residual: 128}, evicted},
    },
  ];
}

function knobsOf({params}: CacheTechnique, knobs: Knobs): GivenParams {
  return Object.fromEntries(Object.entries(knobs).filter(([name]) => Object.hasOwn(params, name)));
}
